"""What is inside a signed and wrapped S/MIME part (CMS signed-data, RFC 5652), without a look at the signature.

Clients send so where a server might change what is signed. Nothing is believed because it is signed: who wrote a mail
is known from the receiving server alone. Only as much of ASN.1 (BER, X.690) is understood as lies on the way.
"""

_SEQUENCE, _OBJECT, _OCTETS, _CONSTRUCTED_OCTETS, _EXPLICIT = 0x30, 0x06, 0x04, 0x24, 0xA0
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DEEPEST = 8
_MOST_PIECES = 100_000


class _NotSo(Exception):
    """The bytes are something else."""


def content_of(data: bytes) -> bytes | None:
    """Return the bytes that were signed; None if `data` is no signed-data, or is signed apart, or is broken."""
    try:
        outer = _inside(data, 0, len(data), _SEQUENCE)
        kind, at = _object(data, outer[0], outer[1])
        if kind != _SIGNED_DATA:
            return None
        explicit = _inside(data, at, outer[1], _EXPLICIT)
        body = _inside(data, explicit[0], explicit[1], _SEQUENCE)
        at = _after(data, _after(data, body[0], body[1]), body[1])  # past version and digest algorithms
        wrapped = _inside(data, at, body[1], _SEQUENCE)
        _, at = _object(data, wrapped[0], wrapped[1])
        explicit = _inside(data, at, wrapped[1], _EXPLICIT)
        return b"".join(_octets(data, explicit[0], explicit[1], 0))
    except (_NotSo, IndexError):
        return None


def _head(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return the tag at `at`, where its content begins, and where it ends (-1: at the next end-of-contents)."""
    if at + 2 > end:
        raise _NotSo
    tag, length = data[at], data[at + 1]
    begin = at + 2
    if length == 0x80:
        return tag, begin, -1
    if length > 0x80:
        count = length & 0x7F
        if count > 5 or begin + count > end:
            raise _NotSo
        length = int.from_bytes(data[begin : begin + count])
        begin += count
    if begin + length > end:
        raise _NotSo
    return tag, begin, begin + length


def _inside(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    tag, begin, stop = _head(data, at, end)
    if tag != wanted:
        raise _NotSo
    return begin, end if stop < 0 else stop


def _object(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    tag, begin, stop = _head(data, at, end)
    if tag != _OBJECT or stop < 0:
        raise _NotSo
    return data[begin:stop], stop


def _after(data: bytes, at: int, end: int, depth: int = 0) -> int:
    """Return where the element at `at` is over."""
    _, begin, stop = _head(data, at, end)
    if stop >= 0:
        return stop
    if depth > _DEEPEST:
        raise _NotSo
    while data[begin : begin + 2] != b"\0\0":
        begin = _after(data, begin, end, depth + 1)
    return begin + 2


def _octets(data: bytes, at: int, end: int, depth: int) -> list[bytes]:
    """Return the pieces of the octet string at `at`; one of indefinite length comes in many."""
    tag, begin, stop = _head(data, at, end)
    if tag == _OCTETS and stop >= 0:
        return [data[begin:stop]]
    if tag != _CONSTRUCTED_OCTETS or depth > _DEEPEST:
        raise _NotSo
    found: list[bytes] = []
    last = end if stop < 0 else stop
    while begin < last and data[begin : begin + 2] != b"\0\0":
        found += _octets(data, begin, last, depth + 1)
        begin = _after(data, begin, last)
        if len(found) > _MOST_PIECES:
            raise _NotSo
    return found
