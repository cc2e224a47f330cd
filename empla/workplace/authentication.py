"""Who really wrote a mail: reading `Authentication-Results` (RFC 8601) strictly.

The header From is data that anybody can write. The receiving server checks it and says what it found in a header of its
own, under its authserv-id. This module decides when that amounts to an identity, and it decides narrowly: a mail about
which anything is odd has no authenticated sender. It parses strictly and by itself, because tolerant parsers differ,
and in that difference an attacker hides a second header.

Two findings count:

* `auth=pass` (RFC 8601, 2.7.4): the mail was submitted by somebody signed in to the server, and the server binds the
  header From to that account (`header.from` names the very address, or `smtp.auth` does).
* `dmarc=pass` with `dkim=pass` or `spf=pass`, and `header.from` naming the domain of the From: the domain vouches that
  one of its own sent it. Unless SPF says that it came straight from there, it may have come round by others, unchanged
  (a forwarded copy, a replay), so it must also be addressed to us.

A header that a sender planted under the server's own authserv-id is recognised by being one too many: a server removes
such headers on arrival (RFC 8601, 5), and where two are left nobody can tell which one is real.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDR_SPEC = rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_MAILBOX = re.compile(rf'(?:(?:{_QUOTED}|[^"<>(),:;@\[\]\\])*<(?P<angle>{_ADDR_SPEC})>|(?P<bare>{_ADDR_SPEC}))')
_COMMENT = re.compile(rf"{_QUOTED}|(\((?:[^()\\\"]|\\.)*\))")
_AUTHSERV = re.compile(r"([^\s;=]+)(?:[ \t]+1)?")
_RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]*)(?:/1)?=([A-Za-z]+)")
_PROPERTY = re.compile(rf"[ \t]+([A-Za-z][A-Za-z0-9_.-]*)=({_QUOTED}|[^\s\";]+)(?=[ \t]|$)")
_LONGEST_VALUE = 8192
_CHECKS = frozenset({"spf", "dkim", "dmarc"})
_RESENT = re.compile(rb"resent-", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Result:
    """What one method found: its result and the properties it looked at."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def authenticated_sender(raw: bytes, *, authserv_id: str, own_address: str) -> str | None:
    """Return the address, in lower case, for which the server `authserv_id` vouches; None where it vouches for none.

    `own_address` is the account that received the mail.
    """
    fields = _header_fields(raw)
    if not authserv_id or fields is None or any(_RESENT.match(name) for name, _ in fields):
        return None
    sender = _one_sender(fields)
    results = _trusted_results(fields, authserv_id)
    if sender is None:
        return None
    addressed = own_address.lower() in _recipients(fields)
    vouched = _signed_in(results, sender) or _domain_vouches(results, sender, addressed=addressed)
    return sender if vouched else None


def failed_checks(raw: bytes, *, authserv_id: str) -> tuple[str, ...]:
    """Return the checks of the sender (spf, dkim, dmarc) that failed, as the server `authserv_id` says, sorted.

    A check of which it says that it failed and that it passed (two signatures, say) has passed.
    """
    fields = _header_fields(raw)
    if not authserv_id or fields is None:
        return ()
    results = [r for r in _trusted_results(fields, authserv_id) if r.method in _CHECKS]
    passed = {r.method for r in results if r.result == "pass"}
    return tuple(sorted({r.method for r in results if r.result == "fail"} - passed))


def topmost_authserv_id(raw: bytes) -> str:
    """Return who wrote the topmost `Authentication-Results` of a mail, in lower case; empty if nobody did."""
    for name, value in _header_fields(raw) or []:
        if name == b"authentication-results":
            text = _without_comments(value[:_LONGEST_VALUE])
            match = _AUTHSERV.fullmatch(_split(text)[0].strip()) if text is not None else None
            return match[1].strip('"').lower() if match is not None else ""
    return ""


def _header_fields(raw: bytes) -> list[tuple[bytes, str]] | None:
    """Return (lower-case name, unfolded value) of every header field; None if the header is not a clean one."""
    head = raw.partition(b"\r\n\r\n")[0]
    if b"\r" not in head:
        head = raw.partition(b"\n\n")[0].replace(b"\n", b"\r\n")  # kept by a store that uses plain line feeds
    if re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", head):
        return None
    fields: list[tuple[bytes, str]] = []
    for line in re.split(rb"\r\n(?![ \t])", head.removesuffix(b"\r\n")):
        match = _FIELD.fullmatch(line)
        if match is None:
            return None
        value = match[2].replace(b"\r\n", b"").decode("ascii", "replace").strip()
        fields.append((match[1].lower(), value))
    return fields


def _one_sender(fields: Sequence[tuple[bytes, str]]) -> str | None:
    """Return the address in From, if there is exactly one From with exactly one address and no other Sender."""
    addresses = [_mailbox(value) for name, value in fields if name == b"from"]
    senders = [_mailbox(value) for name, value in fields if name == b"sender"]
    if len(addresses) != 1 or any(sender != addresses[0] for sender in senders):
        return None
    return addresses[0]


def _mailbox(value: str) -> str | None:
    match = _MAILBOX.fullmatch(value)
    return None if match is None else (match["angle"] or match["bare"]).lower()


def _recipients(fields: Sequence[tuple[bytes, str]]) -> set[str]:
    found: set[str] = set()
    for name, value in fields:
        if name in (b"to", b"cc"):
            bare = re.sub(_QUOTED, " ", value)
            found.update(address.lower() for address in re.findall(rf"(?<![^\s<,:]){_ADDR_SPEC}(?![^\s>,;])", bare))
    return found


def _trusted_results(fields: Sequence[tuple[bytes, str]], authserv_id: str) -> list[_Result]:
    """Return what the trusted server found; nothing if it wrote no header, or if there is more than one in its name."""
    wanted = authserv_id.lower()
    values = [value for name, value in fields if name == b"authentication-results"]
    # Whatever can be taken for the server's name counts as written in it; only one that is strictly so is read.
    named = [value for value in values if wanted in re.split(r'[\s;"()]+', value.lower())[:8]]
    if len(named) != 1 or len(named[0]) > _LONGEST_VALUE:
        return []
    text = _without_comments(named[0])
    if text is None:
        return []
    head, *rest = _split(text)
    identity = _AUTHSERV.fullmatch(head.strip())
    if identity is None or identity[1].strip('"').lower() != wanted:
        return []
    results = [_parse_result(result.strip()) for result in rest if result.strip()]
    return [] if None in results else [result for result in results if result is not None]


def _without_comments(value: str) -> str | None:
    """Return the value without comments; None if they are not balanced. Nested ones are removed from inside out."""
    while True:
        text = _COMMENT.sub(lambda match: " " if match[1] else match[0], value)
        if text == value:
            break
        value = text
    return None if re.search(r"[()]", re.sub(_QUOTED, "", value)) else value


def _split(text: str) -> list[str]:
    """Return the parts between semicolons that stand outside quotes."""
    parts = [""]
    for piece in re.findall(rf'{_QUOTED}|;|[^";]+|"', text):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _parse_result(text: str) -> _Result | None:
    """Return one `method=result ptype.property=value ...`; None if it is not exactly that."""
    if text.lower() == "none":
        return _Result("none", "none")
    match = _RESULT.match(text)
    if match is None:
        return None
    properties: dict[str, str] = {}
    position = match.end()
    while position < len(text):
        found = _PROPERTY.match(text, position)
        if found is None or found[1].lower() in properties:
            return None
        properties[found[1].lower()] = found[2].strip('"').lower()
        position = found.end()
    return _Result(match[1].lower(), match[2].lower(), properties)


def _signed_in(results: Sequence[_Result], sender: str) -> bool:
    submissions = [result for result in results if result.method == "auth"]
    if len(submissions) != 1 or submissions[0].result != "pass":
        return False
    properties = submissions[0].properties
    return "smtp.auth" in properties and properties.get("header.from", properties["smtp.auth"]) == sender


def _domain_vouches(results: Sequence[_Result], sender: str, *, addressed: bool) -> bool:
    domain = sender.rpartition("@")[2]
    if any(result.method == "auth" and result.result != "none" for result in results):
        return False  # submitted by somebody signed in whose address the From is not
    policy = [result for result in results if result.method == "dmarc"]
    if len(policy) != 1 or policy[0].result != "pass" or policy[0].properties.get("header.from") != domain:
        return False
    for result in results:
        if result.result == "pass" and result.method == "spf":
            origin = result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
            if origin == domain or origin.endswith("." + domain):
                return True
    return addressed and any(result.method == "dkim" and result.result == "pass" for result in results)
