"""Vectors in a Qdrant server, for many employees or several hosts: one collection for each model, everybody's.

Whose a point is stands in its payload, and every query is held to it, as it is to what a viewer may see. The number of
a point follows from whose it is and of which piece, and how far the truth was read is a point of its own, written last:
what is interrupted is done once more, and then it is the same. Deleted points are gone from every answer at once; their
bytes go when the server next tidies its segments.
"""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from empla.errors import ExternalError, RateLimited, SignedOut
from empla.memory.embedding.embedder import SCALE
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import episode_of
from empla.memory.vectors.index import Entry

KEY: Final = "EMPLA_VECTORS_KEY"
"""Environment: what the server knows us by."""

_PREFIX: Final = "empla_"
_NAMES: Final = uuid.UUID("6d2bfa0c-33a4-4f6b-9b6c-1a2f6d0f4c11")
_TIMEOUT_S: Final = 5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PIECE, _MARK = "piece", "mark"
_INDEXED: Final[Mapping[str, models.PayloadSchemaType]] = {
    "what": models.PayloadSchemaType.KEYWORD,
    "people": models.PayloadSchemaType.KEYWORD,
    "kind": models.PayloadSchemaType.KEYWORD,
    "episode": models.PayloadSchemaType.INTEGER,
    "visibility": models.PayloadSchemaType.INTEGER,
    "at": models.PayloadSchemaType.INTEGER,
}

Condition = models.Condition


def connect(url: str) -> QdrantClient:
    """Return a client of the server at `url`; nothing is asked of it yet."""
    key = os.environ.get(KEY) or None
    return QdrantClient(url=url, api_key=key, timeout=_TIMEOUT_S, check_compatibility=False)


def alive(url: str) -> str:
    """Return the version of the server at `url`. ExternalError if it does not answer, SignedOut without its key."""
    with closing(connect(url)) as client, _asking():
        client.get_collections()  # unlike its version, that needs the key
        return client.info().version


class QdrantIndex:
    """The vectors of one employee of one tenant."""

    def __init__(self, client: QdrantClient, *, tenant: str, employee: str) -> None:
        self._client = client
        self._whose = f"{tenant}/{employee}"
        self._collection = ""
        self._model = ""

    @property
    def model(self) -> str:
        """The model whose vectors these are; empty until one is used."""
        return self._model

    def use(self, model: str, dims: int) -> None:
        """Be of this model: one's own vectors of others are deleted."""
        if self._model == model:
            return
        name = _PREFIX + blake2b(f"{model}/{dims}".encode(), digest_size=8).hexdigest()
        with _asking():
            if not self._client.collection_exists(name):
                self._make(name, dims)
            for other in self._client.get_collections().collections:
                if other.name.startswith(_PREFIX) and other.name != name:
                    self._client.delete(other.name, self._mine(), wait=True)
        self._collection, self._model = name, model

    def mark(self) -> Mark:
        """Return how far the truth was read."""
        if not self._collection:
            return Mark()
        with _asking():
            found = self._client.retrieve(self._collection, [self._id(_MARK)], with_payload=True)
        return Mark(*(found[0].payload or {})["mark"]) if found else Mark()

    def __len__(self) -> int:
        if not self._collection:
            return 0
        with _asking():
            return self._client.count(self._collection, count_filter=self._mine(_is("what", _PIECE)), exact=True).count

    def take(self, expected: Mark, mark: Mark, entries: Sequence[Entry], gone: Sequence[int]) -> bool:
        """Keep `entries`, delete what is `gone`, then move the mark."""
        if not self._collection or self.mark() != expected:
            return False
        points = [self._point(entry) for entry in entries]
        anew = sorted({episode_of(entry.number) for entry in entries})
        with _asking():
            if points:
                self._client.upsert(self._collection, points, wait=True)
                kept = models.HasIdCondition(has_id=[point.id for point in points])
                self._delete(_any("episode", anew), without=kept)
            if gone:
                self._delete(_any("episode", sorted(gone)))
            payload = {"whose": self._whose, "what": _MARK, "mark": list(mark)}
            self._client.upsert(
                self._collection, [models.PointStruct(id=self._id(_MARK), vector={}, payload=payload)], wait=True
            )
        return True

    def erase(self, episodes: Sequence[int]) -> None:
        """Delete the vectors of these episodes, of whichever model."""
        if not episodes:
            return
        with _asking():
            for collection in self._client.get_collections().collections:
                if collection.name.startswith(_PREFIX):
                    self._delete(_any("episode", sorted(episodes)), collection=collection.name)

    def nearest(self, vector: NDArray[np.float32], bounds: Bounds, limit: int) -> list[tuple[int, float]]:
        """Return the pieces within bounds that are nearest to `vector`."""
        return self._found(vector.tolist(), "mean", self._mine(_is("what", _PIECE), *_conditions(bounds)), limit)

    def cosines(self, vector: NDArray[np.float32], pieces: Sequence[int]) -> Mapping[int, float]:
        """Return the cosine of each of these pieces that has a vector."""
        return dict(self._of(vector.tolist(), "mean", pieces))

    def likeness(self, tokens: NDArray[np.float32], pieces: Sequence[int]) -> Mapping[int, float]:
        """Return how well the tokens of each of these pieces answer a cue's."""
        return {piece: score / len(tokens) for piece, score in self._of(tokens.tolist(), "tokens", pieces)}

    def clear(self) -> None:
        """Delete everything of this employee; the mark is at the beginning."""
        if self._collection:
            with _asking():
                self._client.delete(self._collection, models.FilterSelector(filter=self._mine()), wait=True)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _make(self, name: str, dims: int) -> None:
        """Make the collection, unless another process just has."""
        mean = models.VectorParams(size=dims, distance=models.Distance.COSINE)
        tokens = models.VectorParams(
            size=dims,
            distance=models.Distance.COSINE,
            datatype=models.Datatype.FLOAT16,
            on_disk=True,
            hnsw_config=models.HnswConfigDiff(m=0),  # only ever compared with those of some pieces
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
        )
        try:
            self._client.create_collection(
                name,
                vectors_config={"mean": mean, "tokens": tokens},
                hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),  # a graph for each employee, none of all
            )
        except UnexpectedResponse as error:
            if error.status_code != 409:
                raise
        whose = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
        self._client.create_payload_index(name, "whose", whose, wait=True)
        for field, kind in _INDEXED.items():
            self._client.create_payload_index(name, field, kind, wait=True)

    def _point(self, entry: Entry) -> models.PointStruct:
        vectors: dict[str, Any] = {"mean": entry.vectors.mean.tolist()}
        if len(entry.vectors.tokens):
            vectors["tokens"] = (entry.vectors.tokens.astype(np.float32) / SCALE).tolist()
        label = entry.label
        payload = {
            "whose": self._whose,
            "what": _PIECE,
            "number": entry.number,
            "episode": episode_of(entry.number),
            "at": _instant(label.at),
            "kind": label.kind.value,
            "people": list(label.people),
            "visibility": int(label.visibility),
        }
        return models.PointStruct(id=self._id(entry.number), vector=vectors, payload=payload)

    def _id(self, what: int | str) -> str:
        return str(uuid.uuid5(_NAMES, f"{self._whose}/{what}"))

    def _mine(self, *conditions: Condition) -> models.Filter:
        return models.Filter(must=[_is("whose", self._whose), *conditions])

    def _delete(self, which: Condition, *, without: Condition | None = None, collection: str = "") -> None:
        mine = self._mine(which)
        if without is not None:
            mine.must_not = [without]
        self._client.delete(collection or self._collection, models.FilterSelector(filter=mine), wait=True)

    def _of(self, query: Any, using: str, pieces: Sequence[int]) -> list[tuple[int, float]]:
        if not pieces:
            return []
        ids = models.HasIdCondition(has_id=[self._id(piece) for piece in pieces])
        return self._found(query, using, self._mine(ids), len(pieces))

    def _found(self, query: Any, using: str, within: models.Filter, limit: int) -> list[tuple[int, float]]:
        if not self._collection:
            return []
        with _asking():
            found = self._client.query_points(
                self._collection, query=query, using=using, query_filter=within, limit=limit, with_payload=["number"]
            )
        hits = [(int((point.payload or {})["number"]), float(point.score)) for point in found.points]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def _conditions(bounds: Bounds) -> Iterator[Condition]:
    """Yield what bounds ask for, as conditions that all have to hold."""
    if not bounds.viewer.everything:
        seen: list[Condition] = [
            models.FieldCondition(key="visibility", range=models.Range(gte=int(bounds.viewer.least)))
        ]
        if bounds.viewer.addresses:
            seen.append(_any("people", bounds.viewer.addresses))
        yield models.Filter(should=seen)
    for group in bounds.people:
        yield _any("people", group)
    if bounds.since is not None:
        yield models.FieldCondition(key="at", range=models.Range(gte=_instant(bounds.since)))
    if bounds.until is not None:
        yield models.FieldCondition(key="at", range=models.Range(lt=_instant(bounds.until)))
    if bounds.kinds:
        yield _any("kind", [kind.value for kind in bounds.kinds])


def _is(key: str, value: str) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _any(key: str, values: Sequence[Any]) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))


def _instant(at: datetime) -> int:
    """Return microseconds since 1970: less than 2^53, so that a range of floating numbers holds them exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


@contextmanager
def _asking() -> Iterator[None]:
    """Have what the client raises told in our own words."""
    try:
        yield
    except UnexpectedResponse as error:
        if error.status_code in (401, 403):
            raise SignedOut("the Qdrant server does not let us in", next_step=f"give its key in {KEY}") from None
        if error.status_code == 429:
            raise RateLimited("the Qdrant server asks for less") from error
        raise ExternalError(f"the Qdrant server failed ({error.status_code} {error.reason_phrase})") from error
    except (ApiException, OSError) as error:
        raise ExternalError(
            "the Qdrant server cannot be asked", next_step="see what `vectors` says, and whether it runs"
        ) from error
