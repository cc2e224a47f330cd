"""Handing over is asked for once, and anew only where it ended without having handed over."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from empla.config import Home
from empla.mind.intentions import Stage
from runtime import offboarding


@pytest.mark.parametrize(
    ("before", "key"),
    [
        ([], "leaving:clara"),
        ([Stage.ACTIVE], "leaving:clara"),
        ([Stage.SUSPENDED], "leaving:clara"),
        ([Stage.DONE], "leaving:clara"),
        ([Stage.FAILED], "leaving:clara:2"),
        ([Stage.FAILED, Stage.ACTIVE], "leaving:clara:2"),
        ([Stage.FAILED, Stage.FAILED], "leaving:clara:3"),
    ],
)
def test_what_failed_is_asked_for_anew(
    before: list[Stage], key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = ["leaving:clara", "leaving:clara:2", "leaving:clara:3"]
    known = {k: SimpleNamespace(stage=stage) for k, stage in zip(keys, before, strict=False)}
    monkeypatch.setattr(offboarding, "_intention", lambda _home, _slug, k: known.get(k))
    assert offboarding._key(Home(tmp_path), "clara") == key
