"""Steps of the e-mail capability, as plans write them."""

from empla.mind.readings import Mail
from empla.mind.steps import Do
from empla.mind.values import Address


def reply(mail: Mail, text: str) -> Do:
    """Answer a mail, to the identity that the server vouches for, else to its From; never to its Reply-To (law 5)."""
    to = mail.authenticated or mail.sender
    assert to is not None, "a mail that names nobody is set aside before plans see it"
    plain = " ".join(mail.subject.split())
    subject = plain if plain.lower().startswith("re:") else f"Re: {plain}".strip()
    return Do(operation="email.send", arguments={"to": (to,), "subject": subject, "text": text, "answering": mail})


def send(to: Address, subject: str, text: str) -> Do:
    """Write a mail of one's own accord."""
    return Do(operation="email.send", arguments={"to": (to,), "subject": subject, "text": text})
