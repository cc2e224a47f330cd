"""What a task's words ask for: of which kind it is, what is to be remembered, what is to be decided between. Pure."""

import re
from collections.abc import Sequence

from empla.capabilities.email.reading.intents import Intent
from empla.mind.readings import Reading
from empla.mind.tasks import TaskKind

_REMEMBER = re.compile(
    r"\s*(?:(?:please|pls|kindly)\s+)?(?:remember|memori[sz]e|keep in mind|bear in mind|note(?: down)?|make a note)\s*"
    r"(?:that\s+|of\s+|:\s*|,\s*)?(?P<what>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_RECALL = re.compile(
    r"\s*(?:(?:please|pls)\s+)?(?:(?:can|could) you\s+)?"
    r"(?:what (?:do|did) (?:you|we) (?:know|remember|note)|what have you (?:noted|remembered)|recall"
    r"|tell me what you know|do you (?:remember|know)(?: anything)?)"
    r"\s*(?:of|about|on|regarding)?\s*(?P<about>[^?]*)\??\s*",
    re.IGNORECASE | re.DOTALL,
)
_DECIDE = re.compile(
    r"\s*(?:(?:please|pls)\s+)?(?:(?:let us |let's |we must |we have to |have (?:it|this) )?decided?|choose|pick)\b\s*"
    r"(?P<what>\S.*)|\s*(?:shall|should) we\b.*\?\s*",
    re.IGNORECASE | re.DOTALL,
)
_RESEARCH = re.compile(
    r"\s*(?:(?:please|pls)\s+)?(?:(?:can|could) you\s+)?(?:research|find out|look into|investigate|compare|analy[sz]e"
    r"|look up|work out|summari[sz]e)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:on|about|between|whether|if|which(?: of)?|for|we (?:should |shall )?(?:take|choose|use|buy|go with))\s+)+",
    re.IGNORECASE,
)
_OR = re.compile(r"\s*,?\s+\bor\b\s+|\s*,\s*", re.IGNORECASE)
_MEETS = frozenset({Intent.SCHEDULE, Intent.MOVE, Intent.CANCEL, Intent.CHANGE, Intent.SWAP, Intent.RESPOND})
_READS = frozenset(
    {Intent.FREE, Intent.AGENDA, Intent.STATUS, Intent.RULES, Intent.HELP, Intent.BRIEF, Intent.TRIAGE, Intent.ASK}
) | {Intent.REMEMBER}
"""Intents that reach nobody but who asked."""
_NOT_UNDERSTOOD = frozenset(
    {
        *(Intent.UNKNOWN, Intent.OTHER_REQUEST, Intent.FOREIGN, Intent.ANSWER, Intent.CHOOSE, Intent.YES, Intent.NO),
        *(Intent.THANKS, Intent.INVITATION, Intent.INVITATION_REPLY),
    }
)
_WORD = re.compile(r"\w{3,}")
_SMALL = frozenset(
    _WORD.findall(
        "the and for are was were has have had with from that this what when where who whom which about not but our "
        "your their his her its they you all any can will shall would should could does did know"
    )
)
MOST_OPTIONS = 9


def kind_of(text: str, reading: Reading) -> TaskKind:
    """Return of which kind a task is that nobody has said it of."""
    if remembered(text) or recalled(text) is not None:
        return TaskKind.MEMORY
    if _DECIDE.fullmatch(text):
        return TaskKind.DECISION
    if _RESEARCH.match(text) and reading.intent in _NOT_UNDERSTOOD:
        return TaskKind.RESEARCH
    return TaskKind.COORDINATION if reading.intent in _MEETS else TaskKind.ACTION


def is_understood(reading: Reading) -> bool:
    """Return whether the reader knows what words ask for, so that the plans for a mail can do it."""
    return reading.intent not in _NOT_UNDERSTOOD


def reaches_others(reading: Reading) -> bool:
    """Return whether doing what words ask for reaches somebody besides the manager, or changes a calendar."""
    if reading.intent in _READS or not is_understood(reading):
        return False
    return reading.intent != Intent.REMIND or bool(reading.value("people"))


def remembered(text: str) -> str:
    """Return what words ask to be remembered, empty if nothing: "remember that ..."."""
    match = _REMEMBER.fullmatch(text)
    return match["what"].strip() if match else ""


def recalled(text: str) -> str | None:
    """Return what words ask about that may be remembered, empty for all of it; None if they do not ask so."""
    match = _RECALL.fullmatch(text)
    return match["about"].strip(" .!") if match else None


def telling(text: str) -> frozenset[str]:
    """Return the words by which a text can be found again, in small letters and without a plural's s."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words if word not in _SMALL)


def options(text: str) -> tuple[str, ...]:
    """Return what is to be decided between ("A or B", "A, B or C"); nothing if the words name no two things."""
    match = _DECIDE.fullmatch(text)
    said = (match["what"] or "" if match else text).strip().rstrip(".?! ")
    said = _LEAD.sub("", said.rpartition(":")[2].strip() or said)
    if not re.search(r"\bor\b", said, re.IGNORECASE):
        return ()
    found = tuple(part.strip() for part in _OR.split(said) if part.strip())
    return found if 2 <= len(found) <= MOST_OPTIONS and all(len(part) <= 80 for part in found) else ()


def chosen(said: str, ordinals: Sequence[int], known: Sequence[str], *, yes: bool, no: bool) -> str:
    """Return the decision in an answer: the option it names by number or by name, else yes, no, or its own words."""
    if len(ordinals) == 1 and known and -len(known) <= ordinals[0] <= len(known) and ordinals[0] != 0:
        return known[ordinals[0] - 1 if ordinals[0] > 0 else ordinals[0]]
    plain = said.strip(" .!#").lower()
    if plain.isdigit() and 1 <= int(plain) <= len(known):
        return known[int(plain) - 1]
    named = [option for option in known if telling(option) and telling(option) <= telling(said)]
    if len(named) == 1:
        return named[0]
    if not known and (yes or no):
        return "yes" if yes else "no"
    return said.strip()
