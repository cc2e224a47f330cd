"""How well mails are read: three corpora as data, the score printed, and the confidences held against it.

`corpus.toml` was at hand while the rules were made. The other two were written blind, and their first runs, before
anything was mended for them, are the honest figures: `heldout.toml` 49 of 68 wholly right (72 %), and after that was
mended `blind.toml` 37 of 47 (79 %). Most of those first mistakes were requests not recognised, which are asked about;
three meetings would have been booked amiss, two without the length that was said and one with an odd title.
"""

from collections import defaultdict

import pytest

from empla.capabilities.email.reading import SENTENCES, THRESHOLD, Intent, read
from tests.capabilities.email.reading.corpora import MANAGER, MONDAY, ZONE, cases, make_mail, mistakes

FLOOR = {"corpus.toml": 1.0, "heldout.toml": 0.97, "blind.toml": 0.97}


@pytest.mark.parametrize("name", FLOOR)
def test_the_corpus_is_read_as_people_mean_it(name: str) -> None:
    wrong = {case["text"]: found for case in cases(name) if (found := mistakes(case))}
    total = len(cases(name))
    score = (total - len(wrong)) / total
    print(f"\n{name}: {total - len(wrong)} of {total} right ({score:.0%})")
    for text, found in wrong.items():
        print(f"  {text[:70]!r}: {'; '.join(found)}")
    assert score >= FLOOR[name]


def test_confidence_is_what_the_corpora_bear_out() -> None:
    """Of the readings that are acted on without asking, at least 95 in 100 must be right."""
    bins: dict[str, list[bool]] = defaultdict(list)
    for case in [case for name in FLOOR for case in cases(name)]:
        mail = make_mail(case["text"], subject=case.get("subject", ""), reply=case.get("reply", False))
        reading = read(mail, MONDAY, ZONE, MANAGER)
        acted_on = reading.confidence >= THRESHOLD and not reading.unread and not reading.value("doubts")
        bins["acted on" if acted_on else "asked about"].append(not mistakes(case))
    for name, right in bins.items():
        print(f"{name}: {sum(right)} of {len(right)} right")
    assert sum(bins["acted on"]) / len(bins["acted on"]) >= 0.95


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_of_the_introduction_is_certainly_understood(sentence: str) -> None:
    reading = read(make_mail(sentence), MONDAY, ZONE, MANAGER)
    assert reading.confidence >= 0.9
    assert not reading.unread
    assert not reading.value("doubts")
    assert reading.intent not in (Intent.UNKNOWN, Intent.OTHER_REQUEST)
