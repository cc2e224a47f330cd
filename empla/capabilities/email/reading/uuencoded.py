"""Files that stand in the text itself, as programs sent them before MIME: "begin 644 plan.doc ... end"."""

import binascii
import re
from dataclasses import dataclass

_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\n]{0,200})$")
MOST = 20
"""Files that are taken out of one text."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that stood in a text."""

    name: str
    content: bytes


def taken_out(text: str) -> tuple[str, list[Enclosed]]:
    """Return `text` without the files in it, and the files. What is no whole file stays where it is."""
    if "\nend" not in text:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    files: list[Enclosed] = []
    at = 0
    while at < len(lines):
        begin = _BEGIN.match(lines[at]) if len(files) < MOST else None
        content, after = _decoded(lines, at + 1) if begin else (None, at)
        if begin is None or content is None:
            kept.append(lines[at])
            at += 1
        else:
            files.append(Enclosed(begin[1].strip(), content))
            at = after
    return "\n".join(kept), files


def _decoded(lines: list[str], start: int) -> tuple[bytes | None, int]:
    """Return the bytes of the file whose lines begin at `start`, and where its last line is passed; None if none."""
    found = bytearray()
    for at in range(start, len(lines)):
        line = lines[at]
        if line.strip() == "end":
            return (bytes(found), at + 1) if at > start else (None, at)
        try:
            found += _line(line)
        except (binascii.Error, ValueError):
            return None, at
    return None, len(lines)


def _line(line: str) -> bytes:
    """Return the bytes of one line; some programs put too much padding at its end."""
    if not line.strip("` "):
        return b""
    length = (ord(line[0]) - 32) & 63
    needed = 1 + (length + 2) // 3 * 4
    if len(line) > needed + 6 or len(line) < 2:
        raise ValueError("no line of a uuencoded file")
    return binascii.a2b_uu(line[:needed].encode("ascii"))
