"""What a mail shows besides its words: how its sender is called, by which list it came, where its links lead.

Read beside the words, from the mail's bytes, and bounded like them: a mail can be made to cost no more than others.
"""

import email
import re
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from html.parser import HTMLParser
from urllib.parse import urlsplit

from empla.capabilities.directory import Directory
from empla.capabilities.email.domains import domain_of, same_house
from empla.capabilities.email.reading import headers
from empla.config import plain
from empla.mind.readings import Mail, Marks

LOOKED_AT = 1 << 20
"""Bytes of a mail in which marks are looked for."""
_LONGEST_HTML = 200_000
_MOST_PARTS = 50
_MOST_LINKS = 100
_MOST_KEPT = 8
_LONGEST_NAME = 100
_URL = re.compile(r"https?://[^\s<>\"')\]]{3,500}", re.IGNORECASE)
_SHOWN = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,24})(?:[/:?#]\S*)?", re.IGNORECASE)
_SHOWN_ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,24})", re.IGNORECASE)
_LIST = re.compile(r"<([^<>\s]{1,200})>")
_REWRITERS = (
    *("safelinks.protection.outlook.com", "urldefense.com", "urldefense.proofpoint.com", "mimecast.com"),
    *("secure-web.cisco.com", "cudasvc.com", "trendmicro.com", "fireeye.com", "barracudanetworks.com"),
)
"""Services that lead links through themselves to look at them: where they lead cannot be seen."""


def marks_of(raw: bytes, mail: Mail, directory: Directory, failed: tuple[str, ...]) -> Marks:
    """Return the marks of a mail that was parsed; `failed` is what the receiving server says of its checks."""
    try:
        message = email.message_from_bytes(raw[:LOOKED_AT], policy=compat32)
        markup = _html(message)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError):
        return Marks(failed=failed)
    name = _name(message)
    sender = mail.sender.value if mail.sender is not None else ""
    links = _Links()
    links.look(markup)
    links.hosts += [_host(found) for found in _URL.findall(mail.text)[:_MOST_LINKS]]
    return Marks(
        name=name,
        colleague=bool(sender) and directory.by_address(sender) is not None,
        namesake=_namesake(name, sender, directory),
        failed=failed,
        hosts=tuple(dict.fromkeys(h for h in links.hosts if h))[:_MOST_KEPT],
        disguised=tuple(dict.fromkeys(d for d in links.disguised if not _own(d, sender)))[:_MOST_KEPT],
        form=links.form,
        list_id=_list_id(message),
        bulk=_is_bulk(message),
    )


def _name(message: Message) -> str:
    for found, _ in getaddresses(headers.values_of(message, "from")[:1]):
        return " ".join(headers.decoded(found).split())[:_LONGEST_NAME]
    return ""


def _namesake(name: str, sender: str, directory: Directory) -> str:
    """Return the address of somebody of the company who bears this very name, and has not sent the mail."""
    words = _words(name)
    if len(words) < 2 or directory.by_address(sender) is not None:
        return ""
    for person in directory.find(name):
        if _words(person.name) == words and domain_of(person.address.value) != domain_of(sender):
            return person.address.value
    return ""


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", plain(name)))


def _list_id(message: Message) -> str:
    for value in headers.values_of(message, "list-id"):
        found = _LIST.search(value)
        return (found[1] if found else value.strip())[:200].lower()
    return ""


def _is_bulk(message: Message) -> bool:
    if headers.values_of(message, "list-unsubscribe") or headers.values_of(message, "feedback-id"):
        return True
    return any(v.strip().lower() in ("bulk", "junk") for v in headers.values_of(message, "precedence"))


def _html(message: Message) -> str:
    found: list[str] = []
    left, seen = [message], 0
    while left and seen < _MOST_PARTS:
        part, seen = left.pop(), seen + 1
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            left.extend(child for child in inside if isinstance(child, Message))
        elif part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(content[:_LONGEST_HTML].decode("utf-8", "replace"))
    return "\n".join(found)[:_LONGEST_HTML]


class _Links(HTMLParser):
    """Gathers where links lead, and those that say something else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hosts: list[str] = []
        self.disguised: list[str] = []
        self.form = False
        self._target = ""
        self._words: list[str] = []

    def look(self, markup: str) -> None:
        """Go through HTML, however broken it is."""
        try:
            self.feed(markup)
            self.close()
        except (AssertionError, ValueError):
            return  # what was found so far is what there is

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, or a field for a password."""
        named = {name: value or "" for name, value in attrs}
        if tag == "a" and len(self.hosts) < _MOST_LINKS:
            self._target, self._words = named.get("href", "").strip(), []
        elif tag == "input" and named.get("type", "").lower() == "password":
            self.form = True

    def handle_data(self, data: str) -> None:
        """Take the words of a link."""
        if self._target:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Compare a link's words with its target."""
        if tag != "a" or not self._target:
            return
        host, said = _host(self._target), " ".join("".join(self._words).split())
        self._target = ""
        self.hosts.append(host)
        shown = _SHOWN.fullmatch(said) or _SHOWN_ADDRESS.fullmatch(said)
        if host and shown and not same_house(shown[1], host) and not _rewritten(host):
            self.disguised.append(f"{shown[1].lower()}, which leads to {host}")


def _rewritten(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in _REWRITERS)


def _own(disguised: str, sender: str) -> bool:
    """Whether a link names the sender's own house, as in signatures whose clicks a service counts: no disguise."""
    return bool(sender) and same_house(disguised.partition(",")[0], domain_of(sender))


def _host(target: str) -> str:
    """Return the host to which a link leads, or the domain of the address it writes to; empty for others."""
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() == "mailto":
        return domain_of(parts.path) if "@" in parts.path else ""
    return host[:253] if parts.scheme.lower() in ("http", "https") else ""
