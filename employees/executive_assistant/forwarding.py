"""The manager forwards somebody's wish for a meeting: "Can you sort this out?", "Please find a time for him."

The forward is the manager's request; whom it would reach stands only in words of others. So the manager is asked once,
with the address, and from then on it goes the way of every such request.
"""

import re
from dataclasses import replace

from empla.capabilities.email.reading.people import Who
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.requests import Case, asks_to_meet
from employees.executive_assistant.strangers import negotiated

library = PlanLibrary()

_HANDLE = re.compile(
    r"\b(?:sort\b.{0,20}\bout|handle|deal with|take care of|look after|see to|take (?:this|it) on|over to you"
    r"|arrange|organi[sz]e|set\b.{0,30}\bup|fix\b.{0,12}\bup|find\b.{0,20}\b(?:time|slot|date)s?|offer (?:him|her|them)"
    r"|fit (?:him|her|them) in|schedule|book|coordinate|get back to (?:him|her|them)|(?:reply|respond|answer)\b"
    r"|make (?:this|it) happen|help (?:him|her|them))",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|don['’]t|nothing|decline|refuse|ignore|reject|turn (?:him|her|them|this|it) down|cancel|fyi"
    r"|what do you|who is|delete|remind|print)\b",
    re.IGNORECASE,
)
_PRONOUNS = frozenset({"him", "her", "them", "this", "it", "these", "those"})
_LONGEST = 300


def _hands_over(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager forwards a mail so that a meeting with its writer be arranged."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event) or mail.forwarded is None or mail.forwarded.sender is None:
        return False
    known = {b.arguments[0]: b.arguments[1] for b in beliefs.matching("profile")}
    if mail.forwarded.sender.value in (known["address"].value, known["manager"].value):
        return False
    said = words.said(mail, _LONGEST + 1)
    if len(said) > _LONGEST or not _HANDLE.search(said) or _OTHERWISE.search(said):
        return False
    if not all(_means(who, mail.forwarded) for who in told(mail, "people") or ()):
        return False
    asks = asks_to_meet(mail.forwarded, known["manager_name"], known["manager"].value)
    return asks or intent(mail) == "schedule"


def _means(who: Who, forwarded: Mail) -> bool:
    """Whether words of the manager mean the writer of the forwarded mail."""
    assert forwarded.sender is not None
    if who.address is not None:
        return who.address.value == forwarded.sender.value
    names = set(re.findall(r"\w+", f"{forwarded.marks.name} {forwarded.sender.value.partition('@')[0]}".lower()))
    return set(re.findall(r"\w+", who.words.lower())) <= names | _PRONOUNS


@library.plan(on("mail"), when=_hands_over, rank=20, goal="sort out a request that the manager forwards")
def sort_out_forwarded(event: Trigger) -> Steps:
    """Ask the manager once, with what may be offered to whom, and arrange the meeting as the answer allows."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    inner = mail.forwarded
    assert inner is not None and inner.sender is not None, "that was the condition"

    def wanted(case: Case) -> Case:
        topic: str = told(mail, "topic") or ""
        return replace(
            case,
            forwarded_in=mail,
            minutes=told(mail, "minutes") or case.minutes,
            window=told(mail, "window") or case.window,
            topic=case.topic or ("" if topic.lower() in _PRONOUNS else topic),
            place=told(mail, "place") or case.place,
        )

    yield from negotiated(inner, inner.sender, me, wanted)
