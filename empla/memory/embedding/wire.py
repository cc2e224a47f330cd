"""What passes over the embedder's socket: frames of four bytes of length and a body, little-endian.

    hello      1                                                         asked once, when a connection begins
    encode     2, urgent (u8), texts (u16); for each: parts (u16), and each part its length (u32) and UTF-8:
               the text's own words first, then what is before it
    model      17, JSON {"protocol", "model", "dims"}
    vectors    18, texts (u16), dims (u16), tokens of each text (u16), then all means (f32) and all tokens (i8)
    refused    19, JSON {"code", "sentence", "next_step", "retry_after_s"}

One side asks, the other answers, one at a time. Whoever gets what does not fit this, or is too long, hangs up.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from empla.errors import Delayed, EmplaError, ExternalError, InputError, RateLimited, ResourceError, ValidationError
from empla.memory.embedding.embedder import TEXTS, Encoded, Text

PROTOCOL: Final = 1
HELLO, ENCODE = 1, 2
MODEL, VECTORS, REFUSED = 17, 18, 19

LENGTH: Final = struct.Struct("<I")
LONGEST_ASKED: Final = 4 << 20
"""Bytes that a question may have."""
LONGEST_ANSWER: Final = 32 << 20
"""Bytes that an answer may have: so many texts, of as many tokens as a model reads at once, with a thousand
dimensions each."""
LONGEST_TEXT: Final = 16_000
"""Characters of a text that are sent: no model here reads as many."""

_PARTS: Final = 16
_HEAD: Final = struct.Struct("<BBH")
_COUNT: Final = struct.Struct("<H")
_ANSWER: Final = struct.Struct("<BHH")

Kinds: Final[Mapping[str, type[EmplaError]]] = {
    kind.code: kind for kind in (Delayed, ExternalError, InputError, RateLimited, ResourceError, ValidationError)
}


def asked(texts: Sequence[Text], *, urgent: bool) -> bytes:
    """Return the question for these texts."""
    if len(texts) > TEXTS:
        raise InputError(f"{len(texts)} texts are too many at once: {TEXTS} at most")
    parts = [_HEAD.pack(ENCODE, urgent, len(texts))]
    for text in texts:
        before = text.before[-(_PARTS - 1) :]
        parts.append(_COUNT.pack(1 + len(before)))
        for words in (text.words, *before):
            raw = words[:LONGEST_TEXT].encode(errors="replace")
            parts += [LENGTH.pack(len(raw)), raw]
    return b"".join(parts)


def texts_of(body: bytes) -> tuple[list[Text], bool]:
    """Return what is asked, and whether it is urgent. ValidationError if it is not such a question."""
    try:
        _, urgent, count = _HEAD.unpack_from(body)
        if count > TEXTS:
            raise ValidationError(f"{count} texts at once")
        take = _reader(body, _HEAD.size)
        texts = []
        for _ in range(count):
            (parts,) = _COUNT.unpack(take(_COUNT.size))
            words, *before = [take(LENGTH.unpack(take(LENGTH.size))[0]).decode() for _ in range(parts)]
            texts.append(Text(words=words, before=tuple(before)))
    except (struct.error, ValueError, IndexError) as error:
        raise ValidationError("that is no question to an embedder") from error
    return texts, bool(urgent)


def answered(vectors: Sequence[Encoded], dims: int) -> Iterator[bytes]:
    """Yield the parts of an answer."""
    yield _ANSWER.pack(VECTORS, len(vectors), dims)
    yield np.array([len(one.tokens) for one in vectors], "<u2").tobytes()
    for one in vectors:
        yield one.mean.astype("<f4").tobytes()
    for one in vectors:
        yield one.tokens.tobytes()


def vectors_of(body: bytes) -> list[Encoded]:
    """Return the vectors that an answer has; raises what it says if it is a refusal. ValidationError for others."""
    if body[:1] == bytes([REFUSED]):
        raise _refusal(_told(body))
    try:
        kind, count, dims = _ANSWER.unpack_from(body)
        if kind != VECTORS:
            raise ValidationError("the embedder answers something else")
        take = _reader(body, _ANSWER.size)
        lengths = np.frombuffer(take(2 * count), "<u2").tolist()
        means = np.frombuffer(take(4 * dims * count), "<f4").reshape(count, dims)
        tokens = np.frombuffer(take(dims * sum(lengths)), np.int8).reshape(-1, dims)
    except (struct.error, ValueError, IndexError) as error:
        raise ValidationError("the embedder's answer is not whole") from error
    ends = np.cumsum(lengths).tolist()
    return [
        Encoded(mean=mean, tokens=tokens[end - length : end])
        for mean, length, end in zip(means, lengths, ends, strict=True)
    ]


def model(name: str, dims: int) -> bytes:
    """Return the answer to who says hello."""
    return bytes([MODEL]) + json.dumps({"protocol": PROTOCOL, "model": name, "dims": dims}).encode()


def model_of(body: bytes) -> tuple[str, int]:
    """Return the name of a model and its dimensions from the answer. ValidationError if it is another's answer."""
    told = _told(body)
    if body[:1] != bytes([MODEL]) or told.get("protocol") != PROTOCOL:
        raise ValidationError("whoever answers is no embedder of this version")
    return str(told["model"]), int(told["dims"])


def refused(error: EmplaError) -> bytes:
    """Return the answer that says why there are no vectors."""
    code = next((code for code, kind in Kinds.items() if isinstance(error, kind) and kind is not ExternalError), "")
    told: dict[str, Any] = {"code": code, "sentence": error.sentence, "next_step": error.next_step}
    if isinstance(error, RateLimited):
        told["retry_after_s"] = error.retry_after_s
    return bytes([REFUSED]) + json.dumps(told).encode()


def framed(*parts: bytes) -> bytes:
    """Return a body with its length before it."""
    return b"".join((LENGTH.pack(sum(map(len, parts))), *parts))


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body[1:])
    except ValueError as error:
        raise ValidationError("the embedder's answer is not whole") from error
    if not isinstance(told, dict):
        raise ValidationError("the embedder's answer is not whole")
    return told


def _refusal(told: Mapping[str, Any]) -> EmplaError:
    kind = Kinds.get(str(told.get("code")), ExternalError)
    sentence, next_step = str(told.get("sentence", "")), str(told.get("next_step", ""))
    if kind is RateLimited:
        return RateLimited(sentence, next_step=next_step, retry_after_s=told.get("retry_after_s"))
    return kind(sentence, next_step=next_step)


def _reader(body: bytes, first: int) -> Callable[[int], bytes]:
    """Return what gives the next bytes of a body; IndexError when there are not as many."""
    place = first

    def take(length: int) -> bytes:
        nonlocal place
        if place + length > len(body):
            raise IndexError
        place += length
        return body[place - length : place]

    return take
