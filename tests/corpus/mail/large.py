"""Large mails, made when they are needed."""

# ruff: noqa: E501

import base64
import random

from tests.corpus.mail.cases import ASK, Case, Fate, Way, lines, multipart, part, plain

MB = 1024 * 1024


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def file_of(name: str, megabytes: int) -> bytes:
    """Return a mail with a file of so many megabytes as they go over the wire."""
    content = base64.encodebytes(_noise(megabytes * MB * 3 // 4)).replace(b"\n", b"\r\n")
    fields = ("Content-Transfer-Encoding: base64", "Content-Disposition: attachment; filename=big.bin")
    return multipart(name, "mixed", part("text/plain", ASK), part("application/octet-stream", content, *fields))


def text_of(name: str, megabytes: int) -> bytes:
    """Return a mail whose text is so large, quoted below what is new."""
    return plain(name, f"{ASK}\n\n".encode() + b"> quoted words without an end\r\n" * (megabytes * MB // 31))


def cases() -> list[Case]:
    """Return the large cases."""
    return [
        Case(name="file-of-25-mb", raw=file_of("file-of-25-mb", 25), new=ASK, files=("big.bin",)),
        Case(name="text-of-25-mb", raw=text_of("text-of-25-mb", 25), new=ASK, defect="TextCut"),
        Case(
            name="one-line-of-5-mb",
            raw=plain("one-line-of-5-mb", f"{ASK}\n\n-- \n".encode() + b"x" * (5 * MB)),
            new=ASK,
            way=Way.APPENDED,
            fate=Fate.PASSED_ON,
        ),
        Case(
            name="html-of-10-mb",
            raw=plain("html-of-10-mb", f"<p>{ASK}</p>".encode() + b"<table><tr><td></td></tr></table>\r\n" * (10 * MB // 35), "Content-Type: text/html"),
            new=ASK,
        ),
        Case(
            name="more-than-45-mb",
            raw=plain("more-than-45-mb", b"x" * 70 + b"\r\n") + lines("y" * 76) * (46 * MB // 78),
            way=Way.APPENDED,
            fate=Fate.SET_ASIDE,
            why="larger than 45 MB",
        ),
    ]  # fmt: skip
