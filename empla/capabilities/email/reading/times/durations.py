"""How long: "half an hour", "an hour and a half", "45 min", "1h30", "a quick 15"."""

import re
from dataclasses import dataclass

from empla.capabilities.email.reading.times.words import NUMBER, Text, number

SHORTEST, LONGEST = 5, 600
"""Minutes that a meeting may take."""

_USUAL = "5|10|15|20|25|30|40|45|50|60|75|90|120"
_HOUR = r"(?:hours?(?![a-z])|hrs?(?![a-z])\.?|h(?![a-z]))"
_MINUTE = r"(?:minutes?|mins?\b\.?|m\b|minuters?|minuets?)"
_NOT_LONG = r"(?<!\bin )(?<!\bevery )(?<!\bwithin )"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(_NOT_LONG + r"\b(?:" + rule + r")(?!\w)"), kind)
    for rule, kind in (
        (
            rf"(?P<a>\d{{1,3}}|half an|an) ?(?:-|to|or) ?(?P<b>\d{{1,3}}|an|two)[ -]?(?P<unit>{_HOUR}|{_MINUTE})",
            "either",
        ),
        (rf"(?:an|one|1) {_HOUR} or (?:two|so|2)(?: {_HOUR})?", "either"),
        (rf"three[ -]quarters of an {_HOUR}", "45"),
        (rf"(?:a )?quarter of an {_HOUR}|(?:a )?quarter[ -]{_HOUR}", "15"),
        (rf"(?:an|one|1) {_HOUR} and a quarter|(?:one|1) and a quarter {_HOUR}", "75"),
        (rf"(?P<n>{NUMBER})[ -]?{_HOUR} and a half|(?P<m>{NUMBER}) and a half {_HOUR}", "half more"),
        (rf"(?:a|one) (?:free|spare|full|whole|solid|good) {_HOUR}", "60"),
        (
            rf"half (?:an |of an )?{_HOUR}|half-(?:an-)?{_HOUR}|a half[ -]{_HOUR}|(?<!\d)\.5 ?{_HOUR}"
            rf"|1/2 (?:an )?{_HOUR}|½ ?{_HOUR}",
            "30",
        ),
        (rf"(?P<n>\d{{1,2}}) ?{_HOUR}(?: and)? ?(?P<m>\d{{1,2}})(?: ?{_MINUTE})?", "hours and minutes"),
        (rf"(?P<n>\d{{1,2}}[.,]\d{{1,2}}) ?-?{_HOUR}", "decimal"),
        (rf"(?P<n>\d{{1,2}})½ ?{_HOUR}", "half more"),
        (rf"(?P<n>{NUMBER})[ -]?{_HOUR}(?:-long)?(?: (?P<m>{NUMBER}) {_MINUTE})?", "hours and minutes"),
        (rf"(?P<m>{NUMBER})[ -]?{_MINUTE}(?:-long)?", "minutes"),
        (r"half a day|half-day", "240"),
        (rf"(?:a )?(?:quick|short|brief|solid|full) (?P<m>{_USUAL})\b(?! ?(?:am|pm|:|\.\d|people|of us))", "minutes"),
    )
)
# "30 with Bob", "for 30": a number alone is a length only where nothing else is likely.
_ALONE = re.compile(
    rf"(?:(?<=^)|(?<=\bfor )|(?<=\bgrab )|(?<=\bget )|(?<=\bfind )|(?<=\bbook )|(?<=\bneed )|(?<=\bsay"
    rf" )|(?<=\bit )|(?<=\bjust ))(?P<m>{_USUAL})"
    r"(?= (?:with|w/|w |for|on|next|this|tomorrow|today|please|to )|[.,!]?$)"
)


@dataclass(frozen=True, slots=True)
class Length:
    """A duration that was found: minutes, or a doubt; where it stands in the plain text."""

    minutes: int
    start: int
    end: int
    doubt: str = ""


def lengths(text: Text) -> list[Length]:
    """Return the durations in `text`, none overlapping, in order."""
    found: list[Length] = []
    for rule, kind in _RULES:
        for match in rule.finditer(text.plain):
            if not any(f.start < match.end() and match.start() < f.end for f in found) and not _is_other(text, match):
                found.append(_length(match, kind))
    if not found and (alone := _ALONE.search(text.plain)):
        found.append(Length(int(alone["m"]), alone.start(), alone.end()))
    return sorted(found, key=lambda f: f.start)


_DISTANCE = re.compile(
    r" (?:(?:before|after)\b(?! (?:\d{1,2}(?:[:.]\d\d|\b)|noon|midday|lunch|to(?:day|morrow)|mon|tue|wed|thu|fri"
    r"|sat|sun))"
    r"|later\b|earlier\b|ago\b|from now\b)"
)
"""What makes a length a distance; "an hour before 11" is an hour at some time before 11."""


def _is_other(text: Text, match: re.Match[str]) -> bool:
    """Whether the words say a distance ("an hour before", "30 minutes later") or a place in time ("in an hour")."""
    if re.fullmatch(r"(?:9|1\d|2[0-3])h[0-5]\d", match.group()) or (
        re.fullmatch(r"\d{1,2}h[0-5]\d", match.group()) and text.plain[: match.start()].endswith(("at ", "@ ", "@"))
    ):
        return True  # "at 15h30"
    if re.fullmatch(r"(?:[7-9]|1\d|2[0-3]) ?h", match.group()):
        return True  # "tomorrow 10 h"
    if text.plain[: match.start()].endswith("for ") and not text.plain[match.end() :].startswith((" from now", " ago")):
        return False  # "for an hour before Thursday noon"
    after = text.plain[match.end() : match.end() + 20]
    return bool(_DISTANCE.match(after))


def _length(match: re.Match[str], kind: str) -> Length:
    def said(name: str) -> int:
        words = match.groupdict().get(name)
        return number(words) if words else 0

    match kind:
        case "either":
            question = f"How long shall it be? You wrote “{match.group()}”."
            return Length(0, match.start(), match.end(), question)
        case "half more":
            minutes = (said("n") or said("m")) * 60 + 30
        case "hours and minutes":
            minutes = said("n") * 60 + said("m")
        case "decimal":
            minutes = round(float(match["n"].replace(",", ".")) * 60)
        case "minutes":
            minutes = said("m")
        case _:
            minutes = int(kind)
    if not SHORTEST <= minutes <= LONGEST:
        return Length(0, match.start(), match.end(), f"How long shall it be? You wrote “{match.group()}”.")
    return Length(minutes, match.start(), match.end())
