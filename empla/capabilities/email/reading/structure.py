"""The parts of a mail as the parser of the standard library finds them, within bounds that it does not have itself."""

import re
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32

from empla.errors import ValidationError

LARGEST = 45 * 1024 * 1024
LONGEST_HEADER = 256 * 1024
MOST_CONTAINERS = 100
_PIECE = 64 * 1024

_CONTAINER = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_BEFORE_IT = b"\xef\xbb\xbf\r\n"


class Unreadable(ValidationError):
    """The mail cannot be read and is set aside."""

    code = "unreadable"


def message_from(raw: bytes) -> Message:
    """Return the mail's structure. Raises Unreadable for what is no mail, or would cost too much to take apart."""
    begin = len(raw[:64]) - len(raw[:64].lstrip(_BEFORE_IT))
    _check(raw, begin)
    # Fed in pieces: given all at once, the parser holds a large mail six times over.
    parser = BytesFeedParser(policy=compat32)
    view = memoryview(raw)
    try:
        for start in range(begin, len(raw), _PIECE):
            parser.feed(bytes(view[start : start + _PIECE]))
        message = parser.close()
    except RecursionError as error:
        raise Unreadable("The mail is nested too deep to be read.") from error
    if not any(True for _ in message.raw_items()):
        raise Unreadable("This is no mail: it has no header.")
    return message


def _check(raw: bytes, begin: int) -> None:
    if not raw[:4096].strip() and not raw.strip():
        raise Unreadable("The mail is empty.")
    if len(raw) > LARGEST:
        raise Unreadable(f"The mail is larger than {LARGEST // 1024 // 1024} MB.")
    end = _END_OF_HEADER.search(raw, begin)
    header = end.start() if end else len(raw)
    if header > LONGEST_HEADER:
        raise Unreadable(f"The mail's header is longer than {LONGEST_HEADER // 1024} KB.")
    if raw.find(b"\x00", 0, header) >= 0:
        raise Unreadable("The mail's header contains NUL bytes.")
    if sum(1 for _ in _CONTAINER.finditer(raw)) > MOST_CONTAINERS:
        raise Unreadable("The mail is nested too deep to be read.")
