"""Showing why: the tree that `explaining` makes."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from runtime.cli import printing

_COLOURS = {"mail sent": "bold", "mail received": "bold", "reading": "cyan", "plan": "green", "goal": "green"}


def show(found: Mapping[str, Any]) -> None:
    """Print every tree, and under each whether the ledger is whole."""
    for story in found["found"]:
        printing.line(f"{story['employee']} <{story['address']}>", "dim")
        tree = Tree(_label(story["tree"]), guide_style="dim")
        _grow(tree, story["tree"])
        printing.console().print(tree)
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


def _grow(tree: Tree, node: Mapping[str, Any]) -> None:
    for below in node["below"]:
        _grow(tree.add(_label(below)), below)


def _label(node: Mapping[str, Any]) -> Text:
    what = node["what"]
    shown = Text.assemble((f"{what}  ", "dim"), printing.said(node["text"], _COLOURS.get(what, "")))
    for name, value in node["facts"].items():
        text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
        shown.append(f"\n{name.replace('_', ' ')}: ", "dim")
        shown.append_text(printing.said(text, "dim"))
    return shown
