"""Stretches of a sentence that families of requests have in common: when, whom, and what is left between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from empla.capabilities.email.reading.people import EMAIL, Who, named_at
from empla.capabilities.email.reading.slots import OBJECT, Setting, leftovers, slots
from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Slot

BY = (
    r"(?:by|until|till|before|no later than|not later than|at the latest by|latest by|latest|within|due|for"
    r"|(?:the )?deadline(?: is|:)?)"
)
ON = (
    "(?:on|at|in|the day after|next|this|first thing|today|tomorrow|tonight|tmrw"
    "|monday|tuesday|wednesday|thursday|friday)"
)
AT_ONLY = (
    rf"{ON}|(?:\d{{1,2}}(?::\d\d)? ?(?:am|pm)|\d{{1,2}}:\d\d|an?|one|two|three|\d+)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|noon|eod|after"
)
AT = rf"{BY}|{AT_ONLY}"
"""Cues of a time: a last one, a point or stretch of time, either."""
_ENDS = re.compile(
    r"\s*(?:[,;:–—]|\s-\s)\s*|\s+(?=(?:from|to|that|about|of|and|if|unless|i|we|please|pls|ask|get|remind|for"
    r"|whether|what|how|so|because|regarding|re)\b)",
    re.I,
)
PRONOUN = re.compile(r"(?:him|her|them|it|he|she|they|that|this)", re.IGNORECASE)
"""Words that stand for somebody or something named before."""
_LATEST = re.compile(
    r"[\s,]*(?:at the (?:very )?latest|latest|if (?:at all )?possible|please|pls|ideally|sharp)[\s,]*", re.I
)
_GROUP = re.compile(r"(?:the|my|our|his|her|all|everyone|everybody)\b", re.IGNORECASE)
_OF_WHAT = re.compile(r" of (?:the|my|our|his|her|their|that|this|these|those)\b(?! \w+ team\b| team\b)", re.IGNORECASE)
"""What somebody is reminded of, not where they belong: "remind Ben of the timesheets"."""
_DEADLINE = re.compile(r"^\s*(?:the )?deadline(?: is|:)?\s+", re.IGNORECASE)
_BEFORE_HOUR = re.compile(
    r"\s*before (?=.*(?:mon|tue|wed|thu|fri|sat|sun|today|tomorrow))(?=.*(?:noon|midday|\d ?[ap]m|\d:\d\d|at \d))",
    re.IGNORECASE,
)
_ODD_LENGTHS = tuple(
    (re.compile(rf"\bin {said}\b", re.IGNORECASE), minutes)
    for said, minutes in (("an hour and a half", 90), ("half an hour", 30), ("a quarter of an hour", 15))
)
_FIRST_THING = re.compile(r"\bfirst thing\b|\b(?:after|before|around|at) (?:lunch|breakfast|dinner)\b", re.IGNORECASE)
_OF_A_THING = re.compile(rf"['’]s\b|{OBJECT.pattern}", re.IGNORECASE)  # "Friday's meeting" is no time
_TRIM = " \t\n,;:–—-"
_MOST_CUES = 8


@dataclass(frozen=True, slots=True)
class Cut:
    """A sentence with the time that was said taken out of it, and that time."""

    rest: str
    window: Window | None = None
    words: str = ""
    start: int = -1
    end: int = -1

    def slot(self) -> Slot | None:
        """Return the time as a slot."""
        if self.window is None:
            return None
        return Slot(value=self.window, words=self.words, start=self.start, end=self.end)


def time_of(words: str, setting: Setting) -> Window | None:
    """Return when `words` mean if they mean a time and say nothing else."""
    plain = _DEADLINE.sub("", _LATEST.sub(" ", words))
    if _BEFORE_HOUR.match(plain):  # "before Wednesday noon" is the last moment, not the noons before
        plain = f"by{plain.lstrip()[6:]}"
    for said, minutes in _ODD_LENGTHS:
        plain = said.sub(f"in {minutes} minutes", plain)
    if not plain.strip() or len(plain) > 80 or EMAIL.search(plain) or _OF_A_THING.search(_FIRST_THING.sub("", plain)):
        return None
    found = slots(plain, setting, with_topic=False)
    window = found.when.window
    if window is None or found.people or found.place or leftovers(found.left, {"at", "by", "due"}):
        return None
    return replace(window, said=words.strip(_TRIM))


def cut_time(sentence: str, setting: Setting, cues: str) -> Cut:
    """Take the time that one of the cues introduces out of a sentence; the longest stretch that is nothing but time."""
    for cue in list(re.finditer(rf"(?<![\w@.-])(?:{cues})(?!\w)", sentence, re.IGNORECASE))[:_MOST_CUES]:
        start = cue.start()
        for end in _ends(sentence, cue.end()):
            window = time_of(sentence[start:end], setting)
            if window is not None:
                rest = f"{sentence[:start].rstrip(_TRIM)} {sentence[end:].lstrip(_TRIM)}".strip(_TRIM)
                return Cut(rest, window, sentence[start:end].strip(_TRIM), start, end)
    return Cut(sentence.strip(_TRIM))


def _ends(sentence: str, start: int) -> Iterator[int]:
    """Yield where a stretch may end, the last first."""
    ends = [match.start() for match in _ENDS.finditer(sentence, start)]
    yield len(sentence)
    yield from reversed(ends[:_MOST_CUES])


def lead_time(sentence: str, setting: Setting) -> Cut:
    """Take a time with which a sentence begins out of it: "tmrw 9am passport"."""
    found = list(re.finditer(r"\S+", sentence))[:7]
    for word in reversed(found):
        window = time_of(sentence[: word.end()], setting)
        if window is not None:
            rest = sentence[word.end() :].strip(_TRIM)
            return Cut(rest, window, sentence[: word.end()].strip(_TRIM), 0, word.end())
    return Cut(sentence.strip(_TRIM))


def whom(text: str, at: int, setting: Setting) -> tuple[tuple[Who, ...], int]:
    """Return the people who are named from `at` on, and where their names end; nobody, and `at`, if there are none."""
    while text[at : at + 1] == " ":
        at += 1
    for lead in ("both ", "also ", "either ", "mr ", "ms "):
        if text[at : at + len(lead)].lower() == lead:
            at += len(lead)
    found, end = named_at(text, at, setting.origin)
    if not found.people:
        return (), at
    verb = next((n for n, who in enumerate(found.people) if n and _is_no_name(who, found.people[0])), 0)
    if verb and not found.me:
        return found.people[:verb], found.used[2 * verb - 2][1]
    of_what = _OF_WHAT.search(text, at, end)
    return found.people, of_what.start() if of_what is not None else end


def _is_no_name(who: Who, first: Who) -> bool:
    """Whether what follows "Sam and" is a verb: of names that are listed all are written with a capital, or none."""
    small = who.words[:1].islower() and who.address is None and not _GROUP.match(who.words)
    return small and first.words[:1].isupper()


def only_people(text: str, setting: Setting) -> tuple[Who, ...]:
    """Return the people that a stretch names, if it says nothing else."""
    people, end = whom(text, 0, setting)
    rest = text[end:].strip(" .,!")
    return people if people and rest.lower() in ("", "too", "as well", "please", "also", "instead", "again") else ()


def people_slot(people: tuple[Who, ...]) -> Slot:
    """Return people as a slot."""
    return Slot(value=people, words=", ".join(who.words for who in people))


def words_slot(words: str, sentence: str) -> Slot:
    """Return words as a slot, with the place where they stand in the sentence."""
    start = sentence.find(words)
    return Slot(value=words, words=words, start=start, end=start + len(words) if start >= 0 else -1)
