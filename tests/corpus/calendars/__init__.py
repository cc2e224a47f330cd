"""Calendar files as they come: right ones, odd ones and broken ones, each with what must become of it.

They are written here as a table, from what is known to go wrong between calendar programs; none is copied. `cases()`
returns all of them, `python -m tests.corpus.calendars FOLDER` writes them out as files to be tried elsewhere.
"""

from tests.corpus.calendars import framing, messages, people, rules, times, zones
from tests.corpus.calendars.made import Case

__all__ = ["Case", "cases"]


def cases() -> list[Case]:
    """Return every file of the corpus, each under a name of its own."""
    found = [case for theme in (framing, zones, times, rules, people, messages) for case in theme.CASES]
    names = [case.name for case in found]
    assert len(set(names)) == len(names), "two files have the same name"
    return found
