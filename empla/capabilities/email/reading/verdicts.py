"""What somebody says who was asked whether something may be done: yes with a condition, a no in more words, a question
back. Only in a reply; elsewhere such words belong to something else.

| said | intent | slots |
|---|---|---|
| Yes, but 30 minutes. Only by phone. Offer him Tuesday afternoon. | answer | those of an answer; yes: True |
| No, I have no time. Tell her no. Not interested. | no | context: what was said besides |
| Ask him what it is about. | answer | back: str, the question to be asked |
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.slots import Setting, leftovers, slots
from empla.capabilities.email.reading.wordlists import ANSWER_WORDS
from empla.mind.readings import Mail, Slot

LONGEST = 160
"""Characters of a sentence that is looked at."""

_YES = re.compile(
    r"(?P<yes>(?:yes|yep|yeah|ok(?:ay)?|sure|fine|alright|all right|agreed|of course|gladly|certainly)(?: please)?)"
    r"\s*[,;.:–—-]?\s*(?:but|and|if it is|though|however|provided it is|as long as it is)?\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"(?:but )?(?:only|just|at most|max(?:imum)?|no more than|not more than)\s+(?P<rest>\S.*)", re.IGNORECASE
)
_OFFER = re.compile(
    r"(?:please |you (?:can|may) )*(?:offer|propose|suggest|give)(?: to)? (?:(?:him|her|them|it)\s+)?(?P<rest>\S.*)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:only|just|at most|max(?:imum)?|please|(?:then )?make it"
    r"|(?:offer|give|propose|suggest)(?: (?:him|her|them))?)\s+)+",
    re.IGNORECASE,
)
"""What may come between a yes and its condition."""
_NO = re.compile(
    r"(?:no|nope)\s*[,;.:–—-]\s*(?P<rest>\S.*)"
    r"|(?:please )?(?:say|tell (?:him|her|them)|answer) no(?: (?:politely|thanks|thank you|please))?"
    r"|(?:please )?(?:decline|turn (?:it|him|her|them) down|refuse)(?: (?:it|this|that|him|her|them))?"
    r"(?: (?:politely|please|courteously|nicely))?"
    r"|(?:i(?:'m| am) )?not interested(?: in (?:it|this|that))?|no(?:t)? (?:interest|time)"
    r"|i (?:do not|don['’]t) want (?:to|that|this|it)(?: meet(?: (?:him|her|them))?)?",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"(?:please |first |and )*ask(?: (?:him|her|them|the sender|back))?(?: first)?,? "
    r"(?P<back>what (?:it|this|that|the meeting)(?: is|['’]s| would be| will be) (?:all )?about"
    r"|what (?:he|she|they) wants?(?: to (?:talk|speak) about)?|what for|why"
    r"|(?:for|about) (?:an? |the |more )*(?:agenda|details?|reason|purpose|topic|subject|information))",
    re.IGNORECASE,
)


def verdicts(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return what a sentence answers to a question, None if it is no answer of these shapes."""
    bare = sentence.strip(" \t\n.!?")
    if not mail.in_reply_to or len(bare) > LONGEST:
        return None
    if back := _BACK.fullmatch(bare):
        at = sentence.index(bare) + back.start("back")
        words = back["back"]
        return Understood(
            intent=Intent.ANSWER, slots={"back": Slot(words=words, value=words, start=at, end=at + len(words))}
        )
    if no := _NO.fullmatch(bare):
        return _refusal(no, setting)
    for pattern in (_YES, _ONLY, _OFFER):
        if match := pattern.fullmatch(bare):
            found = _condition(match, sentence.index(bare), setting)
            if found is not None:
                return found
    return None


def _refusal(no: re.Match[str], setting: Setting) -> Understood | None:
    """A no with a reason; one that names another time or other people is more than a no."""
    rest = no["rest"] or ""
    if rest and slots(rest, setting, with_topic=False).any():
        return None
    context = {"context": Slot(value=rest, words=rest)} if rest else {}
    return Understood(intent=Intent.NO, slots=context)


def _condition(match: re.Match[str], at: int, setting: Setting) -> Understood | None:
    """Return the length, time and place that the rest of an answer names; None if it names something else."""
    offset = match.start("rest")
    only = _LEAD.match(match["rest"])
    offset += only.end() if only else 0
    text = match.string[offset:]
    found = slots(text, setting, with_topic=False)
    if found.people or found.doubts or not (found.when.window or found.minutes or found.place):
        return None
    if leftovers(found.left, {*ANSWER_WORDS, "only", "mornings", "afternoons", "him", "her", "them", "then"}):
        return None
    slot: dict[str, Slot] = {}
    for name, value, place in (
        ("minutes", found.minutes, found.minutes_at),
        ("place", found.place, found.place_at),
        ("window", found.when.window, _ends(found.when.used)),
    ):
        if value:
            words = text[slice(*place)].strip()
            slot[name] = Slot(value=value, words=words, start=at + offset + place[0], end=at + offset + place[1])
    yes = match.groupdict().get("yes") or match.group().split()[0]
    slot["yes"] = Slot(value=True, words=yes)
    return Understood(intent=Intent.ANSWER, slots=slot)


def _ends(used: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> tuple[int, int]:
    return (min((a for a, _ in used), default=0), max((b for _, b in used), default=0))
