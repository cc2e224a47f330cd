"""What is meant by what a person types after `empla why`: an id, else words that the thing has.

Exact are a Message-ID, a percept's key, an event's UID and the ids of intentions (i17), steps and acts (i17.3), goals
(g17) and beliefs, the name of a goal, and a belief as it is said. Words are looked for in the titles, people and times
of meetings and in the subjects and correspondents of mails.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from runtime.cli import mails, minds
from runtime.cli.nodes import target_of
from runtime.cli.wording import of_belief, of_proposition

SENT, RECEIVED, EVENT = "sent", "received", "event"
INTENTION, STEP, GOAL, BELIEF, PERCEPT = "intention", "step", "goal", "belief", "percept"
MAILS: Final = (SENT, RECEIVED)

_INTENTION = re.compile(r"i\d+")
_STEP = re.compile(r"i\d+(\.\d+)+")
_GOAL = re.compile(r"g\d+")
_BELIEF = re.compile(r"[0-9a-f]{24}")
_WORD = re.compile(r"[\w:.+-]*\w")
_IDLE: Final = frozenset(
    (
        *("a", "an", "the", "this", "that", "it", "me", "my", "our", "your", "will", "is", "was"),
        *("about", "at", "by", "for", "from", "in", "of", "on", "to", "with", "and", "what", "who", "why"),
    )
)
_KINDS: Final = {
    **dict.fromkeys(("meeting", "meetings", "event", "events", "appointment", "booking"), EVENT),
    **dict.fromkeys(("mail", "mails", "letter", "message", "answer"), "mail"),
}
"""Words that say what kind of thing is meant."""
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """One thing that may be meant: what kind, by which id it is told of, and how a person knows it."""

    kind: str
    id: str
    text: str
    at: str = ""
    exact: bool = True


def exactly(mind: minds.Mind, text: str) -> list[Meant]:
    """Return what has this very id or name."""
    if _STEP.fullmatch(text):
        intention = mind.intention(text.partition(".")[0])
        known = intention is not None and any(s.id == text for s in mind.steps(intention.id))
        return [Meant(kind=STEP, id=text, text=text)] if known else []
    if _INTENTION.fullmatch(text):
        found = mind.intention(text)
        return [Meant(kind=INTENTION, id=text, text=found.plan)] if found is not None else []
    if _GOAL.fullmatch(text):
        goal = mind.goal(text)
        return [Meant(kind=GOAL, id=text, text=goal.name)] if goal is not None else []
    if _BELIEF.fullmatch(text):
        belief = mind.belief(text)
        return [Meant(kind=BELIEF, id=text, text=of_belief(belief))] if belief is not None else []
    return [*_named(mind, text), *_believed(mind, text)]


def _named(mind: minds.Mind, text: str) -> Iterator[Meant]:
    if "@" in text and " " not in text:
        wanted = mails.message_id(text)
        yield from (Meant(kind=SENT, id=row.id, text=wanted, at=row.asked_at) for row in mails.sent(mind, wanted))
        yield from (Meant(kind=RECEIVED, id=key, text=wanted) for key in mails.received(mind, wanted))
        uid = text.strip("<>")
        if any(target_of(row).get("uid") == uid for row in mind.actions() if uid in row.target):
            yield Meant(kind=EVENT, id=uid, text=uid)
    if (row := mind.percept_row(text)) is not None:
        yield Meant(kind=PERCEPT, id=text, text=row.kind, at=row.at)
    goals = mind.goals(name=text)
    for goal in goals[-1:] if goals and goals[-1].over else [g for g in goals if not g.over]:
        at = goal.adopted_at.isoformat() if goal.adopted_at is not None else ""
        yield Meant(kind=GOAL, id=goal.id, text=f"{goal.name} ({goal.state})", at=at)


def _believed(mind: minds.Mind, text: str) -> Iterator[Meant]:
    """Return the beliefs of a functor, or the one that is said so."""
    functor, given, _ = text.partition("(")
    for belief in mind.beliefs(functor=functor.strip(), held=1):
        said = of_proposition(belief.functor, belief.arguments)
        if not given or _bare(said) == _bare(text):
            at = belief.observed_at.isoformat() if belief.observed_at is not None else ""
            yield Meant(kind=BELIEF, id=belief.id, text=said, at=at)


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


# by words -----------------------------------------------------------------------------------------------------------


def by_words(mind: minds.Mind, text: str, zone: str, now: datetime) -> list[Meant]:
    """Return the meetings and mails that have all these words; times are said in `zone`."""
    here = ZoneInfo(zone)
    wanted = [word.casefold() for word in _WORD.findall(text)]
    kinds = {_KINDS[word] for word in wanted if word in _KINDS}
    sought = [_dated(word, now.astimezone(here)) for word in wanted if word not in _IDLE and word not in _KINDS]
    if not sought:
        return []
    found: list[Meant] = []
    if kinds != {"mail"}:
        found += [meant for meant, known in _events(mind, here) if _has(known, sought)]
    if kinds != {EVENT}:
        found += [meant for meant, known in _mails(mind, here) if _has(known, sought)]
    return found


def _dated(word: str, now: datetime) -> str:
    return f"{now + timedelta(days=_DAYS[word]):%Y-%m-%d}" if word in _DAYS else word


def _has(known: Iterable[str], sought: Iterable[str]) -> bool:
    words = {*known}
    return all(any(_fits(want, word) for word in words) for want in sought)


def _fits(want: str, word: str) -> bool:
    """Return whether a word is meant by what was typed: a number by itself only, a word by its beginning."""
    return want == word or (not want[0].isdigit() and word.startswith(want))


def _events(mind: minds.Mind, zone: ZoneInfo) -> Iterator[tuple[Meant, list[str]]]:
    """Return the events that it had to do with, each with the words by which a person knows it."""
    known: dict[str, tuple[Meant, list[str]]] = {}
    for row in mind.actions():
        target = target_of(row) if '"uid"' in row.target else {}
        uid = target.get("uid")
        if not uid or row.effect == "read":
            continue
        meant, words = known.get(uid) or (Meant(kind=EVENT, id=uid, text=uid, at=row.asked_at, exact=False), [])
        words = [*words, *_words(minds.about(target)), *_people(target)]
        if target.get("start"):
            begins = datetime.fromisoformat(str(target["start"])).astimezone(zone)
            words += _when(begins)
            if target.get("title"):
                meant = replace(meant, text=str(target["title"]), at=begins.isoformat())
        known[uid] = (meant, words)
    yield from known.values()


def _mails(mind: minds.Mind, zone: ZoneInfo) -> Iterator[tuple[Meant, list[str]]]:
    for row in mind.actions():
        target = target_of(row) if '"message_id"' in row.target else {}
        if target.get("subject") and not target.get("uid"):  # calendar messages are told with their event
            sent = datetime.fromisoformat(row.asked_at).astimezone(zone)
            meant = Meant(kind=SENT, id=row.id, text=f"“{minds.about(target)}”", at=row.asked_at, exact=False)
            yield meant, [*_words(minds.about(target)), *_people(target), *_when(sent)]
    for key, _, sender, subject, received, *_ in mind.triaged():
        meant = Meant(kind=RECEIVED, id=key, text=f"“{subject}”", at=received.isoformat(), exact=False)
        people = _address(sender.value) if sender is not None else []
        yield meant, [*_words(subject), *people, *_when(received.astimezone(zone))]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _people(target: Any) -> list[str]:
    named = [*target.get("recipients", ()), target.get("owner", ""), *target.get("check", ())]
    return [word for address in named for word in _address(str(address))]


def _address(address: str) -> list[str]:
    name = address.partition("@")[0].casefold()
    return [address.casefold(), name, *name.split(".")]


def _when(at: datetime) -> list[str]:
    """Return the words by which a person knows a time."""
    day = [f"{at:%Y-%m-%d}", f"{at:%A}".casefold(), f"{at:%a}".casefold(), f"{at:%B}".casefold(), f"{at:%b}".casefold()]
    hour = [f"{at.hour}:{at:%M}", f"{at:%H:%M}"]
    if at.minute == 0:
        hour += [str(at.hour), f"{at.hour % 12 or 12}{'am' if at.hour < 12 else 'pm'}"]
    return [*day, str(at.day), *hour]
