"""Files of a mail that goes out: rendered from kept bytes, named harmlessly, and not more than a server takes."""

import re
import unicodedata
from collections.abc import Sequence
from email.message import EmailMessage

from empla.capabilities.contract import PrepareFacts
from empla.errors import EmplaError
from empla.mind.values import FileRef

MOST_BYTES = 20 * 1024 * 1024
"""Bytes of all files of one mail together; in base64 they are a third more, and many servers end at 30 MB."""
_MEDIA_TYPE = re.compile(r"(?!multipart/)[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
_HARMFUL = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 120
_LONGEST_LINE = 998  # RFC 5322, 2.1.1


def attach(mail: EmailMessage, files: Sequence[FileRef], facts: PrepareFacts) -> str:
    """Attach files to a mail that has its text, and return what has to be said of those that are left out.

    Left out is what would make the mail larger than `MOST_BYTES`, and what is not kept by itself.
    """
    room = MOST_BYTES
    left_out = []
    for file in files:
        content = _kept(file, facts)
        if content is None or len(content) > room:
            left_out.append(_said(file, None if content is None else len(content)))
            continue
        room -= len(content)
        _attach_one(mail, file, content)
    if mail.is_multipart():
        mail.set_boundary(f"=_{facts.unique}")  # not a random one: the same arguments give the same bytes
    return "\n".join(left_out)


def attach_text(mail: EmailMessage, name: str, text: str, facts: PrepareFacts) -> None:
    """Attach a text that is our own."""
    mail.add_attachment(text, subtype="plain", charset="utf-8", cte="quoted-printable", filename=name)
    mail.set_boundary(f"=_{facts.unique}")


def _kept(file: FileRef, facts: PrepareFacts) -> bytes | None:
    try:
        return facts.kept(file.sha256)
    except EmplaError:
        return None


def _said(file: FileRef, size: int | None) -> str:
    if size is None:
        return f"I cannot attach “{file_name(file)}”: it lies only in the mail it came with, in my mailbox."
    return (
        f"I cannot attach “{file_name(file)}” ({size / 1024 / 1024:.0f} MB): a mail takes {MOST_BYTES // 1024 // 1024} "
        f"MB. It is in my mailbox, and whoever runs me finds it kept as blobs/{file.sha256[:2]}/{file.sha256[2:]}."
    )


def _attach_one(mail: EmailMessage, file: FileRef, content: bytes) -> None:
    name, kind = file_name(file), file.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(kind) or (kind.startswith("message/") and not _as_it_is(content)):
        kind = "application/octet-stream"
    main, _, sub = kind.partition("/")
    if main != "message":
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return
    # A mail in a mail may not be encoded (RFC 2046, 5.2.1), so its bytes are put in as they are.
    mail.add_attachment(b"", maintype="application", subtype="octet-stream", filename=name)
    *_, part = mail.iter_attachments()
    part.replace_header("Content-Type", kind)
    part.replace_header("Content-Transfer-Encoding", "7bit")
    part.set_payload(content.decode("ascii"))


def _as_it_is(content: bytes) -> bool:
    """Whether bytes may stand in a mail without being encoded."""
    return content.isascii() and b"\0" not in content and max(map(len, content.splitlines()), default=0) < _LONGEST_LINE


def file_name(file: FileRef) -> str:
    """Return the name under which a file is passed on: no path, no control characters, and never empty."""
    name = _HARMFUL.sub("", unicodedata.normalize("NFC", re.split(r"[/\\]", file.name)[-1])).strip(". ")
    if not name:
        return "mail.eml" if file.media_type == "message/rfc822" else "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:_LONGEST_NAME]
