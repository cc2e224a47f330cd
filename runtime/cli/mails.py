"""The mails of an employee as its mind knows them: by Message-ID, by percept, and in their own bytes."""

import json
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any, Final

from empla.capabilities.email.sensor import MAIL_ARRIVED
from empla.errors import EmplaError
from empla.mind import codec
from empla.mind.readings import Mail
from runtime.cli import minds

_HEADERS: Final = (
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted"),
    "Authentication-Results",
)
_READS: Final = "email.read"


def message_id(text: str) -> str:
    """Return a Message-ID in its brackets, however it was typed."""
    return f"<{text.strip().strip('<>')}>"


def sent(mind: minds.Mind, wanted: str) -> list[Any]:
    """Return the outbox rows of the mails with this Message-ID that the employee sent, or meant to send."""
    return [r for r in mind.actions() if wanted in r.target and json.loads(r.target).get("message_id") == wanted]


def received(mind: minds.Mind, wanted: str) -> list[str]:
    """Return the keys of the percepts that a mail with this Message-ID came."""
    read = {row.percept: _is(row, wanted) for row in mind.actions(operation=_READS, state="done")}
    found = []
    for row in mind.percepts(MAIL_ARRIVED):
        # What could not be read is known only by its bytes; all others by what was read.
        if read[row.key] if row.key in read else wanted in headers(raw(mind, blob_of(mind, row))).get("Message-ID", ""):
            found.append(row.key)
    return found


def _is(row: Any, wanted: str) -> bool:
    """Return whether what was read is the mail with this id; only what mentions it is decoded."""
    mentions = json.dumps(wanted, ensure_ascii=False)[1:-1] in row.outcome
    return mentions and codec.loads(row.outcome).value.message_id == wanted


def of_percept(mind: minds.Mind, key: str) -> Mail | None:
    """Return the mail that a percept was, as it was read; None if it was none, or could not be read."""
    for row in mind.actions(percept=key):
        if row.operation == _READS and row.outcome:
            value = codec.loads(row.outcome).value
            if isinstance(value, Mail):
                return value
    return None


def blob_of(mind: minds.Mind, row: Any) -> str:
    """Return under which name the bytes are kept that an inbox row speaks of, empty if of none."""
    return str(mind.decoded(row).fields.get("blob", ""))


def raw(mind: minds.Mind, blob: str) -> bytes:
    """Return the bytes of a mail as it came; none if they were erased, or are lost."""
    try:
        return mind.kept(blob) if blob else b""
    except EmplaError:
        return b""


def headers(content: bytes) -> dict[str, str]:
    """Return the headers of a raw mail that matter to a person."""
    head = BytesHeaderParser(policy=compat32).parsebytes(content)
    return {name: " ".join(str(head[name]).split()) for name in _HEADERS if head[name]}
