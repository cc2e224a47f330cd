"""Fragments that only say something in a reply: "No, with Ben instead", "Yes, but make it Friday", "at 3 then".

They are answers: what they name fills the slots of what was asked. Besides the slots of `Intent.ANSWER`, `instead:
bool` says that the people take the place of those named before, and `yes: bool` that the answer agreed first. One who
takes the place of somebody named ("Carla, not Ben") is a change, which also makes sense where nothing was asked.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.people import Party, party
from empla.capabilities.email.reading.slots import Setting, leftovers, slots
from empla.mind.readings import Mail, Slot

LONGEST = 120
"""Characters of a sentence that may be such a fragment."""

_LEAD = re.compile(
    r"(?:(?P<yes>yes|yep|yeah|ok(?:ay)?|sure|fine|great|perfect)|no|nope|nah|sorry|actually|oh|well|hm+|but|and|then"
    r"|rather|let's say|say|ah|on second thoughts?)(?:[\s,.!;:–—-]+|$)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]+(?:then|please|pls|thanks|thank you|instead|rather|actually|if (?:that's|that is"
    r"|it's) (?:ok(?:ay)?|possible"
    r"|fine|better)|i (?:think|guess)|after all|works better|for me|i mean|i meant|only)\s*$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:make (?:it|that)|change it to|let's (?:do|make it|go with|take)|go ahead with|go with|do it|do|take|use|with"
    r"|i meant|i mean|it's|it is|that's|i'd (?:prefer|rather)|book)(?=\s)\s*(?:with\s+|for\s+|on\s+(?=[A-Z]))?",
    re.IGNORECASE,
)
_NOT = re.compile(r"not (?:with )?(?P<no>[^,;:]{2,40})[,;:]\s*(?:but |rather |it's |with )?(?P<who>.+)", re.IGNORECASE)
_RATHER = re.compile(r"(?P<who>.+?),?\s+(?:rather than|instead of|(?:and )?not) (?:with )?(?P<no>.+)", re.IGNORECASE)
_INSTEAD = re.compile(r"(?<!\w)(?:instead|rather)(?!\w)", re.IGNORECASE)
_SAME_TIME = re.compile(r"(?:(?:at )?(?:the )?same time)\s+", re.IGNORECASE)
_NAME = re.compile(r"(?:(?:[A-Z][\w'’.-]*|[\w.+-]+@[\w.-]+|and|or|,|&|van|von|de|der|la|di)(?:\s+|(?=,)|$))+")
_ADD_THEM = re.compile(
    r"(?:invite|add|include|bring(?: in)?|loop in) (?P<who>her|him|them)(?: (?:too|as well|also|please))*",
    re.IGNORECASE,
)


def replies(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return what a fragment in a reply answers, None if it is none of these."""
    if not mail.in_reply_to or len(sentence) > LONGEST or not re.search(r"\w", sentence):
        return None
    core, yes, led = _core(sentence)
    if not core:
        return None
    if (match := _ADD_THEM.fullmatch(core)) is not None:
        question = f"Whom do you mean by “{match['who']}”? Please name them, and I add them."
        return Understood(intent=Intent.CHANGE, doubts=(Doubt(words=match["who"], question=question),))
    if (change := _replaced(sentence, core, setting)) is not None:
        return change
    found = _people(sentence, core, setting)
    if found is None and (led or _INSTEAD.search(sentence) or _SAME_TIME.match(core)):
        found = _when(sentence, core, setting)
    if found is None:
        return None
    if yes:
        found["yes"] = Slot(value=True, words=yes)
    return Understood(intent=Intent.ANSWER, slots=found, confidence=0.9)


def _core(sentence: str) -> tuple[str, str, bool]:
    """Return what is left without the words around it, the yes among them, and whether there are any."""
    core, yes = sentence.strip(" \t\n.!?,"), ""
    whole = re.sub(r"[\s,]+(?:please|pls|thanks|thank you|for me)$", "", core, flags=re.IGNORECASE)
    while (match := _LEAD.match(core)) and match.end() > 0:
        yes = yes or match["yes"] or ""
        core = core[match.end() :]
    while match := _TAIL.search(core):
        core = core[: match.start()].rstrip(" ,.!")
    return core, yes, core != whole


def _people(sentence: str, core: str, setting: Setting) -> dict[str, Slot] | None:
    """Return the people that a fragment names, if it names nothing else and says that it is they who are meant."""
    verb = _VERB.match(core)
    words = core[verb.end() :] if verb else core
    if not _NAME.fullmatch(words) or not (verb or _INSTEAD.search(sentence)):
        return None
    who: Party = party(words, setting.origin, alone=True)
    if not who.people or who.either:
        return None
    found = {"people": _slot(sentence, words, who.people)}
    if _INSTEAD.search(sentence):
        found["instead"] = Slot(value=True, words=words)
    return found


def _replaced(sentence: str, core: str, setting: Setting) -> Understood | None:
    """ "Carla, not Ben": one takes the place of another; "Bob Hill, not Bob Stone" only says which Bob is meant."""
    match = _NOT.fullmatch(core) or _RATHER.fullmatch(core)
    if match is None:
        return None
    words, gone = (_VERB.sub("", match[name], count=1).strip() for name in ("who", "no"))
    if not _NAME.fullmatch(words) or not _NAME.fullmatch(gone):
        return None
    new, old = (party(one, setting.origin, alone=True) for one in (words, gone))
    if not new.people or not old.people or new.either:
        return None
    if words.split()[0] == gone.split()[0]:
        return Understood(intent=Intent.ANSWER, slots={"people": _slot(sentence, words, new.people)})
    slots_ = {"add": _slot(sentence, words, new.people), "remove": _slot(sentence, gone, old.people)}
    return Understood(intent=Intent.CHANGE, slots=slots_)


def _slot(sentence: str, words: str, value: object) -> Slot:
    at = sentence.find(words)
    return Slot(value=value, words=words, start=at, end=at + len(words))


def _when(sentence: str, core: str, setting: Setting) -> dict[str, Slot] | None:
    """Return the time that a fragment names, if it names nothing else and more stands around it than a bare time."""
    words = _SAME_TIME.sub("", core, count=1)
    verb = _VERB.match(words)
    words = words[verb.end() :] if verb else words
    found = slots(words, setting, with_topic=False)
    window = found.when.window
    if window is None or found.doubts or found.people or found.party.me or found.place or leftovers(found.left):
        return None
    at = max(0, sentence.find(words))
    slot = Slot(value=window, words=window.said, start=at, end=at + len(words))
    more = {"minutes": Slot(value=found.minutes, words=words)} if found.minutes else {}
    return {"window": slot, **more}
