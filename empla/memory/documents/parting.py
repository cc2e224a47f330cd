"""A document as the percepts by which an employee is taught it: a few hundred passages each, the last one tells all.

The keys of the percepts follow from the place, the bytes, who may see it and what stood there before. So a command that
was killed and is given again sends the same ones, and what was taught, dropped and taught again is taught indeed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from empla.memory.documents.passages import Passage
from empla.memory.model import Visibility
from empla.mind import codec

MOST_PASSAGES: Final = 200
"""Passages of one percept."""
MOST_CHARACTERS: Final = 400_000
"""Characters of one percept, about, so that what an employee reads at a time stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a document: where it lies, what it is called, whose it is, and of which bytes it was read.

    `former` tells what stands at that place by now, empty if nothing does.
    """

    place: str
    name: str
    media_type: str
    sha256: str
    visibility: Visibility
    by: str
    former: str = ""

    @property
    def id(self) -> str:
        """What its percepts' keys are made of."""
        return codec.digest([self.place, self.name, self.sha256, int(self.visibility), self.former])[:24]


def key_of(version: str, part: int) -> str:
    """Return the key of the percept with one part (from 1) of a version."""
    return f"teach:{version}:{part}"


def parts(version: Version, passages: Sequence[Passage]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Iterate over (key, fields) of the percepts that teach a version, in the order in which they have to be sent."""
    said: Mapping[str, Any] = {
        "do": "teach",
        "by": version.by,
        "version": version.id,
        "place": version.place,
        "name": version.name,
        "media_type": version.media_type,
        "sha256": version.sha256,
        "visibility": int(version.visibility),
    }
    portions = list(_portions(passages))
    for number, portion in enumerate(portions, 1):
        place = {"part": number, "parts": len(portions), "passages": [asdict(passage) for passage in portion]}
        yield key_of(version.id, number), {**said, **place}


def _portions(passages: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    start = characters = 0
    for place, passage in enumerate(passages):
        if place > start and (place - start == MOST_PASSAGES or characters + len(passage.text) > MOST_CHARACTERS):
            yield passages[start:place]
            start, characters = place, 0
        characters += len(passage.text)
    yield passages[start:]
