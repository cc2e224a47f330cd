"""The table: a sentence, the moment and the zone in which it is written, and the whole of what is read from it.

`sentences.toml` holds what a careful assistant understands, by shapes; `ask` says that it asks before it does anything.
Times are local to the zone in which they are meant.
"""

import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading import read
from tests.capabilities.email.reading.corpora import MANAGER, MONDAY, ZONE, make_mail, rendered

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text())["row"]
_NAMES = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]+\b|\b\d[\d:.]*\b|\b(?:mon|tues|wednes|thurs|fri)day\b|\btomorrow\b")


@pytest.mark.parametrize("shape", sorted({row["shape"] for row in ROWS}))
def test_sentences_of_one_shape_are_read_as_they_are_meant(shape: str) -> None:
    wrong = []
    for row in (row for row in ROWS if row["shape"] == shape):
        zone = row.get("zone", ZONE)
        moment = datetime.fromisoformat(row["moment"]).replace(tzinfo=ZoneInfo(zone)) if "moment" in row else MONDAY
        mail = make_mail(row["text"], subject=row.get("subject", ""), reply=row.get("reply", False))
        found = rendered(read(mail, moment, zone, MANAGER))
        if found != row["reads"]:
            wrong.append(f"{row['text']!r}\n  wanted {row['reads']}\n  found  {found}")
    assert not wrong, "\n".join(wrong)


def test_the_table_is_wide_enough_and_no_row_is_another_with_other_words_put_in() -> None:
    assert len(ROWS) >= 400
    assert len({row["shape"] for row in ROWS}) >= 40
    patterns = [_NAMES.sub("_", row["text"]) for row in ROWS]
    twice = {pattern for pattern in patterns if patterns.count(pattern) > 1 and len(pattern) > 12}
    assert not twice
