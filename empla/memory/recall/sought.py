"""What a question seeks: weighted roots, whom it names, the days it means, the sort of answer, and its bounds.

Whoever is named and writes goes out of the words (names of those who write are the most frequent words there are) and
counts as the author instead, if the words name exactly one such person; two of a name, or two names, say nothing of who
wrote it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.bounds import bounds as bounds_said
from empla.capabilities.email.reading.times.past import DaySpan, days_asked_about
from empla.memory.model import Cue
from empla.memory.text.analysis import bare, root_of
from empla.memory.text.index import Bounds, Called, TextIndex

_WHEN = re.compile(r"^when\b|\b(?:what|which) (?:date|day|month|year|time)\b|\bhow (?:long|old)\b")
_MANY = re.compile(r"\bhow (?:many|much|often)\b")
_WHO = re.compile(r"^(?:who|where)\b|\bwith whom\b")
_SITUATION = re.compile(
    r"\b(?:last|previous|other) times?\b|\bdid (?:we|i|you) last\b|\bsimilar (?:situations?|cases?|circumstances)\b"
    r"|\bhave (?:we|i|you) (?:ever )?(?:had|been|seen|done|handled)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one question seeks.

    `weights` are the idf of its roots without those who write, `frequencies` in how many pieces each stands. `author`
    are the numbers of the one person who is named and writes; `named` those of each person who is named. `spans` are
    days that it means. It may want to know `when`, how `many`, or the `name` of somebody, or what was done in a
    `situation` that was like it. `bounds` are conditions;
    `is_bounded` says whether the cue or the words set any. `as_author` is the text with the named author as "I".
    """

    text: str
    weights: Mapping[str, float]
    frequencies: Mapping[str, int]
    author: tuple[int, ...]
    named: tuple[tuple[int, ...], ...]
    spans: tuple[DaySpan, ...]
    when: bool
    many: bool
    name: bool
    situation: bool
    bounds: Bounds
    is_bounded: bool
    as_author: str

    @property
    def is_timeless(self) -> bool:
        """Whether it asks for nothing in time: then what is recent counts a little more."""
        return not (self.spans or self.when or self.bounds.since or self.bounds.until)


def seek(cue: Cue, text: str, index: TextIndex, pieces: int) -> Sought:
    """Return what a question seeks that is asked under the conditions of a cue; so many `pieces` there are."""
    tokens = [(token, bare(token.lower())) for token in _TOKEN.findall(text)]
    called = index.called([word for token, word in tokens if _may_name(token, text)])
    named = _named([called.get(word, ()) for _, word in tokens])
    writers = {word for word, some in called.items() if any(one.writes for one in some)}
    roots = tuple(dict.fromkeys(filter(None, (root_of(t.lower()) for t, word in tokens if word not in writers))))
    frequencies = index.frequencies(roots)
    lowered = text.lower()
    author = named[0] if len(named) == 1 and any(one.writes for one in _called(called, named[0])) else ()
    found = Sought(
        text=text,
        weights={root: _idf(pieces, frequencies.get(root, 0)) for root in roots},
        frequencies=frequencies,
        author=author,
        named=named,
        spans=tuple(days_asked_about(text, cue.at.astimezone(ZoneInfo(cue.zone)).date())),
        when=_WHEN.search(lowered) is not None,
        many=_MANY.search(lowered) is not None,
        name=_WHO.search(lowered) is not None,
        situation=_SITUATION.search(lowered) is not None,
        bounds=Bounds(
            viewer=cue.viewer,
            people=tuple(index.together(address) for address in cue.people),
            since=cue.since,
            until=cue.until,
            kinds=cue.kinds,
        ),
        is_bounded=bool(cue.people or cue.since or cue.until or cue.kinds),
        as_author=_as_author(text, writers) if writers else text,
    )
    return _bounded_by_words(found, cue, index)


# names ----------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CAPITAL = re.compile(r"(?<!^)\b[A-Z]")


def _may_name(token: str, text: str) -> bool:
    """Whether a word may be a name: it has a capital, or the text was typed without any and it says something."""
    return token[:1].isupper() or (not _CAPITAL.search(text) and bool(root_of(token)))


def _named(tokens: Sequence[Sequence[Called]]) -> tuple[tuple[int, ...], ...]:
    """Return the numbers of each person who is named for certain, in order of the words.

    Words beside one another that may name the same person ("Bob Stone") name that one. A name that may be of several
    persons names none of them.
    """
    found: dict[tuple[int, ...], None] = {}
    place = 0
    while place < len(tokens):
        some = _persons(tokens[place])
        place += 1
        while some and place < len(tokens) and (both := some.keys() & _persons(tokens[place]).keys()):
            some = {key: some[key] for key in some if key in both}
            place += 1
        if len(some) == 1:
            found[next(iter(some.values()))] = None
    return tuple(found)


def _persons(some: Sequence[Called]) -> dict[int, tuple[int, ...]]:
    """Return whom one word may name: the numbers of each, several where one person has several addresses."""
    persons: dict[int, tuple[int, ...]] = {}
    for one in some:
        key = one.entity or -one.person
        persons[key] = (*persons.get(key, ()), one.person)
    return persons


def _called(called: Mapping[str, Sequence[Called]], persons: Sequence[int]) -> list[Called]:
    return [one for some in called.values() for one in some if one.person in persons]


def _as_author(text: str, names: set[str]) -> str:
    """Return the text as the named would say it: "Caroline's" is "my", "Caroline" is "I"."""

    def said(match: re.Match[str]) -> str:
        token = match[0]
        if bare(token.lower()) not in names:
            return token
        return "my" if "'" in token or "’" in token else "I"

    return _TOKEN.sub(said, text)


def _idf(pieces: int, frequency: int) -> float:
    """Inverse document frequency as BM25 has it, never negative."""
    return math.log(1 + (pieces - frequency + 0.5) / (frequency + 0.5))


# conditions in words --------------------------------------------------------------------------------------------------

_SAID: Final = (
    r"(?:discuss|discussed|talk|talked|speak|spoke|spoken|say|said|tell|told|write|wrote|written|mail|mailed|e-?mail|"
    r"e-?mailed|send|sent|ask|asked|answer|answered|reply|replied|agree|agreed|promise|promised|hear|heard|decide|decided)"
)
_WE: Final = r"(?:i|we|me|us|you)"
_EXCHANGED = re.compile(rf"\b{_WE}\b.*\b{_SAID}\b|\b{_SAID}\b.*\b(?:me|us|you)\b")
"""A question about what passed between people and the one who asks: then a time in it is when that was."""

_WITH = re.compile(rf"\b{_SAID}\b.*\b(?:with|to|from)\s*$|^(?:what|which|when|how).*\bdid\s*$")


def _bounded_by_words(found: Sought, cue: Cue, index: TextIndex) -> Sought:
    """Make conditions of what the words say of when, and with whom, something was exchanged.

    "What did I discuss with Bob last month?" asks for nothing else than what Bob took part in, in those days; "what did
    Bob plan for last month?" may be answered by what was said before or after.
    """
    if not _EXCHANGED.search(found.text.lower()):
        return found
    limits = found.bounds
    said = None if cue.since or cue.until else bounds_said(found.text, cue.at, cue.zone)
    if said is not None:
        limits = replace(limits, since=said.since, until=said.until)
    if len(found.named) == 1 and not cue.people:
        limits = replace(limits, people=(index.addresses(found.named[0]),))
    return found if limits == found.bounds else replace(found, bounds=limits, is_bounded=True)
