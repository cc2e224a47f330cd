"""What a mail wants of whom, and how soon: by who wrote it, to whom it went, and the cues in its new words. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from empla.capabilities.email.reading.intents import THRESHOLD
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.suspicion import LOOKED_AT
from empla.mind.readings import Mail


class MailKind(StrEnum):
    """What a mail wants of whom."""

    MANAGER = "needs-the-manager"  # a decision, a yes, a meeting: nobody else can
    ANSWER = "needs-an-answer"  # a question or a request
    INFORMATION = "for-information"
    NEWSLETTER = "newsletter"
    AUTOMATIC = "automatic"  # a program wrote it
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who reads the mailbox, and what they know of the sender.

    `trusted` says that the sender is vouched for and known, `spoken` that the employee has written in this thread.
    """

    own: str
    manager: str
    manager_name: str = ""
    trusted: bool = False
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """Kind, priority (1 first, 5 last) and reason."""

    kind: MailKind
    priority: int
    reason: str


def weighed(mail: Mail, readers: Readers) -> Weight:
    """Return what a mail wants, as if nothing spoke against its honesty."""
    vouched = mail.authenticated.value if mail.authenticated is not None else ""
    if vouched == readers.manager and mail.inbox_of is None:
        return Weight(MailKind.ANSWER, 1, "you wrote it to me yourself")
    return _of_programs(mail, readers) or _of_people(mail, readers)


# programs and lists ---------------------------------------------------------------------------------------------------

_UNSUBSCRIBE = re.compile(
    r"\b(?:unsubscribe|manage (?:your )?(?:preferences|subscription)"
    r"|(?:view|read) (?:this|it)(?: e-?mail)? in (?:your )?(?:browser|web))\b",
    re.IGNORECASE,
)
_SALES_BOX = re.compile(
    r"(?:news|newsletters?|marketing|offers?|deals|promo(?:tions)?|updates?|digest|events?)(?:[.+_-]|$)", re.IGNORECASE
)
_ROBOT_BOX = re.compile(
    r"(?:alerts?|monitoring|system|cron|root|jenkins|jira|gitlab|github|builds?|backup|scanner|printer|receipts?"
    r"|orders?[-_]?(?:confirm\w*|updates?)|shipping|tracking|calendar[-_]notification)(?:[.+_-]|$)",
    re.IGNORECASE,
)


def _of_programs(mail: Mail, readers: Readers) -> Weight | None:
    """Weigh what a program wrote, or what went to many; None for a person's mail."""
    if mail.automatic == "calendar":
        return _of_calendars(mail)
    if mail.automatic in ("bounce", "delay"):
        return Weight(MailKind.AUTOMATIC, 3, "it reports that a mail did not arrive")
    if mail.automatic == "auto-reply":
        return Weight(MailKind.AUTOMATIC, 5, "a program wrote it")
    if mail.automatic == "list":
        return _of_lists(mail, readers)
    box = mail.sender.value.partition("@")[0] if mail.sender is not None else ""
    if not readers.trusted and _UNSUBSCRIBE.search(mail.text[-LOOKED_AT:]):
        return Weight(MailKind.NEWSLETTER, 5, "it offers to be unsubscribed from")
    if not readers.trusted and _SALES_BOX.match(box):
        return Weight(MailKind.NEWSLETTER, 5, f"it comes from {box}@, where newsletters are sent")
    robot = _ROBOT_BOX.match(box)
    return Weight(MailKind.AUTOMATIC, 5, f"it comes from {box}@, where programs write") if robot else None


def _of_lists(mail: Mail, readers: Readers) -> Weight:
    if readers.trusted and mail.marks.colleague and not mail.marks.bulk:
        return Weight(MailKind.INFORMATION, 4, "a colleague wrote it to a list")
    named = mail.marks.list_id
    return Weight(MailKind.NEWSLETTER, 5, f"it came by the list {named}" if named else "it went to many")


def _of_calendars(mail: Mail) -> Weight:
    method = str((mail.reading.value("method") if mail.reading is not None else "") or "").upper()
    if method == "CANCEL":
        return Weight(MailKind.INFORMATION, 2, "it calls a meeting off")
    if method in ("REQUEST", "ADD"):
        return Weight(MailKind.ANSWER, 2, "it is an invitation")
    if method == "COUNTER":
        return Weight(MailKind.ANSWER, 2, "it proposes another time")
    return Weight(MailKind.INFORMATION, 4, "a calendar wrote it")


# people ---------------------------------------------------------------------------------------------------------------

_MANY = 8
"""Recipients from which on a question is put to nobody in particular."""
_DECISION = re.compile(
    r"\b(?:approv(?:e|al|ed)|sign[- ]?off|signature|(?:please|to|can you|could you|you to) (?:counter-?)?sign\b"
    r"|go[- ]ahead|your (?:decision|consent|permission|ok|okay|verdict|authori[sz]ation)|decide|authori[sz]e"
    r"|green light|which (?:option|one|of (?:the|these))|yes or no)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:complain(?:t|ts|ing)?|disappointed|unacceptable|escalat\w+|legal (?:action|steps)|our lawyers?|breach of"
    r"|(?:cancel|terminate|end) (?:our|the) (?:contract|agreement|subscription|cooperation)|overdue|final reminder"
    r"|resign(?:ation|ing)|outage|production is down|penalty|refund)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\b(?:(?:meet|speak|talk|call|catch up)\b[^.?!\n]{0,60}\b(?:week|month|monday|tuesday|wednesday|thursday|friday"
    r"|tomorrow|time|minutes|hour|calendar)"
    r"|(?:a|half an|an|\d+) (?:hour|minutes?|meeting|call) (?:with|of) (?:you|him|her|your time)"
    r"|find (?:a|some) time|time slot|available (?:for|on)|(?:your|his|her) availability)\b",
    re.IGNORECASE,
)
_POLITE = (
    r"find|see|note|be (?:aware|advised|informed)|ignore|disregard|accept|do not reply|don['’]t reply|feel free|excuse"
)
_REQUEST = re.compile(
    rf"\?|\b(?:(?:could|can|would|will) (?:you|we|i|he|she|somebody|someone)|please (?!{_POLITE})|let (?:me|us) know"
    r"|(?:i|we)(?:['’]d| would) (?:like|need|appreciate)|(?:i|we) need|get back to (?:me|us)|waiting for your"
    r"|looking for your|awaiting your|send (?:me|us)|kindly (?!note|be)|would be great if|are you able"
    r"|any (?:news|update|chance|thoughts))\b",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"\bplease (?:feel free|do not hesitate|don['’]t hesitate) to (?:call|contact|ask|reach out)[^.?!\n]*"
    r"|\b(?:(?:let (?:me|us) know|feel free to (?:ask|reach out|contact))[^.?!\n]{0,40}?|just ask"
    r"|give me a (?:call|shout)) if (?:you (?:have|need)|there are)[^.?!\n]*"
    r"|\bif you have any (?:\w+ )?questions[^.!\n]*|\bhow are you(?: doing)?\?"
    r"|\bhope (?:you are|you['’]re|all is|this finds you|you had)[^.!\n]*",
    re.IGNORECASE,
)
_FYI = re.compile(
    r"\b(?:fyi|for your (?:information|records|reference)|just (?:so you know|to let you know|letting you know)"
    r"|no (?:further )?(?:action|reply|response|answer) (?:is )?(?:needed|required|necessary)"
    r"|no need to (?:do anything|reply|answer|respond))\b",
    re.IGNORECASE,
)
_HURRY = re.compile(
    r"\b(?:urgent(?:ly)?|asap|as soon as possible|by (?:today|tonight|tomorrow|eod|end of (?:the )?day|noon|cob"
    r"|\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)?)|before (?:noon|tonight|the end of the day)|today|immediately|deadline"
    r"|time-critical)\b",
    re.IGNORECASE,
)
_FOR_MANAGER = frozenset({"schedule", "move", "cancel", "change", "swap", "free", "choose"})
"""Intents of somebody else's mail about which only the manager can decide."""
_ASKING = _FOR_MANAGER | {"agenda", "errand", "remind", "chase", "sequence", "status"}
"""Intents that ask for something, also where no polite word says so: "Book me in for Tuesday." """


def _of_people(mail: Mail, readers: Readers) -> Weight:
    said = new_text(mail.text[:LOOKED_AT])
    text = _COURTESY.sub(" ", f"{mail.subject}\n{said}")
    aside = _aside(mail, readers, text)
    if aside:
        return Weight(MailKind.INFORMATION, 4, aside)
    if _intent(mail) == "thanks":
        return Weight(MailKind.INFORMATION, 4, "it says thanks")
    # Whoever is a stranger is in as much of a hurry as they like.
    sooner = 1 if (readers.trusted or readers.spoken) and _HURRY.search(text) else 0
    if trouble := _TROUBLE.search(text):
        return Weight(MailKind.MANAGER, 2 - sooner, f"there is trouble in it (“{_words(trouble)}”)")
    if not _REQUEST.search(text) and _intent(mail) not in _ASKING:
        return Weight(MailKind.INFORMATION, 4, "it asks for nothing")
    if decision := _DECISION.search(text):
        return Weight(MailKind.MANAGER, 2 - sooner, f"it wants a decision (“{_words(decision)}”)")
    if _FYI.search(text):
        return Weight(MailKind.INFORMATION, 4, "it says that it is for information")
    if _intent(mail) in _FOR_MANAGER or _MEETING.search(text):
        return Weight(MailKind.MANAGER, 3 - (readers.trusted or readers.spoken) - sooner, "it asks for a meeting")
    return Weight(MailKind.ANSWER, 3 - sooner - readers.spoken, "it asks for something")


def _aside(mail: Mail, readers: Readers, text: str) -> str:
    """Return why nobody here is asked, empty if somebody may be: only copied, or one of very many."""
    mine = {readers.own, readers.manager, *((mail.inbox_of.value,) if mail.inbox_of is not None else ())}
    first = readers.manager_name.split()[0] if readers.manager_name else ""
    if first and re.search(rf"(?<!\w)@?{re.escape(first)}(?!\w)", text):
        return ""
    if mail.to and not mine & {to.value for to in mail.to} and mine & {to.value for to in mail.cc}:
        return "it was sent to others, with a copy here"
    everybody = len(mail.to) + len(mail.cc)
    return f"it went to {everybody} people" if everybody >= _MANY else ""


def _intent(mail: Mail) -> str:
    """Return what the mail asks for as far as its reader is sure."""
    sure = mail.reading is not None and mail.reading.confidence >= THRESHOLD
    return mail.reading.intent if mail.reading is not None and sure else ""


def _words(found: re.Match[str]) -> str:
    return " ".join(found.group().split()).lower()
