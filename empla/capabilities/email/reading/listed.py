"""Lists that stand within one line: "1) book Ben 2) cancel the dentist", "a) ... b) ...". Pure."""

import re

_MARK = re.compile(r"(?:(?<=\s)|^)\(?(?P<mark>\d|[a-h]|iv|i{1,3})(?:\)|\.(?=\s))\s*(?=\S)", re.IGNORECASE)
_ORDER = ("123456789", "abcdefgh")


def items(text: str, start: int, end: int) -> list[int]:
    """Return where the items of a list begin that stands in `text` between `start` and `end`; none if none does.

    Marks must count up from the first ("1", "a"), so that "at 2. The" is no list.
    """
    marks = list(_MARK.finditer(text, start, end))
    for order in _ORDER:
        found: list[int] = []
        for match in marks:
            if len(found) < len(order) and match["mark"].lower() == order[len(found)]:
                found.append(match.start())
        if len(found) > 1:
            return found
    return []


def without_mark(text: str, start: int, end: int) -> int:
    """Return where the words of an item begin."""
    match = _MARK.match(text, start, end)
    return match.end() if match else start
