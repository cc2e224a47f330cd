"""Whether a mail is a calendar message: an invitation, its change or end, or an answer to one (iMIP, RFC 6047).

Asked of whole mails as they come, by servers and sensors, before anything else is read of them. It therefore never
raises, and looks into a mail's parts only if the words stand somewhere in its bytes.
"""

import email
import re
from email.message import Message
from email.policy import compat32

_TYPES = ("text/calendar", "application/ics")
_NAMED = re.compile(rb"text/calendar|application/ics", re.IGNORECASE)
_METHOD = re.compile(rb"^METHOD[;:]", re.IGNORECASE | re.MULTILINE)
_MOST_PARTS = 500


def is_calendar_message(raw: bytes) -> bool:
    """Return whether a part of the mail is a calendar object with a METHOD, in its header or in its text."""
    if _NAMED.search(raw) is None:
        return False
    try:
        return any(_has_method(part) for part in _parts(email.message_from_bytes(raw, policy=compat32)))
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError):
        return False  # nothing that can be read as an invitation


def _parts(message: Message) -> list[Message]:
    """Return the mail's parts, not those of mails that it forwards: an invitation in one is not for its recipient."""
    found: list[Message] = []
    left = [message]
    while left and len(found) < _MOST_PARTS:
        part = left.pop()
        found.append(part)
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            left.extend(child for child in inside if isinstance(child, Message))
    return found


def _has_method(part: Message) -> bool:
    if part.get_content_type() not in _TYPES:
        return False
    if part.get_param("method"):
        return True
    content = part.get_payload(decode=True)
    return isinstance(content, bytes) and _METHOD.search(content) is not None
