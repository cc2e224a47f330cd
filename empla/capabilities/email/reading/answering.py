"""The family of answers to an invitation that waits: "accept the invitation from Carla", "decline Ben's invitation".

Slots of `respond`: answer: str (PARTSTAT of RFC 5545); people: tuple[Who, ...] (who invites); window; topic.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who, named_at
from empla.capabilities.email.reading.slots import Setting, blank, leftovers, slots
from empla.mind.readings import Mail, Slot

_INVITATION = r"(?:invitation|invite|meeting request)"
_VERB = (
    r"(?:(?:please |you can |you may |do )*"
    r"(?:(?P<maybe>tentatively (?:accept|confirm)|accept|confirm)(?: provisionally)?"
    r"|(?P<no>decline|reject|refuse|turn down|say no to)|(?P<yes>say yes to|take|agree to)))"
)
_ASKS = re.compile(
    rf"{_VERB} (?:(?:the|that|this|my) (?P<about>(?:[\w&'-]+ ){{0,4}}?){_INVITATION}"
    rf"|(?P<whose>[A-Z][\w.-]+(?: [A-Z][\w.-]+)?)'s {_INVITATION})\b(?P<rest>.*)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|of|by)\s+(?=\S)", re.IGNORECASE)
_TO = re.compile(
    r"\b(?:to|for|about|regarding)\s+(?:the |our |a |an )?(?P<topic>[\w&'\- ]{2,60}?)"
    r"(?=\s+(?:from|on|at|by|tomorrow|today|next|this)\b|$)",
    re.IGNORECASE,
)


def respond(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read one sentence that answers an invitation; None if it does not."""
    bare = sentence.replace("’", "'").strip(" \t\n.!,")
    match = _ASKS.fullmatch(bare)
    if match is None:
        return None
    rest = match["rest"]
    people: tuple[Who, ...] = ()
    topic: str = (match["about"] or "").strip()
    if by := _FROM.search(rest):
        party, _ = named_at(rest, by.end(), setting.origin)
        people, rest = party.people, blank(rest, [by.span(), *party.used])
    elif match["whose"]:
        people = named_at(match["whose"], 0, setting.origin)[0].people
    found = slots(rest, setting, with_topic=False)
    if (about := _TO.search(rest)) and not topic and not found.when.used:
        topic = about["topic"].strip()
        found.left = blank(found.left, [about.span()])
    said = match["maybe"] or ""
    tentative = said.lower().startswith("tentative") or "provisionally" in bare.lower()
    answer = "DECLINED" if match["no"] else "TENTATIVE" if tentative else "ACCEPTED"
    values = {"answer": answer, "people": people, "window": found.when.window, "topic": topic}
    kept = {
        name: Slot(value=value, words=bare[:200], start=0, end=len(bare)) for name, value in values.items() if value
    }
    left = leftovers(found.left, ("to", "from", "provisionally"))
    return Understood(intent=Intent.RESPOND, slots=kept, doubts=tuple(found.doubts), unread=left)
