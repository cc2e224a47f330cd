"""Showing replays: that nothing differs, or where, and what would have been."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from empla import __version__
from empla.config import Home, load_settings
from empla.mind.percepts import OUTCOME
from runtime.cli import printing
from runtime.cli.wording import brief

_MOST: Final = 20
"""Lines that are shown of one cycle."""
MINDED: Final = ("own", "act", "tell")
"""Effects that change something outside the mind."""


def show(found: Mapping[str, Any], home: Home, *, everything: bool = False) -> None:
    """Print what `replayed` returned; with `everything` also the acts that only look."""
    settings = load_settings(home)
    if "acts" in found:
        _show_imagined(found, settings.zone, settings.domain, everything=everything)
    else:
        _show_verified(found, settings.zone)


def _show_verified(found: Mapping[str, Any], zone: str) -> None:
    same, otherwise = found["same"], found["otherwise"]
    if otherwise:
        printing.line(
            f"{_count(same + otherwise, 'cycle')}: {_number(same)} with the same digest, {_number(otherwise)} not",
            "bold red",
        )
    elif same:
        printing.line(f"{_count(same, 'cycle')}, all digests the same", "green")
    else:
        printing.line("No cycle was run by this version of empla.")
    printing.line(f"{found['employee']}, {_stretch(found, zone)}", "dim")
    for version in found["versions"]:
        if version["version"] != __version__:
            printing.line(_of_another(version))
    if found["erased"]:
        printing.line(
            f"{_count(found['erased'], 'cycle')} taken as recorded: what was perceived there has been erased."
        )
    if found["first"]:
        _show_difference(found["first"], zone, "The first that comes out otherwise")


def _of_another(version: Mapping[str, Any]) -> str:
    count, otherwise = version["cycles"], version["otherwise"]
    would = (
        f"{_number(otherwise)} would come out otherwise today" if otherwise else "they would come out the same today"
    )
    return f"{_count(count, 'more cycle')} run by empla {version['version']}: {would}; that is no fault."


def _stretch(found: Mapping[str, Any], zone: str) -> str:
    begin = f"after the snapshot of cycle {_number(found['since'])}" if found["since"] else "from the beginning"
    end = f" to {_moment(found['until'], zone)} (cycle {_number(found['last'])})" if found["until"] else ""
    return f"{begin}{end}"


def _show_difference(first: Mapping[str, Any], zone: str, what: str) -> None:
    printing.line()
    printing.line(f"{what}: cycle {_number(first['cycle'])}, {_moment(first['at'], zone)}", "bold")
    printing.line(f"  {first['kind']} {first['percept']}", "dim")
    if first["why"]:
        printing.line(f"  {first['why']}", "red")
    lines = [("≠", line, "yellow") for line in first["details"]]
    if not lines:
        lines = [("−", line, "red") for line in first["was"]] + [("+", line, "green") for line in first["now"]]
    _show_lines(lines[:_MOST])
    if len(lines) > _MOST:
        printing.line(f"  and {len(lines) - _MOST} more (--json has them all)", "dim")


def _show_lines(lines: Sequence[tuple[str, str, str]]) -> None:
    rows = [(printing.said(sign, colour), printing.said(brief(text), colour)) for sign, text, colour in lines]
    if rows:
        printing.table(rows, "", "", indent=2)


def _show_imagined(found: Mapping[str, Any], zone: str, domain: str, *, everything: bool) -> None:
    printing.line(f"{found['employee']}, without", "bold")
    printing.table(
        [(_moment(p["at"], zone), p["subject"] or p["kind"], brief(p["percept"])) for p in found["without"]],
        "",
        "",
        "",
        indent=2,
    )
    printing.line(
        f"{_count(found['cycles'], 'cycle')} lived again from cycle {_number(found['begins'])}, "
        f"{_number(found['otherwise'])} otherwise; {_stretch(found, zone)}",
        "dim",
    )
    if others := [v["version"] for v in found["versions"] if v["version"] != __version__]:
        printing.line(
            f"Some of it was run by empla {', '.join(others)}: what differs may come of the new version.", "yellow"
        )
    if found["first"]:
        _show_difference(found["first"], zone, "The first to be thought otherwise")
    _show_acts(found["acts"], domain, everything=everything)
    _show_then("Beliefs at the end", found["beliefs"], named=False)
    _show_then("Intentions", found["intentions"])
    # A goal that a listed intention works for says nothing more.
    told = {i["goal"] for i in found["intentions"]}
    _show_then("Goals", [g for g in found["goals"] if g["id"] and g["id"] not in told])
    if not found["acts"] and not found["beliefs"] and not found["intentions"]:
        printing.line("Nothing would be otherwise.")
    _show_limits(found)


_SIGNS: Final = {"not asked": ("−", "red"), "asked anew": ("+", "green")}


def _show_acts(acts: Sequence[Mapping[str, Any]], domain: str, *, everything: bool) -> None:
    shown = [act for act in acts if everything or act["effect"] in MINDED]
    if not acts:
        return
    _heading("Acts")
    rows = [
        (
            printing.said(*_SIGNS.get(act["what"], ("≠", "yellow"))),
            act["what"],
            act["operation"],
            act["to"].replace(f"@{domain}", ""),
            act["about"],
        )
        for act in shown
    ]
    if rows:
        printing.table(rows, "", "", "", "To", "About", indent=2, cut=True)
    if left := len(acts) - len(shown):
        printing.line(f"  and {_count(left, 'look')} at mails, calendars and people (--all shows them)", "dim")


def _show_then(title: str, rows: Sequence[Mapping[str, Any]], *, named: bool = True) -> None:
    if not rows:
        return
    _heading(title)
    lines = []
    for row in rows:
        name = " ".join(filter(None, (row["id"], row["name"]))) + ": " if named else ""
        if row["was"] and row["now"]:
            lines.append(("≠", f"{name}{row['was']} → {row['now']}", "yellow"))
        else:
            sign, colour = ("−", "red") if row["was"] else ("+", "green")
            lines.append((sign, f"{name}{row['was'] or row['now']}", colour))
    _show_lines(lines)


def _show_limits(found: Mapping[str, Any]) -> None:
    """Say what was taken as it was, and what nobody knows."""
    printing.line()
    unheard = [p for p in found["unheard"] if p["kind"] == OUTCOME]
    unknown = [act for act in found["acts"] if act["what"] in ("asked anew", "asked otherwise")]
    if unheard:
        printing.line(
            f"Left out: {_count(len(unheard), 'outcome')} of acts that it would not have asked for, or otherwise.",
            "dim",
        )
    if unknown:
        printing.line(
            f"Open: of {_count(len(unknown), 'act')} asked anew or otherwise nobody knows what would have come of it.",
            "dim",
        )
    printing.line("What others did, and what calendars and servers answered, is taken as it was.", "dim")


def _heading(title: str) -> None:
    printing.line()
    printing.line(title, "bold")


def _moment(at: datetime | str, zone: str) -> str:
    return printing.moment(at if isinstance(at, str) else at.isoformat(), zone)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _count(count: int, what: str) -> str:
    return f"{_number(count)} {what}{'' if count == 1 else 's'}"
