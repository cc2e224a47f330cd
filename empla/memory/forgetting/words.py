"""What must not stand anywhere any more, and what is left of a text or a kept value without it.

A value is taken apart as far as it goes: JSON in texts, too. Of what is left its form stays, so that the types of
`empla.mind.codec` can still be read and ids still lead from one row to another:

    a text of several words with one of them in it       "[erased]"
    an id or an address with one of them in it           the same id with a salted token in its place, everywhere alike
    a mail, a recollection that is to be forgotten       all its words go, its key stays
    a line that only erased memories had                 as a text with one of the words in it
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from empla.mind import codec

ERASED: Final = "[erased]"

SHORTEST_LINE: Final = 20
"""Characters of a line by which a text is known again; a shorter one may be anybody's."""
SHORTEST_SUBJECT: Final = 8

_QUOTED: Final = re.compile(r"^(?:\s*[>|]+)+")
_MARKS: Final = " “”„‚‘’«»‹›\"'*_"
"""In which somebody puts words that are another's."""
_ANSWERS: Final = re.compile(r"^(?:(?:re|aw|fwd?|wg)\s*:\s*)+", re.IGNORECASE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_STRUCTURE: Final = frozenset(
    [
        *("$", "v", "key", "id", "ref", "of", "parent", "index", "version", "fingerprint", "sha256", "media_type"),
        *("intention", "action", "operation", "plan", "percept", "goal", "trigger", "thread", "message_id"),
        *("kind", "functor", "status", "code", "stage", "state", "zone", "source", "origin"),
    ]
)
"""Names of fields that are no words but say what something is and where it belongs."""
_NAMED: Final = frozenset({"key", "id", "percept", "action"})


def pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of the terms as whole words, however they are spaced and written; None for no terms."""
    parts = []
    for term in sorted({" ".join(t.split()) for t in terms if t.strip()}, key=lambda t: (-len(t), t)):
        before = r"(?<![\w.+-])" if "@" in term else r"(?<!\w)"
        parts.append(before + r"\s+".join(re.escape(word) for word in term.split()) + r"(?!\w)")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def hashed(salt: str, content: str | bytes) -> str:
    """Return the salted hash of what was erased: without the salt nobody can tell what it was."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(f"{salt}:{hashlib.sha256(data).hexdigest()}".encode()).hexdigest()


def lines_of(text: str, shortest: int = SHORTEST_LINE) -> Iterator[str]:
    """Iterate over the lines of a text by which it is known again, as they are compared."""
    for line in text.splitlines():
        plain = " ".join(_ANSWERS.sub("", _QUOTED.sub("", line)).casefold().split()).strip(_MARKS)
        if len(plain) >= shortest:
            yield plain


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is to be forgotten, as texts and values are looked through for it.

    `lines` are salted hashes of lines, `keys` the percepts, acts and memories of which nothing is to be left.
    """

    salt: str
    terms: tuple[str, ...] = ()
    lines: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    blobs: set[str] = field(default_factory=set)
    """Hashes of kept bytes that were named in what was erased whole."""

    @cached_property
    def found(self) -> re.Pattern[str] | None:
        """What finds the terms."""
        return pattern(self.terms)

    def line(self, plain: str) -> str:
        """Return how a line is noted."""
        return hashed(self.salt, plain)[:16]

    def are_in(self, text: str) -> bool:
        """Return whether a text has any of it."""
        if self.found is not None and self.found.search(text):
            return True
        if not self.lines or len(text) < SHORTEST_SUBJECT:
            return False
        return any(self.line(line) in self.lines for line in lines_of(text, SHORTEST_SUBJECT))

    # what is left -------------------------------------------------------------------------------------------------

    def text(self, text: str) -> str:
        """Return what is left of a text, or of the value that it is the JSON of."""
        if text[:1] in ("{", "[") and (value := _parsed(text)) is not None:
            left = self.value(value)
            return text if left == value else _canonical(left)
        if not self.are_in(text):
            return text
        return ERASED if self.found is None or len(text.split()) > 1 else self.id(text)

    def value(self, value: Any) -> Any:
        """Return what is left of plain JSON data."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if not isinstance(value, dict):
            return value
        if self._is_meant(value):
            return self.nothing(value)
        return {self.id(name): self.value(one) for name, one in value.items()}

    def nothing(self, value: Any) -> Any:
        """Return plain JSON data without any words; the kept bytes that it names are noted."""
        if isinstance(value, list):
            return [self.nothing(one) for one in value]
        if isinstance(value, dict):
            if set(value) == {"$", "v"}:
                return value
            stays = _STRUCTURE | codec.choices(str(value.get("$")))
            return {
                self.id(name): self._structure(one) if name in stays else self.nothing(one)
                for name, one in value.items()
            }
        if not isinstance(value, str):
            return value
        if value[:1] in ("{", "[") and (inner := _parsed(value)) is not None:
            return _canonical(self.nothing(inner))
        self._note_blob(value)
        return self._address(value) if "@" in value and not value.split()[1:] else ""

    def body(self, body: bytes) -> bytes:
        """Return what is left of the text that bytes are."""
        text = body.decode()
        left = self.text(text)
        return body if left == text else left.encode()

    def _structure(self, value: Any) -> Any:
        if isinstance(value, str):
            self._note_blob(value)
            return self.id(value)
        return self.nothing(value)

    def _note_blob(self, value: str) -> None:
        if _SHA256.fullmatch(value):
            self.blobs.add(value)

    def _is_meant(self, value: Mapping[str, Any]) -> bool:
        """Return whether an object is one of which nothing is to be left."""
        kind = value.get("$")
        if kind == "StepRecord":
            return f"{value.get('intention')}.{value.get('index')}" in self.keys
        if kind in _WHOLE and any(value.get(name) in self.keys for name in _NAMED if isinstance(value.get(name), str)):
            return True
        return kind == "Mail" and self.are_in_any(value)

    def are_in_any(self, value: Any) -> bool:
        """Return whether any text in plain JSON data has any of it."""
        if isinstance(value, str):
            return self.are_in(value)
        if isinstance(value, dict):
            return any(self.are_in_any(name) or self.are_in_any(one) for name, one in value.items())
        return isinstance(value, list) and any(self.are_in_any(one) for one in value)

    def id(self, text: str) -> str:
        """Return an id with salted tokens in place of the terms, the same wherever it stands."""
        return self.found.sub(lambda m: self._token(m.group()), text) if self.found is not None else text

    def _token(self, term: str) -> str:
        return self._address(term) if "@" in term else f"erased-{hashed(self.salt, term)[:12]}"

    def _address(self, address: str) -> str:
        return f"erased-{hashed(self.salt, address)[:12]}@erased.invalid"


_WHOLE: Final = frozenset({"Asked", "Episode", "Mail", "Percept", "Recollection"})
"""Types of values that are forgotten whole, if it is them that are meant."""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _canonical(value: Any) -> str:
    """Return JSON as `codec.dumps` writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
