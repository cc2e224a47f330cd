"""Runs MiniLM on numbers of words: by onnxruntime, or by numpy over the mapped weights where that is not installed.

Both answer with a vector for each token. They differ a little (the first keeps its matrices as bytes), so each is a
model of its own, whose vectors are not compared with the other's.

One sequence is run at a time. With bytes for matrices a text's vectors would else depend on what it is run together
with, and on one thread a batch gains less than a tenth.
"""

from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from empla.memory.embedding.minilm.weights import Weights

_HEADS: Final = 12
_EPSILON: Final = 1e-12

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


class Runner(Protocol):
    """Something that runs the model."""

    @property
    def name(self) -> str:
        """What tells its vectors from another runner's."""

    def run(self, ids: Ids) -> Vectors:
        """Return the vectors of a sequence, one for each number."""


class OnnxRunner:
    """The graph of `minilm.graph`, run by onnxruntime with one thread."""

    name = "int8"

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # else it keeps what the largest batch took for ever
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, ids: Ids) -> Vectors:
        """Return the vectors of a sequence."""
        found: Vectors = self._session.run(None, {"ids": ids[None]})[0][0]
        return found


class PlainRunner:
    """The same by numpy alone, with the weights as they lie in the mapped file."""

    name = "fp32"

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))

    def run(self, ids: Ids) -> Vectors:
        """Return the vectors of a sequence."""
        places = self._weights["embeddings.position_embeddings.weight"][: len(ids)]
        first = self._weights["embeddings.token_type_embeddings.weight"][0]
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        hidden = self._normal(words + places + first, "embeddings.LayerNorm")
        for number in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}.")
        return hidden

    def _layer(self, hidden: Vectors, prefix: str) -> Vectors:
        attended = self._linear(self._attention(hidden, prefix), f"{prefix}attention.output.dense")
        hidden = self._normal(attended + hidden, f"{prefix}attention.output.LayerNorm")
        wide = self._linear(hidden, f"{prefix}intermediate.dense")
        wide *= np.float32(0.5) * (1 + _erf(wide * np.float32(np.sqrt(0.5))))  # GELU
        return self._normal(self._linear(wide, f"{prefix}output.dense") + hidden, f"{prefix}output.LayerNorm")

    def _attention(self, hidden: Vectors, prefix: str) -> Vectors:
        length, dims = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{prefix}attention.self.{name}")
            .reshape(length, _HEADS, dims // _HEADS)
            .transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores: Vectors = query @ key.transpose(0, 2, 1) * np.float32(1 / np.sqrt(dims / _HEADS))
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        together: Vectors = (scores @ value).transpose(1, 0, 2).reshape(length, dims)
        return together

    def _linear(self, hidden: Vectors, name: str) -> Vectors:
        product: Vectors = hidden @ self._weights[f"{name}.weight"].T
        product += self._weights[f"{name}.bias"]
        return product

    def _normal(self, hidden: Vectors, name: str) -> Vectors:
        hidden = hidden - hidden.mean(-1, keepdims=True)
        spread = (hidden * hidden).mean(-1, keepdims=True)
        scale, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        normal: Vectors = hidden / np.sqrt(spread + np.float32(_EPSILON)) * scale + bias
        return normal


def _erf(values: Vectors) -> Vectors:
    """Return the error function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    size = np.abs(values)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * t
    found: Vectors = np.sign(values) * (1 - series * np.exp(-size * size))
    return found
