"""Which mails a machine sent: they are never answered as if a person had written them (law 7).

RFC 3834 says how automatic mail is marked and that nothing may answer it; much of it is marked otherwise, so the habits
of the common servers are known here too. A wrong "automatic" costs an unanswered person, a wrong "" may start a loop,
so every mark counts alone, and words of the subject count only in the forms that programs write.
"""

import re
from collections.abc import Collection
from email.message import Message

from empla.capabilities.email.reading import reports
from empla.capabilities.email.reading.headers import addresses, text_of, values_of

_DAEMONS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?)([+._-].*)?$")
_ROBOTS = re.compile(r"^(no-?reply|do-?not-?reply|donotreply|notifications?|automailer|autoresponder)([+._-].*)?$")
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "list-help", "x-mailing-list", "x-loop", "feedback-id")
_ANSWERED_BY_MACHINE = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from", "x-vacation")
_BOUNCE_SUBJECTS = re.compile(
    r"^(undeliver(able|ed)\b|mail delivery (failed|failure|system)|delivery status notification|returned mail\b"
    r"|failure notice$|delivery (has )?(failed|delayed)\b)",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:re|aw|sv|antw|antwort)(?:\[\d+\])?\s*:", re.IGNORECASE)
_AUTOMATIC_SUBJECTS = re.compile(
    r"^(automatic reply\b|auto(matic)?[ -]?(reply|response)\b|autoreply\b|out of (the )?office\b|ooo:|vacation reply\b"
    r"|on (annual )?leave:|i am (currently )?out of (the )?office\b|abwesenheitsnotiz\b|automatische antwort\b"
    r"|r[ée]ponse automatique\b|respuesta autom[áa]tica\b|risposta automatica\b|automatisch antwoord\b|autosvar\b"
    r"|resposta autom[áa]tica\b|absence du bureau\b|automaattinen vastaus\b|automatisk svar\b|自動応答|自动答复"
    r"|vacation (?:notice|message|response)\b)",
    re.IGNORECASE,
)


def automatic(message: Message, own: Collection[str], itip_method: str = "") -> str:
    """Return why `message` must not be answered, empty if nothing speaks against it.

    "own": from one of the addresses `own` (lower case); "bounce": a report that a mail was not delivered, "delay": that
    it was not delivered yet; "calendar": an iTIP message (its method is `itip_method`), which is handled but not
    answered in words; "list"; "auto-reply": a notice of absence, a receipt, or whatever else a program wrote.
    """
    if _is_own(message, own):
        return "own"
    if _is_receipt(message):
        return "auto-reply"
    if _is_bounce(message):
        return _report(message)
    if itip_method:
        return "calendar"
    if _is_list(message):
        return "list"
    if _is_auto_reply(message):
        return "auto-reply"
    return ""


def _report(message: Message) -> str:
    """Return what a delivery report is: that a mail arrived is no more than a receipt."""
    if reports.is_success(message):
        return "auto-reply"
    return "delay" if reports.is_delay(message) else "bounce"


def _is_own(message: Message, own: Collection[str]) -> bool:
    senders = addresses(message, "from") or addresses(message, "sender")
    return any(address in own for address in senders)


def _is_receipt(message: Message) -> bool:
    """Whether it reports that a mail was read (RFC 8098) or complained of (RFC 5965), not that it did not arrive."""
    kind = message.get_content_type()
    report = str(message.get_param("report-type", "")).lower() if kind == "multipart/report" else ""
    return kind == "message/disposition-notification" or report in ("disposition-notification", "feedback-report")


def _is_bounce(message: Message) -> bool:
    kind = message.get_content_type()
    if kind in ("multipart/report", "message/delivery-status"):
        return True
    if _is_from_daemon(message) or _BOUNCE_SUBJECTS.match(text_of(message, "subject").strip()):
        return True
    return _has_null_sender(message) and not _answers_by_itself(message) and not _is_answer(message)


def _has_null_sender(message: Message) -> bool:
    """Whether the envelope named nobody to answer to (RFC 5321, 4.5.5)."""
    return any(value.strip() == "<>" for value in values_of(message, "return-path"))


def _is_answer(message: Message) -> bool:
    """Whether a mail with an empty return path is one that a program wrote in answer to ours (RFC 3834, 3.3).

    Reports have it too. What speaks of a failed delivery is one; what calls itself absent, or answers a mail, is none.
    """
    if message.is_multipart() or reports.speaks_of_failure(message):
        return False
    subject = text_of(message, "subject").strip()
    return bool(_AUTOMATIC_SUBJECTS.match(subject) or _REPLY.match(subject) or values_of(message, "in-reply-to"))


def _is_from_daemon(message: Message) -> bool:
    if any(_DAEMONS.match(address.partition("@")[0]) for address in addresses(message, "from")):
        return True
    bare = " ".join(values_of(message, "from")).lower()
    return "mailer-daemon" in bare or bool(values_of(message, "x-failed-recipients"))


def _is_list(message: Message) -> bool:
    if any(values_of(message, name) for name in _LIST_HEADERS):
        return True
    return any(v.strip().lower() in ("bulk", "list", "junk") for v in values_of(message, "precedence"))


def _is_auto_reply(message: Message) -> bool:
    if _answers_by_itself(message) or _has_null_sender(message):
        return True
    if any(_suppresses(value) for value in values_of(message, "x-auto-response-suppress")):
        return True
    if any(_ROBOTS.match(address.partition("@")[0]) for address in addresses(message, "from")):
        return True
    return bool(_AUTOMATIC_SUBJECTS.match(text_of(message, "subject").strip()))


def _answers_by_itself(message: Message) -> bool:
    """RFC 3834 section 5: anything but "no", with parameters or without."""
    submitted = (v.partition(";")[0].strip().lower() for v in values_of(message, "auto-submitted"))
    if any(value not in ("", "no") for value in submitted):
        return True
    if any(v.strip().lower() == "auto_reply" for v in values_of(message, "precedence")):
        return True
    return any(values_of(message, name) for name in _ANSWERED_BY_MACHINE)


def _suppresses(value: str) -> bool:
    """Exchange's wish for no answers (MS-OXCMAIL 2.1.3.2.23): all of them, or those to automatic and absent senders."""
    wanted = {word.strip().lower() for word in value.split(",")}
    return bool(wanted & {"all", "autoreply", "oof"})
