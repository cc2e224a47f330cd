"""The plug-in as others find it, and its page of documentation."""

from importlib.metadata import entry_points

import pytest

import empla.capabilities.calendar as package
from empla.capabilities.contract import Capability, Effect, Idempotency, Operation

(plugin,) = entry_points(group="empla.capabilities", name="calendar")
capability: Capability = plugin.load()


def test_it_is_found_by_its_entry_point() -> None:
    assert isinstance(capability, Capability)
    assert capability.name == "calendar"


@pytest.mark.parametrize("operation", capability.operations, ids=lambda o: o.name)
def test_every_operation_is_told_of_on_the_page_with_its_arguments(operation: Operation) -> None:
    page = package.__doc__ or ""
    assert operation.name.removesuffix("_own") in page
    assert operation.summary.endswith(".")
    for field in operation.arguments.model_fields.values():
        name = field.alias or next(n for n, f in operation.arguments.model_fields.items() if f is field)
        assert name in page


@pytest.mark.parametrize("operation", capability.operations, ids=lambda o: o.name)
def test_what_changes_the_world_can_be_settled(operation: Operation) -> None:
    changes = operation.effect not in (Effect.READ, Effect.THINK)
    assert (operation.settle is not None) == changes
    assert (operation.idempotency is not Idempotency.PURE) == changes
    if operation.reversible:
        assert operation.inverse in {o.name for o in capability.operations}


def test_only_the_own_variants_are_the_employee_s_own_affair() -> None:
    own = {o.name for o in capability.operations if o.effect is Effect.OWN}
    assert own == {f"calendar.{n}_own" for n in ("book", "update", "cancel", "apply_reply", "take_in")}
