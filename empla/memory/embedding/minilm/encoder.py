"""MiniLM as an embedder: texts, each read after those before it, become vectors of its own tokens and their mean."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from empla.errors import InputError, ResourceError
from empla.memory.embedding.embedder import SCALE, Encoded, Text
from empla.memory.embedding.minilm import weights
from empla.memory.embedding.minilm.running import OnnxRunner, PlainRunner, Runner
from empla.memory.embedding.models import INSTALL
from empla.store.syncing import sync_folder

DIMS: Final = 384
VERSION: Final = 1
"""Raised when the same text gets other vectors: in another graph, or read otherwise."""

_LONGEST: Final = 254
"""Tokens that are read at once, those at both ends apart: what the model was trained with."""
_CLS, _SEP, _UNKNOWN = 101, 102, 100
_BUILDING: Final = "building-"
_GRAPH: Final = f"minilm-{VERSION}.onnx"


class MiniLM:
    """The model, in this process."""

    dims = DIMS

    def __init__(self, runner: Runner, tokenizer: Path) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise InputError("the package tokenizers is not installed", next_step=INSTALL) from error
        self._runner = runner
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.model = f"all-MiniLM-L6-v2/{runner.name}/{VERSION}"

    def encode(self, texts: Sequence[Text], *, urgent: bool = False) -> list[Encoded]:
        """Return the vectors of these texts; urgent or not, it is done at once."""
        return [self._encoded(text) for text in texts]

    def close(self) -> None:
        """Nothing is held but memory."""

    def _encoded(self, text: Text) -> Encoded:
        own = self._ids(text.words)[:_LONGEST] or [_UNKNOWN]
        room = _LONGEST - len(own)
        before = [number for one in text.before for number in self._ids(one)]
        before = before[-room:] if room else []  # the end of it, which is nearest
        vectors = self._runner.run(np.array([_CLS, *before, *own, _SEP], np.int64))[1 + len(before) : -1]
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        mean = units.mean(0)
        tokens = np.clip(np.round(units * SCALE), -127, 127).astype(np.int8)
        return Encoded(mean=(mean / np.linalg.norm(mean)).astype(np.float32), tokens=tokens)

    def _ids(self, words: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(words).ids[1:-1]
        return found


def load(cache: Path) -> MiniLM:
    """Return the model, building in `cache` what is not there yet.

    By onnxruntime where it and `onnx` are installed, else by numpy. InputError, with what to install, if the weights or
    the tokenizer are not there.
    """
    place = weights.folder()
    runs = importlib.util.find_spec("onnxruntime") is not None
    builds = importlib.util.find_spec("onnx") is not None
    if runs and (builds or (cache / _GRAPH).exists()):
        return MiniLM(_onnx(cache, place), place / "tokenizer.json")
    return MiniLM(PlainRunner(weights.read(place / "model.safetensors")), place / "tokenizer.json")


def _onnx(cache: Path, place: Path) -> Runner:
    """Return the graph's runner; a file that cannot be run is built again."""
    graph = cache / _GRAPH
    if graph.exists():
        try:
            return OnnxRunner(graph)
        except Exception:  # the library has no error of its own for a damaged file: each kind of damage is another
            graph.unlink(missing_ok=True)
    return OnnxRunner(_built(graph, place))


def _built(graph: Path, place: Path) -> Path:
    """Build the graph if nobody has meanwhile: whole or not at all, and by one process."""
    graph.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(graph.with_suffix(".lock")):
        if not graph.exists():
            work = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=graph.parent))
            try:
                _build(place / "model.safetensors", work / graph.name)
                with (work / graph.name).open("rb") as file:
                    os.fsync(file.fileno())
                (work / graph.name).replace(graph)
                sync_folder(graph.parent)
            except OSError as error:
                raise ResourceError(f"MiniLM cannot be built in {graph.parent}: {error}") from error
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return graph


def _build(weights_file: Path, graph: Path) -> None:
    command = [sys.executable, "-P", "-m", "empla.memory.embedding.minilm.graph", str(weights_file), str(graph)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise ResourceError(f"MiniLM cannot be built: {said}", next_step="it needs 600 MB of memory and 120 MB of disk")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold a lock; with it, clear away what a process that died in the middle of building has left."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for left in path.parent.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
