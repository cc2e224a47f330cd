"""Eighty fresh mails about meetings, free time and the agenda, which the reader has since been made on.

Their first run, before anything was mended for them: 59 of 80 right (74 %), 16 asked about, 5 acted upon wrongly (6 %);
two meetings would have been split, one errand written instead of a look into a calendar, one hedged wish booked, one
word of a note invited. Three cases had forgotten a window that their mails name; that is mended in them.
"""

from collections import Counter

from tests.capabilities.email.reading.corpora import cases
from tests.capabilities.email.reading.test_frozen import RIGHT, WRONG, judged, reading_of

LEAST = 0.88


def test_mails_about_meetings_are_read_right_or_asked_about() -> None:
    found = {case["text"]: judged(case, reading_of(case)) for case in cases("dev_office.toml")}
    counts = Counter(verdict for verdict, _ in found.values())
    print(counts)
    assert [text for text, (verdict, _) in found.items() if verdict == WRONG] == []
    assert counts[RIGHT] / counts.total() >= LEAST
