"""Text made easy to match, and what small words come to."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b\.?)"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_SMALL = {
    **{
        w: i
        for i, w in enumerate(
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
        )
    },
    **{"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50},
    **{"forty five": 45, "forty-five": 45, "sixty": 60, "ninety": 90, "a couple": 2, "a couple of": 2, "couple": 2},
    **{"couple of": 2, "a few": 3, "few": 3, "several": 3},
}
NUMBER = (
    r"(?:\d{1,3}(?![.:/]?\d)|(?:forty[ -]five|a couple(?: of)?|couple(?: of)?|a few|few|several"
    r"|an?|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fou?rty|fifty|sixty|ninety)\b)"
)
_ORDINALS = {
    w: i + 1
    for i, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
        ]
    )
}
_SHORT = {
    **dict.fromkeys(["tmrw", "tmr", "tmw", "tmrow", "tomm", "2moro", "2morrow", "tomorow", "tommorow"], "tomorrow"),
    **dict.fromkeys(["tommorrow", "tomorrw", "tomorro"], "tomorrow"),
    **{"nxt": "next", "wk": "week", "wks": "weeks", "wknd": "weekend", "tdy": "today", "2day": "today"},
    **{"mrng": "morning", "morn": "morning", "aft": "afternoon", "arvo": "afternoon", "w/c": "w/c"},
    **{"a.m.": "am", "p.m.": "pm", "a.m": "am", "p.m": "pm", "thrusday": "thursday", "weds.": "wed"},
}
_MENDED: tuple[str, ...] = (
    *WEEKDAYS,
    "tomorrow",
    "afternoon",
    "morning",
    "evening",
    "minutes",
    "january",
    "february",
    "september",
)
_MENDED += ("october", "november", "december")
_WORD = re.compile(
    r"2(?:day|moro|morrow)\b|w/c\b|[ap]\.m\b\.?|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|\s+|.",
    re.DOTALL | re.IGNORECASE,
)
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2011": "-"})


@dataclass(frozen=True, slots=True)
class Text:
    """A text in small letters with single spaces and common slips mended, and where each character stood before."""

    raw: str
    plain: str
    places: tuple[int, ...]

    def words(self, start: int, end: int) -> str:
        """Return the original words from `start` up to `end`."""
        return self.raw[self.places[start] : self.places[end]].strip()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters from `start` up to `end` stood, without the spaces around them."""
        a, b = self.places[start], self.places[end]
        while a < b and self.raw[a].isspace():
            a += 1
        while b > a and self.raw[b - 1].isspace():
            b -= 1
        return a, b


@lru_cache(maxsize=256)
def text_of(raw: str) -> Text:
    """Return `raw` made easy to match. Takes time in proportion to its length."""
    plain: list[str] = []
    places: list[int] = []
    for match in _WORD.finditer(raw):
        word = " " if match.group().isspace() else mended(match.group().translate(_QUOTES).lower())
        if word == " " and plain and plain[-1] == " ":
            continue
        plain.append(word)
        width = match.end() - match.start()
        places += [match.start() + min(i, width - 1) for i in range(len(word))]
    return Text(raw, "".join(plain), (*places, len(raw)))


@lru_cache(maxsize=4096)
def mended(word: str) -> str:
    """Return the word of time that `word` is a slip of, else `word` itself."""
    if word in _SHORT:
        return _SHORT[word]
    if 6 <= len(word) <= 11 and word.isalpha() and word.rstrip("s") not in _MENDED:
        close = get_close_matches(word, _MENDED, n=1, cutoff=0.84)
        if close and close[0][0] == word[0]:
            return close[0]
    return word


def number(words: str) -> int:
    """Return what a match of NUMBER comes to."""
    return int(words) if words.isdigit() else _SMALL[words.replace("-", " ")]


def ordinal(word: str) -> int:
    """Return what "14th" or "second" comes to; 0 if it is none."""
    digits = re.match(r"\d+", word)
    return int(digits.group()) if digits else _ORDINALS.get(word, 0)


def weekday(word: str) -> int:
    """Return 0 for a match of WEEKDAY that is Monday, up to 6."""
    return next(i for i, name in enumerate(WEEKDAYS) if name.startswith(word[:3]))


def month(word: str) -> int:
    """Return 1 for a match of MONTH that is January, up to 12."""
    return next(i for i, name in enumerate(MONTHS) if name.startswith(word[:3])) + 1
