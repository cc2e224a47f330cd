"""Steps of the e-mail capability, as plans write them."""

from collections.abc import Sequence
from typing import Any

from empla.capabilities.email.results import Sent
from empla.mind.readings import Mail
from empla.mind.steps import Do
from empla.mind.values import Address, FileRef

LONGEST_QUOTE = 80
"""Characters of a request that its answer quotes, if it was one of several in a mail."""


def reply(mail: Mail, text: str) -> Do:
    """Answer a mail, to the identity that the server vouches for, else to its From; never to its Reply-To (law 5).

    Of a mail that asked for several things, each answer says first which of them it answers.
    """
    to = mail.authenticated or mail.sender
    assert to is not None, "a mail that names nobody is set aside before plans see it"
    plain = " ".join(mail.subject.split())
    subject = plain if plain.lower().startswith("re:") else f"Re: {plain}".strip()
    text = f"{_about(mail)}{text}"
    return Do(operation="email.send", arguments={"to": (to,), "subject": subject, "text": text, "answering": mail})


def _about(mail: Mail) -> str:
    said = mail.reading.slots.get("text") if mail.reading is not None else None
    if said is None:
        return ""
    words = " ".join(said.words.split()).rstrip(" .")
    short = words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 1].rstrip()}…"
    return f"On “{short}”:\n\n"


def send(to: Address, subject: str, text: str, *, follows: Sent | None = None, files: Sequence[FileRef] = ()) -> Do:
    """Write a mail of one's own accord, in the thread of an earlier one of ours if it follows that; with kept files."""
    arguments: dict[str, Any] = {"to": (to,), "subject": subject, "text": text}
    if follows is not None:
        arguments["follows"] = follows
    if files:
        arguments["attachments"] = tuple(files)
    return Do(operation="email.send", arguments=arguments)
