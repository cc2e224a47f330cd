"""Changes to a meeting that stands: its length, its people, its title, its place; two meetings that change places; and
"put it back".

The family takes whole sentences only, after their politeness: what is not wholly one of these shapes is left to the
general cues. Besides the slots of `Intent.CHANGE` (`people`, `window` and `topic` say which meeting) it gives

| slot | value |
|---|---|
| longer | int, minutes that are added to its length (negative: taken off), where no length was said |
| undo | True: what was changed last shall be as it was |
| series | "all" (this one and those that follow) or "one": how much of a series is meant |
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from empla.capabilities.email.reading import changecues as cues
from empla.capabilities.email.reading import topics
from empla.capabilities.email.reading.changecues import MASK
from empla.capabilities.email.reading.cues import POLITE
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.people import Who, party
from empla.capabilities.email.reading.slots import BLANK, Setting, blank, leftovers, slots
from empla.capabilities.email.reading.times.durations import lengths
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.reading.times.words import text_of
from empla.capabilities.email.reading.wordlists import MOVE_WORDS
from empla.mind.codec import registered
from empla.mind.readings import Mail, Slot

HOW_LONG = "How long shall it be?"
LONGEST = 240
"""Characters of a sentence that is looked at: a change is said in fewer."""
_PARTS = 4


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """One of the meetings in a sentence: by its people, its time, its topic. Empty: the one spoken of."""

    people: tuple[Who, ...] = ()
    window: Window | None = None
    topic: str = ""

    @property
    def named(self) -> bool:
        """Whether it says anything of the meeting."""
        return bool(self.people or self.window or self.topic)


def changes(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return the change that a sentence asks for, None if it asks for none."""
    if len(sentence) > LONGEST:
        return None
    said = _Said.of(sentence, setting, reply=bool(mail.in_reply_to))
    return None if cues.FORBIDDEN.match(said.rest) else _whole(said) or _in_parts(said, _PARTS)


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence without its politeness: `rest` begins at `at`; `masked` is `rest` with its lengths masked."""

    sentence: str
    rest: str
    masked: str
    at: int
    setting: Setting
    reply: bool
    also: bool
    minutes: tuple[int, ...]
    series: str

    @classmethod
    def of(cls, sentence: str, setting: Setting, *, reply: bool) -> "_Said":
        polite = POLITE.match(sentence)
        at = polite.end() if polite else 0
        rest = sentence[at:].rstrip(" \t\n.!?")
        tail = cues.TAIL.search(rest)
        rest = rest[: tail.start()] if tail else rest
        series = ""
        if match := cues.SERIES.search(rest):
            series = "all" if match["all"] else "one"
            rest = blank(rest, [match.span()]).replace(BLANK, " ").rstrip(" ,")
        plain = text_of(rest)
        masked, minutes = rest, []
        for one in lengths(plain):
            start, end = plain.span(one.start, one.end)
            if not one.doubt:
                masked = masked[:start] + MASK * (end - start) + masked[end:]
                minutes.append(one.minutes)
        also = bool(re.search(r"\b(?:also|and)\b", sentence[:at], re.IGNORECASE))
        return cls(sentence, rest, masked, at, setting, reply, also, tuple(minutes), series)

    def part(self, start: int, end: int) -> "_Said":
        """Return one part of it, which is read as a sentence of its own."""
        inner = _Said.of(self.rest[start:end], self.setting, reply=self.reply)
        return replace(inner, at=self.at + start + inner.at, series=self.series)

    def words(self, match: re.Match[str], group: str) -> str:
        """Return the words of a group of a match in `masked`."""
        return self.rest[slice(*match.span(group))]

    def slot(self, value: object, match: re.Match[str], group: str | int = 0) -> Slot:
        """Return a slot with the words of a group of a match in `masked`."""
        start, end = match.span(group)
        return Slot(value=value, words=self.rest[start:end].strip(), start=self.at + start, end=self.at + end)

    def matches(self, patterns: Iterable[cues.Match]) -> Iterator[re.Match[str]]:
        """Iterate over the matches of those patterns that the whole of it fits."""
        return (match for pattern in patterns if (match := pattern(self.masked)) is not None)


def _whole(said: _Said) -> Understood | None:
    if not said.rest:
        return None
    for read in (_undo, _swap, _replace, _length, _add, _remove, _title, _place):
        found = read(said)
        if found is not None:
            return found
    return None


def _in_parts(said: _Said, most: int) -> Understood | None:
    """ "Make it an hour and add Ben": one change in two parts, if each is one by itself."""
    for joint in islice(cues.AND.finditer(said.rest), most):
        first, rest = _whole(said.part(0, joint.start())), said.part(joint.end(), len(said.rest))
        second = (_whole(rest) or _in_parts(rest, most - 1)) if first is not None else None
        if first is None or second is None or {first.intent, second.intent} != {Intent.CHANGE}:
            continue
        if not first.slots.keys() & second.slots.keys() - {"series"}:
            return replace(
                first,
                slots={**second.slots, **first.slots},
                doubts=(*first.doubts, *second.doubts),
                unread=(*first.unread, *second.unread),
            )
    return None


# which meeting -------------------------------------------------------------------------------------------------------


def _which(said: _Said, match: re.Match[str]) -> tuple[dict[str, Slot], tuple[str, ...]] | None:
    """Return the slots that say which meeting, and what could not be placed; None if the words mean no meeting."""
    words = match.groupdict().get("which")
    if not words or cues.POINTS.fullmatch(words):
        return {}, ()
    if cues.ELSEWHERE.search(words) or MASK in words or "," in words:
        return None
    one, unread = meeting(said.words(match, "which"), said.setting)
    values = {"people": one.people, "window": one.window, "topic": one.topic}
    found = {name: said.slot(value, match, "which") for name, value in values.items() if value}
    return (found, unread) if found or not unread else None


def meeting(words: str, setting: Setting) -> tuple[Which, tuple[str, ...]]:
    """Return what words like "my 3pm with Ben" or "the review tomorrow" say of a meeting, and what is left over."""
    text = words
    owner: tuple[Who, ...] = ()
    owned = cues.OWNED.match(text)
    if owned and not re.match(cues.DAYS, text, re.IGNORECASE):
        owner = party(owned["name"], setting.origin, alone=True).people
        text = blank(text, [owned.span()]) if owner else text
    found = slots(text, setting)
    found.without_meal()
    topic = "" if cues.NO_TOPICS.fullmatch(found.topic) else found.topic
    if not found.people and not owner and (named := _named(text, setting)):
        return Which(people=named, window=found.when.window), ()
    left = found.left
    if (
        not topic
        and (rest := leftovers(left, MOVE_WORDS))
        and len(rest) == 1
        and rest[0].isalpha()
        and not found.people
    ):
        topic, left = rest[0], ""
    one = Which(people=(*owner, *found.people), window=found.when.window, topic=topic)
    return one, leftovers(left, MOVE_WORDS)


def _named(words: str, setting: Setting) -> tuple[Who, ...]:
    """Return the people if words name people and perhaps a time, and nothing else: "Carla tomorrow", "the Ben one"."""
    left = slots(words, setting, with_topic=False)
    text = re.sub(r"^(?:the|my|our)\s+|\s+(?:one|meeting|call)\s*$", "", left.left)
    named = party(text, setting.origin, alone=True)
    if not all("@" in who.words or who.words[:1].isupper() for who in named.people):
        return ()
    return named.people if named.used and not leftovers(blank(text, named.used)) else ()


def _change(said: _Said, match: re.Match[str], doubts: tuple[Doubt, ...] = (), **what: Slot) -> Understood | None:
    """Return a change of the meeting in the group `which` of a match."""
    found = _which(said, match)
    if found is None:
        return None
    of, unread = found
    if said.series:
        what["series"] = Slot(value=said.series, words=said.sentence.strip()[:80])
    return Understood(intent=Intent.CHANGE, slots={**of, **what}, doubts=doubts, unread=unread)


def _undo(said: _Said) -> Understood | None:
    match = cues.UNDO(said.masked)
    return None if match is None else _change(said, match, undo=said.slot(True, match))


# two meetings --------------------------------------------------------------------------------------------------------


def _swap(said: _Said) -> Understood | None:
    if (match := cues.OTHER_GUEST(said.masked)) and _people(match["who"], said) and _people(match["out"], said):
        return None  # "swap Ben for Carla in the interview": another guest, not another hour
    found = (_pair(said, match) for match in said.matches(cues.SWAPS))
    return next((one for one in found if one is not None), None)


def _pair(said: _Said, match: re.Match[str]) -> Understood | None:
    pair, rest = said.words(match, "pair"), match.groupdict().get("rest") or ""
    if both := cues.BOTH(pair):
        when = slots(both["rest"] or rest, said.setting)
        if leftovers(when.left, MOVE_WORDS):
            return None
        if when.when.window is None:
            return Understood(intent=Intent.SWAP)
        one = said.slot(Which(window=when.when.window), match, "pair")
        return Understood(intent=Intent.SWAP, slots={"first": one, "second": one})
    lead = cues.MEETINGS_WITH.match(pair)
    begin = lead.end() if lead and " and " in pair[lead.end() :] else 0
    joints = cues.BETWEEN.finditer(pair, begin)
    for joint in sorted(joints, key=lambda m: (m["word"].lower() != "and", m.start())):
        parts = (pair[begin : joint.start()], pair[joint.end() :] + rest)
        day = cues.LAST_DAY.search(parts[1])
        if day and not cues.LAST_DAY.search(parts[0]) and cues.AN_HOUR.search(parts[0]):
            parts = (f"{parts[0]} {day.group()}", parts[1])  # "the 10am and the 2pm tomorrow"
        (first, left), (second, more) = (_one_of_two(part, said.setting) for part in parts)
        if first is None or second is None or left or more:
            continue
        if joint["word"].lower() == "for" and not (first.window or first.topic or second.window or second.topic):
            return None  # Ben for Carla: another guest, not another hour
        if first.window is None and second.window is not None and second.people and first.people:
            first = replace(first, window=second.window)  # "swap Ben and Carla tomorrow"
        places = {"first": said.slot(first, match, "pair"), "second": said.slot(second, match, "pair")}
        return Understood(intent=Intent.SWAP, slots=places)
    return None


def _one_of_two(words: str, setting: Setting) -> tuple[Which | None, tuple[str, ...]]:
    """Return one of two meetings as it is named: "my 10", "Ben", "the one with Carla", "it"."""
    if cues.POINTS.fullmatch(words.strip()):
        return Which(), ()
    words = cues.DAY_HOUR.sub(r"\g<day> at \g<hour>", words.strip())
    hour = cues.HOUR.fullmatch(words.strip())
    found, left = meeting(f"at {hour['hour']}{hour['rest'] or ''}" if hour else words, setting)
    no_meeting = not found.people and not found.window and cues.NO_MEETING.search(found.topic)
    return (found if found.named and not no_meeting else None), left


# people --------------------------------------------------------------------------------------------------------------


def _people(words: str, said: _Said) -> tuple[Who, ...]:
    """Return those whom words name, if they name people and nothing else."""
    if MASK in words or re.match(r"\s*(?:an?|another|some|one|it|this|that|me|him|her|them)\b", words, re.IGNORECASE):
        return ()
    found = party(words, said.setting.origin, alone=True)
    return found.people if found.people and not leftovers(blank(words, found.used)) else ()


def _replace(said: _Said) -> Understood | None:
    for match in said.matches(cues.INSTEAD):
        inside, out = _people(match["who"], said), _people(match["out"], said)
        if inside and out:
            return _change(said, match, add=said.slot(inside, match, "who"), remove=said.slot(out, match, "out"))
    return None


def _add(said: _Said) -> Understood | None:
    """Invite somebody more. "Invite Ben", "Ben too" may mean a meeting of its own, unless they answer something."""
    for pattern in cues.ADDS:
        match = pattern(said.masked)
        if match is None:
            continue
        given = match.groupdict()
        group = "who" if given.get("who") else "who2"
        who = _people(given[group], said)
        tied = given.get("which") or given.get("too") or said.also or said.reply or pattern is cues.ADDS[0]
        if who and tied and (said.reply or pattern is not cues.ADDS[-1]):
            return _change(said, match, add=said.slot(who, match, group))
    return None


def _remove(said: _Said) -> Understood | None:
    for match in said.matches(cues.REMOVES):
        who = _people(match["who"], said)
        alone = said.masked.lower().startswith("without") and not said.reply
        if who and not alone:
            return _change(said, match, remove=said.slot(who, match, "who"))
    return None


# length --------------------------------------------------------------------------------------------------------------


def _length(said: _Said) -> Understood | None:
    for match in said.matches(cues.LENGTHS):
        if MASK not in (match["which"] or ""):
            if match["len"].isdigit():
                return _change(said, match, minutes=said.slot(int(match["len"]), match, "len"))
            # "from 30 to 45 minutes" names the old length first, "45 minutes instead of 30" last.
            minutes = said.minutes[-1] if MASK in said.masked[: match.start("len")] else said.minutes[0]
            return _change(said, match, minutes=said.slot(minutes, match, "len"))
    for match in said.matches(cues.BY):
        less = match["way"].lower() in cues.LESS
        return _change(said, match, longer=said.slot(-said.minutes[-1] if less else said.minutes[-1], match, "len"))
    for match in said.matches(cues.OPEN_LENGTH):
        if MASK not in match["which"]:
            return _change(said, match, (Doubt(words=said.rest[:80], question=HOW_LONG),))
    return None


# title and place -----------------------------------------------------------------------------------------------------


def _title(said: _Said) -> Understood | None:
    for match in said.matches(cues.TITLES):
        return _change(said, match, title=said.slot(said.words(match, "new"), match, "new"))
    return None


def _place(said: _Said) -> Understood | None:
    for match in said.matches(cues.PLACES):
        words = said.words(match, "place")
        timed = slots(words, said.setting, with_topic=False).when.window is not None
        if (timed and topics.place(words) is None) or MASK in match["place"]:
            continue
        return _change(said, match, place=said.slot(words, match, "place"))
    return None
