"""`docs/plugins.md` held against the contract: what it names exists, and what there is it names."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from empla.capabilities import contract, registry
from empla.capabilities.contract import Capability, Effect, Idempotency, Noticed, Operation, Risk, Settled
from tests.plugins.conftest import EXAMPLE, ROOT

PAGE = (ROOT / "docs" / "plugins.md").read_text()
CODE = set(re.findall(r"`([^`\n]+)`", PAGE)) | {
    w for block in PAGE.split("```")[1::2] for w in re.findall(r"\w+", block)
}


@pytest.mark.parametrize(
    "name",
    [
        *(field.name for kind in (Operation, Capability, Noticed) for field in fields(kind)),
        *(member.name for kind in (Effect, Idempotency) for member in kind),
        *("Settled.DONE", *(m.name for m in Settled if m is not Settled.DONE)),
        *("Risk.NONE", *(m.name for m in Risk if m is not Risk.NONE)),
        *("Sensor", "watch(place, cursor, deliver)", "Arguments", "Payload", "Permit", "Place", "PrepareFacts"),
        "OutcomeUnknown",
    ],
)
def test_the_page_names_what_the_contract_has(name: str) -> None:
    assert name in CODE


def test_the_table_of_operations_has_every_field_and_no_other() -> None:
    table = PAGE.partition("| field of `Operation` |")[2].partition("\n\n")[0]
    told = re.findall(r"`(\w+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines()))
    assert told == [field.name for field in fields(Operation)]


def test_the_tables_of_effects_and_rules_have_every_one_and_no_other() -> None:
    for kind in (Effect, Idempotency):
        table = PAGE.partition(f"| `{kind.__name__}` |")[2].partition("\n\n")[0]
        assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {member.name for member in kind}


def test_its_entry_points_are_the_examples_and_those_that_are_looked_for() -> None:
    told = re.findall(r"^\[project\.entry-points\.\"(.+)\"\]$", PAGE, re.MULTILINE)
    assert told == [registry.GROUP, f"{registry.PLANS}executive_assistant"]
    example = (EXAMPLE / "pyproject.toml").read_text()
    for line in PAGE.split("```")[1].splitlines()[1:]:
        assert line.partition("#")[0].rstrip() in example


def test_every_file_and_link_of_the_page_exists() -> None:
    for path in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / path).exists(), path
    for path in re.findall(r"`((?:empla|tests|examples|docs)/[\w./-]+)`", PAGE + (EXAMPLE / "README.md").read_text()):
        inside = path.startswith("tests/") and not (ROOT / path).exists()
        assert (ROOT / path).exists() or (inside and (EXAMPLE / path).exists()), path


def test_the_example_uses_nothing_but_what_the_page_allows() -> None:
    public = {"empla.capabilities.contract", "empla.errors", "empla.faults", "empla.mind", "empla", "empla.testing"}
    own = {"empla.capabilities.email.mailbox", "empla.capabilities.email.steps", "empla.governance.permit"}
    for file in (EXAMPLE / "empla_rooms").glob("*.py"):
        for module, names in re.findall(r"^from (empla(?:\.[\w.]+)?) import (.+)$", file.read_text(), re.MULTILINE):
            assert any(module == p or module.startswith(f"{p}.") for p in public - {"empla"}) or module in {
                *own,
                "empla",
            }
            assert not any(name.strip().startswith("_") for name in names.split(",")), file


def test_every_operation_of_the_contract_can_be_made_as_the_page_says() -> None:
    assert Path(contract.__file__).relative_to(ROOT).as_posix() in CODE
