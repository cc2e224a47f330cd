"""What somebody says against an answer: "that is wrong, it is ...", "no, Bob's number is ...", "it was Carla, not Bob".

    understood("No, Bob's number is 030 9.")     Correction(about="Bob", predicate="phone", value="030 9")
    understood("It was Carla, not Bob.")         Correction(value="Carla", instead="Bob")

Pure. Which fact is meant is decided by who knows what was answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.times.words import MONTHS
from empla.memory.asking.answers import Answer, Cited
from empla.memory.asking.questions import chain
from empla.memory.asking.relations import by_noun, verb_first
from empla.memory.text.analysis import roots

_I: Final = re.IGNORECASE
_NO: Final = (
    r"(?:(?:no|nope|sorry|hm+|well|actually|oh|wait|correction)\b[,.:;!]*\s*)*"
    r"(?:(?:that(?:'s| is| was)|this is|it(?:'s| is)|your answer is)\s+(?:wrong|not (?:right|true|correct|so)|incorrect"
    r"|false|outdated|out of date|no longer (?:true|right|so))\b[,.:;!–-]*\s*)?"
)
_WRONG: Final = re.compile(
    r"(?:(?:no|nope|sorry|hm+|well|actually)\b[,.:;!]*\s*)*"
    r"(?:that(?:'s| is| was)|this is|it(?:'s| is))\s+(?:wrong"
    r"|not (?:right|true|correct|so)|incorrect|false|outdated|out of date|no longer (?:true|right|so))(?: any ?more)?"
    r"\W*",
    _I,
)
_LED: Final = re.compile(
    r"(?:no|nope|sorry|actually|correction|that(?:'s| is| was) (?:wrong|not|incorrect|false|outdated|out of date)"
    r"|it (?:was|is) .+, not |(?:that|it) was )",
    _I,
)
_NOT_BUT: Final = (
    re.compile(r"(?:it|that|this|he|she)(?:'s| is| was)\s+(?P<value>[^,;]+?),? (?:and )?not (?P<old>.+)", _I),
    re.compile(r"(?:it|that|this|he|she)(?:'s| is| was) not (?P<old>[^,;]+?),? but (?P<value>.+)", _I),
    re.compile(r"(?P<value>[^,;]+?),? not (?P<old>.+)", _I),
    re.compile(r"not (?P<old>[^,;]+?),? but (?P<value>.+)", _I),
)
_IT_IS: Final = re.compile(
    r"(?:it(?:'s| is| was)|the (?:right|correct|new) (?:one|answer|value|date|number)(?: is|'s)|(?:it )?should be"
    r"|make it|correct is|right is)\s+(?P<value>.+)",
    _I,
)
_IS: Final = (
    re.compile(r"(?P<about>.+?)(?: is| was| are) (?:now )?(?P<value>.+)", _I),
    re.compile(r"(?P<about>.+?)['’]s (?:now )?(?P<value>.+)", _I),
)
_END: Final = re.compile(r"(?:,? (?:now|instead|please|thanks|thank you))+$|[\s.!,;]+$", _I)
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is said to be so instead. `about` and `predicate` say of what, `instead` in place of which value.

    Without a `value` it is only said that what was answered is wrong.
    """

    value: str = ""
    instead: str = ""
    about: str = ""
    predicate: str = ""


def understood(text: str) -> Correction | None:
    """Return what is said against an answer; None if it is nothing of the kind."""
    said = " ".join(new_text(text).split())
    said = re.sub(r"^(?:hi|hello|dear|hey)\b[^,.!]{0,30}[,.!]\s*", "", said, flags=_I)
    if not said or len(said) > _LONGEST or said.rstrip().endswith("?"):
        return None
    first = re.split(r"(?<=[.!])\s+(?=(?:thanks|thank you|best|regards|cheers)\b)", said, flags=_I)[0]
    if _WRONG.fullmatch(first):
        return Correction()
    is_led = _LED.match(first) is not None or any(pattern.fullmatch(_tidy(first)) for pattern in _NOT_BUT[:2])
    plain = _tidy(re.sub(rf"^{_NO}", "", first, flags=_I))
    if not is_led or not plain:
        return stated(plain) if plain else None
    for pattern in _NOT_BUT:
        if (match := pattern.fullmatch(plain)) is not None:
            return Correction(value=_value(match["value"]), instead=_value(match["old"]))
    if (match := _IT_IS.fullmatch(plain)) is not None:
        return Correction(value=_value(match["value"]))
    return _stated(plain)


def stated(text: str) -> Correction | None:
    """Return a plain statement of a relation that is known ("Bob's number is 030 9"); None for any other words."""
    found = _stated(_tidy(" ".join(text.split())))
    return found if found is not None and found.predicate and found.value else None


def _stated(plain: str) -> Correction | None:
    """Read a whole statement: "Bob's number is 030 9", "Bob works for Blue Sky"."""
    for place in [match.start() for match in re.finditer(r"(?<= )\S", plain)]:
        verb = verb_first(plain[place:])
        if verb is not None and verb[1] and not verb[0].back:
            return Correction(about=_tidy(plain[:place]), predicate=verb[0].predicate, value=_value(verb[1]))
    match = next((found for pattern in _IS if (found := pattern.fullmatch(plain)) is not None), None)
    if match is None:
        return None
    about, hops = chain(match["about"])
    if len(hops) == 1 and not hops[0].back:
        return Correction(about=about, predicate=hops[0].predicate, value=_value(match["value"]))
    alone = by_noun(about)
    if alone is not None and not alone.back:
        return Correction(predicate=alone.predicate, value=_value(match["value"]))
    return Correction(about=about, value=_value(match["value"]))


def _value(text: str) -> str:
    return re.sub(r"^(?:on|at|the|a|an)\s+", "", _tidy(text), flags=_I)


def _tidy(text: str) -> str:
    return _END.sub("", _END.sub("", text.strip())).strip(" \"“”'‘’")


def meant(correction: Correction, facts: Sequence[Cited], main: str) -> tuple[Cited, ...]:
    """Return the facts of an answer that a correction may mean: one, if it is clear which."""
    found = [one for one in facts if one.kind == "fact"]
    if correction.instead:
        wanted = set(roots(correction.instead))
        said = [one for one in found if wanted and wanted <= set(roots(one.text))]
        return tuple(said)
    if correction.about:
        wanted = set(roots(correction.about))
        of = [one for one in found if wanted <= set(roots(one.text))] or found
        found = [one for one in of if one.predicate == correction.predicate] if correction.predicate else of
        return tuple(found)
    chosen = [one for one in found if one.id == main]
    return tuple(chosen or found)


_DATE: Final = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{'|'.join(MONTHS)}),? (?P<year>\d{{4}})", _I
)


def kept(value: str) -> str:
    """Return a value as facts keep it: a date as ISO 8601 has it."""
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return value
    try:
        return date(int(match["year"]), MONTHS.index(match["month"].lower()) + 1, int(match["day"])).isoformat()
    except ValueError:
        return value


def shown(answer: Answer) -> tuple[Cited, ...]:
    """Return what an answer cites that may be corrected, in order."""
    known = {one.id: one for one in answer.cited}
    return tuple(known[cite] for cite in answer.cites if cite in known)
