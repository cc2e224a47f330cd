"""The mail that another one forwards: below what its bearer writes, or as a file (message/rfc822).

Whatever stands in it is what its bearer passes on, and data: nobody vouches for who wrote it, or that anybody did.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from empla.capabilities.email.reading import Unreadable, parse
from empla.capabilities.email.reading.answered import Mark, old_mail
from empla.errors import ResourceError
from empla.mind.readings import Mail, Marks
from empla.mind.values import Address, Origin, Source

LONGEST = 8_000
"""Characters of a forwarded text that are kept."""
_MOST_HEADER_LINES = 14
_PREFIX = re.compile(r"^\s*(?:fwd?|fw|wg|tr|rv|i|enc|vs|vb|pd|doorst|转发|転送)\s*[:：]", re.IGNORECASE)
_LABEL = re.compile(r"^[*\s]*(?P<label>[^\W\d_][^\n:：*]{0,18}?)\s?\**\s?[:：]\**\s*(?P<value>\S.*)$")
_FROM = frozenset({"from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä"})
_SUBJECT = frozenset({"subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "emne"})
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def forwarded_in(mail: Mail, kept: Callable[[str], bytes]) -> Mail | None:
    """Return the mail that `mail` forwards, without a reading; None if it forwards none that names who wrote it.

    `kept` returns the bytes of a kept file by its sha256.
    """
    for file in mail.attachments:
        if file.media_type == "message/rfc822":
            try:
                inner = parse(kept(file.sha256), f"{mail.key}#forwarded")
            except (Unreadable, ResourceError):
                continue
            return _passed_on(inner, inner.sender, mail)
    return _below(mail)


def _below(mail: Mail) -> Mail | None:
    lines = mail.text.replace("\r\n", "\n").replace("\u00a0", " ").split("\n")[:2_000]
    found = old_mail(lines)
    if found is None:
        return None
    at, begins, mark, forwarded = found
    if mark is Mark.ATTRIBUTION or not (forwarded or _PREFIX.match(mail.subject)):
        return None
    rest = [re.sub(r"^(?:>\s?)+", "", line) for line in lines[at if mark is Mark.HEADER else begins :]]
    labels: dict[str, str] = {}
    body = 0
    for number, line in enumerate(rest[:_MOST_HEADER_LINES]):
        match = _LABEL.match(line)
        if match is not None:
            labels.setdefault(match["label"].strip().lower(), match["value"].strip())
        elif labels and not line.strip():
            body = number
            break
    sender = next((value for label, value in labels.items() if label in _FROM), "")
    address = _ADDRESS.search(sender)
    if address is None:
        return None
    inner = Mail(
        key=f"{mail.key}#forwarded",
        message_id=next(iter(mail.in_reply_to), ""),
        blob=mail.blob,
        subject=next((value for label, value in labels.items() if label in _SUBJECT), mail.subject),
        sender=None,
        authenticated=None,
        thread=mail.thread if mail.thread != mail.message_id else "",
        text="\n".join(rest[body:]).strip(),
        marks=Marks(name=sender[: address.start()].strip(" <[\"'*(")[:100]),
    )
    return _passed_on(inner, Address(address[0].lower(), mail_origin(mail)), mail)


def mail_origin(mail: Mail) -> Origin:
    """Return where an address that was forwarded comes from: outside, whoever forwarded it."""
    return Origin(Source.PERCEPT, mail.key, "forwarded")


def _passed_on(inner: Mail, sender: Address | None, mail: Mail) -> Mail | None:
    """Return the inner mail as its bearer passes it on: nobody vouches for it, and it is answered like any other."""
    if sender is None or sender == mail.sender:
        return None
    return replace(
        inner,
        sender=Address(sender.value, mail_origin(mail)),
        authenticated=None,
        text=inner.text[:LONGEST],
        attachments=(),
        invitation=None,
    )
