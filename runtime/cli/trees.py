"""Showing why: the trees that `explaining` makes."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

from runtime.cli import printing

_COLOURS = {
    **dict.fromkeys(("mail sent", "mail received", "event", "intention", "belief, held no longer"), "bold"),
    "reading": "cyan",
    "authority": "magenta",
    **dict.fromkeys(("plan", "goal"), "green"),
}


def show(found: Mapping[str, Any], zone: str) -> None:
    """Print every tree, and under each whether the ledger is whole; or what may be meant, where that is not clear."""
    if found["candidates"]:
        _ask(found, zone)
    for story in found["found"]:
        printing.line(f"{story['employee']} <{story['address']}>", "dim")
        show_one(story["tree"], zone)
        ledger = story["ledger"]
        if ledger["intact"]:
            printing.line(
                f"The ledger is whole: {ledger['records']} records, each follows from the one before.", "green"
            )
        else:
            printing.line(
                f"THE LEDGER IS BROKEN at record {ledger['broken_at'] + 1} of {ledger['records']}.", "bold red"
            )
        printing.line()


def show_one(node: Mapping[str, Any], zone: str) -> None:
    """Print one tree, times in `zone`."""
    tree = Tree(_label(node, zone), guide_style="dim")
    _grow(tree, node, zone)
    printing.console().print(tree)


def _ask(found: Mapping[str, Any], zone: str) -> None:
    """List what may be meant, each with the words to type."""
    printing.line(f"“{found['asked']}” may be one of these:")
    rows = [
        (
            printing.moment(one["at"], zone),
            one["kind"],
            one["text"],
            f"empla why {_quoted(one['employee'])} {_quoted(one['id'])}",
        )
        for one in found["candidates"]
    ]
    printing.table(rows, "", "", "", "", indent=2)


def _quoted(text: str) -> str:
    return shlex.quote(text.split()[0] if "@" not in text and "(" not in text else text)


def _grow(tree: Tree, node: Mapping[str, Any], zone: str) -> None:
    for below in node["below"]:
        _grow(tree.add(_label(below, zone)), below, zone)


def _label(node: Mapping[str, Any], zone: str) -> Text:
    what = node["what"]
    shown = Text.assemble((f"{what}  ", "dim"), printing.said(node["text"], _COLOURS.get(what, "")))
    for name, value in node["facts"].items():
        shown.append(f"\n{name.replace('_', ' ')}: ", "dim")
        shown.append_text(printing.said(_text(name, value, zone), "dim"))
    return shown


def _text(name: str, value: Any, zone: str) -> str:
    if name == "at":
        return printing.moment(value, zone)
    if name == "passed_over":
        return "; ".join(f"{', '.join(plans)}: {why}" for why, plans in _by_reason(value).items())
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _by_reason(passed_over: Sequence[str]) -> dict[str, list[str]]:
    """Return the plans that were passed over by why they were: mostly many for the same reason."""
    found: dict[str, list[str]] = {}
    for text in passed_over:
        plan, _, why = text.partition(": ")
        found.setdefault(why, []).append(plan)
    return found
