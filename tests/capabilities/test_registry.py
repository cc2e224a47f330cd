"""What a capability must say of each operation before it is loaded, and that ours go by the same door."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from empla.capabilities import people, registry
from empla.capabilities.contract import Arguments, Capability, Effect, Operation
from empla.errors import ValidationError

FIND: Operation = people.capability.operations[0]


def one(**changes: Any) -> Capability:
    return Capability(name="people", operations=(replace(FIND, **changes),))


def test_the_built_in_hands_are_found_by_the_entry_point_that_third_parties_use() -> None:
    found = {capability.name for capability in registry.installed()}
    assert {"email", "calendar", "people"} <= found


def test_every_operation_says_what_it_does_to_the_world_and_how_it_is_kept_from_happening_twice() -> None:
    operations = registry.operations(registry.installed())
    assert len(operations) > 10
    for name, operation in operations.items():
        assert isinstance(operation.effect, Effect), name
        assert issubclass(operation.arguments, Arguments), name
        assert operation.arguments.model_config["extra"] == "forbid", name
        if operation.effect in (Effect.ACT, Effect.TELL):
            assert operation.settle is not None, f"{name} cannot look for evidence"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"effect": None}, "has no effect class"),
        ({"idempotency": None}, "has no idempotency rule"),
        ({"arguments": dict}, "has no argument schema"),
        ({"name": "mail.find"}, "must be named people.something"),
        ({"effect": Effect.TELL}, "cannot look for evidence"),
        ({"reversible": True}, "is reversible without an inverse"),
    ],
)
def test_an_operation_that_leaves_something_out_is_not_loaded(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        registry.check(one(**changes))


def test_what_is_no_capability_is_not_loaded() -> None:
    with pytest.raises(ValidationError, match="is not a Capability"):
        registry.check(SimpleNamespace(name="people", operations=()))  # type: ignore[arg-type]


def test_two_operations_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"two capabilities have an operation 'people\.find'"):
        registry.operations([people.capability, people.capability])


def test_a_plain_string_is_refused_where_a_value_with_origin_is_required() -> None:
    send = registry.operations(registry.installed())["email.send"]
    with pytest.raises(ValueError, match="Address"):
        send.arguments.model_validate({"to": ("bob@office.example",), "subject": "Tea", "text": "Now"})
