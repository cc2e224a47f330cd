"""What IMAP looks like on the wire (RFC 3501, RFC 9051): responses in, quoted strings out.

We read it ourselves: the one asynchronous client library in use is under the GPL, which is never imported here, and
`imaplib` blocks, which an idle employee must not pay a busy thread for. A response is read whole, literals by their
announced length, so nothing inside a mail can be taken for a response.
"""

import asyncio
import re
from dataclasses import dataclass

from empla.errors import ExternalError, ResourceError, TimedOut, ValidationError

LONGEST_LINE = 4 << 20
"""Bytes that one line may have. A SEARCH result lists its UIDs in one: this has room for half a million."""

LARGEST_RESPONSE = 96 << 20
"""Bytes that the literals of one response may have together."""

_CHUNK = 1 << 16
_LITERAL = re.compile(rb"~?\{(\d{1,10})\+?\}$")
_STATUS = re.compile(rb"(?:\S+ (?:OK|NO|BAD|BYE|PREAUTH)\b|\+)", re.IGNORECASE)
_TOKEN = re.compile(rb'[ \t]*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<atom>[^\s()"]+))')

Token = bytes | None | list["Token"]
"""An atom, string or literal; NIL; or a parenthesised list."""


class ConnectionLost(ExternalError):
    """The connection to the server is gone."""

    code = "connection_lost"


@dataclass(frozen=True, slots=True)
class Response:
    """One response: "*", "+" or the tag of a command, and what follows: text, literal, text, literal, ..., text."""

    tag: bytes
    pieces: tuple[bytes, ...]

    @property
    def text(self) -> bytes:
        """What follows the tag, without literals."""
        return b"".join(self.pieces[::2])

    def words(self) -> list[bytes]:
        """Return the first two words in upper case: `OK`; `EXISTS` comes second, after its number."""
        return self.pieces[0].upper().split(maxsplit=2)[:2]

    def tokens(self) -> list[Token]:
        """Return what follows the tag as tokens; ValidationError if it is not IMAP."""
        stack: list[list[Token]] = [[]]
        for index, piece in enumerate(self.pieces):
            if index % 2:
                stack[-1].append(piece)
            else:
                _tokenize(piece, stack)
        if len(stack) != 1:
            raise ValidationError(f"a list is not closed in the server's response {self.text[:80]!r}")
        return stack[0]


def _tokenize(text: bytes, stack: list[list[Token]]) -> None:
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or (match["close"] and len(stack) == 1):
            raise ValidationError(f"the server's response cannot be read at {text[position : position + 40]!r}")
        position = match.end()
        if match["open"]:
            inner: list[Token] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif match["close"]:
            stack.pop()
        elif match["quoted"] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", match["quoted"]))
        else:
            atom = match["atom"]
            stack[-1].append(None if atom.upper() == b"NIL" else atom)


async def read_response(reader: asyncio.StreamReader, *, begin_s: float, pause_s: float) -> Response:
    """Read one response.

    It must begin within `begin_s` seconds, or TimedOut is raised and nothing is consumed. Once begun no pause in it may
    be longer than `pause_s`. Raises ConnectionLost when the connection ends or breaks off.
    """
    line = await _line(reader, begin_s)
    tag, _, rest = line.partition(b" ")
    if _STATUS.match(line):  # its text is for people, and may end in anything
        return Response(tag, (rest,))
    pieces = [rest]
    held = 0
    while match := _LITERAL.search(pieces[-1]):
        size = int(match[1])
        held += size
        if held > LARGEST_RESPONSE:
            raise ResourceError(f"the mail server announces {size} bytes in one response, which is too much")
        pieces[-1] = pieces[-1][: match.start()]
        try:
            async with asyncio.timeout(None) as pause:
                pieces.append(await _exactly(reader, size, pause, pause_s))
                pieces.append(await _line(reader, pause_s))
        except (TimeoutError, TimedOut):
            raise ConnectionLost(f"the mail server stopped in the middle of a response for {pause_s:g} s") from None
    return Response(tag, tuple(pieces))


async def _line(reader: asyncio.StreamReader, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return (await reader.readuntil(b"\r\n"))[:-2]
    except TimeoutError:
        raise TimedOut(f"the mail server said nothing for {seconds:g} s") from None
    except asyncio.LimitOverrunError:
        raise ConnectionLost("the mail server sent a line without an end") from None
    except (OSError, EOFError) as error:
        raise ConnectionLost(f"the connection to the mail server was lost ({type(error).__name__})") from error


async def _exactly(reader: asyncio.StreamReader, size: int, pause: asyncio.Timeout, seconds: float) -> bytes:
    loop = asyncio.get_running_loop()
    parts = bytearray()
    while len(parts) < size:
        pause.reschedule(loop.time() + seconds)
        try:
            chunk = await reader.read(min(_CHUNK, size - len(parts)))
        except OSError as error:
            raise ConnectionLost("the connection to the mail server was lost in the middle of a mail") from error
        if not chunk:
            raise ConnectionLost("the connection to the mail server was lost in the middle of a mail")
        parts += chunk
    pause.reschedule(None)
    return bytes(parts)


def quoted(text: str | bytes) -> bytes:
    """Return `text` as a quoted string; ValidationError for characters that would end the command (RFC 9051, 4.3)."""
    raw = text.encode() if isinstance(text, str) else text
    if re.search(rb"[\x00\r\n]", raw):
        raise ValidationError("a value with a line break or NUL cannot be sent to a mail server")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
