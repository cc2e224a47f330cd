"""What a family must not have passed over: conditions, second requests, offsets. It is asked about, never dropped.

A family that tells an errand or a reminder takes the matter of it as it stands, whatever words it has. So conditions
("unless he has called"), requests that hang on with an "and", and a second person with another matter would be acted
on as if they said nothing.
"""

import re
from dataclasses import replace

from empla.capabilities.email.reading.antecedents import said_before, with_names
from empla.capabilities.email.reading.families import Family, Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.plainer import plainer
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

LONGEST = 500
"""Characters of a sentence that is turned into plain words."""

_I = re.IGNORECASE
_DOES = (
    r"(?:copy|cc|bcc|tell|let|forward|send|book|cancel|move|remind|put|add|invite|schedule|print|file|save|pay"
    r"|call|order"
    r"|ask|pass|make|attach|reply|inform|do|set|block|find|check|buy|arrange|reschedule|chase|give|drop|stop"
    r"|delete|accept"
    r"|decline|post|share|upload|email|e-mail|mail|write|compare|draft|prepare|keep|get|also)"
)
_ONLY_IF = re.compile(
    r"(?<!\w)(?:unless|provided(?: that)?|as long as|only (?:if|when|after)|except (?:if|when)|assuming|depending on"
    r"|otherwise|in that case|but (?:only|not|first)|if not|if so|but if|and if|or if|(?<=, )if not|or else"
    r"|not (?:on|at|to"
    r"|by|in)|instead of|rather than)(?!\w).*",
    _I,
)
_IF = re.compile(
    r"(?<!\w)(?:if|once|as soon as|whenever|until) (?!possible\b|at all\b|necessary\b|any\b|needed\b)\S.*", _I
)
_ASKS_IF = re.compile(
    r"(?<!\w)(?:ask|asks|see|check|know|find out|wonder\w*|sure|clear|verify|confirm|tell|say|about|clarify"
    r"|me)\W+(?:\S+\s+){0,4}?$",
    _I,
)
_AND_DOES = re.compile(rf"(?:,|;|\s)\s*(?:and|then|plus|but)(?: (?:then|also|please))* {_DOES}(?!\w).*", _I)
_AND_ANOTHER = re.compile(
    r"(?:,|\s)\s*(?:and|,)(?: also)? (?-i:[A-Z])[\w.'-]+ (?:for|about|on|to|whether|if|that|when) .*"
    r"|, (?-i:[A-Z])\w+ for .*"
)
_AND_BOOKS = re.compile(
    r"(?:,| )(?:and|then)(?: (?:also|then|please))? (?:book|cancel|move|reschedule|schedule|set up) .*", _I
)
_THEN_AT = re.compile(r"(?:,|\s)(?: ?and| ?then)+ (?:again )?(?:at|on|in) \S+(?: \S+)? (?:to|of|about) .*", _I)
_OFFSET = re.compile(
    r"(?<!\w)(?:an?|one|two|three|\d+|the|half an|(?:a )?few|some|couple of|shortly|just|right) ?"
    r"(?:days?|hours?|hrs?|weeks?|min(?:ute)?s?|evening|night|morning)?"
    r" (?:before(?:hand)?|earlier|in advance|ahead|prior)\b.*|(?<!\w)(?:beforehand|in advance)(?!\w)",
    _I,
)
_COMPOUND = re.compile(
    r"^(?:that )?(?:to|whether|if|when|what|where|which|who|how|why) |^[a-z]+ing |"
    r"^i (?:need|have|must|should)|^(?:we|you|they|he|she)\b",
    _I,
)
_WATCHED = frozenset([Intent.REMIND, Intent.ERRAND, Intent.CHASE, Intent.SEQUENCE])


def watched(family: Family, *, of_work: bool = True) -> Family:
    """Return a family that is offered plain words, and asks about what it would pass over."""

    def read(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
        if len(sentence) > LONGEST:
            return family(sentence, setting, mail)
        plain = plainer(" ".join(sentence.split()))
        before = said_before(sentence, mail)
        plain = with_names(plain, before, setting)
        after = mail.text.partition(sentence)[2][:LONGEST]
        about = replace(mail, text=f"{before}\n\n{plain}.\n\n{after}") if before and of_work else mail
        found = family(plain, setting, about) if plain else None
        if found is None and plain != sentence:
            plain, found = sentence, family(sentence, setting, mail)
        if found is None:
            return None
        return _placed(_guarded(found, plain), sentence) if plain != sentence else _guarded(found, plain)

    return read


def _placed(found: Understood, sentence: str) -> Understood:
    """Return what was read in plain words with its places in the words that were written."""
    return replace(found, slots={name: _where(slot, sentence) for name, slot in found.slots.items()})


def _where(slot: Slot, sentence: str) -> Slot:
    start = sentence.lower().find(slot.words.lower()) if slot.words else -1
    return replace(slot, start=start, end=start + len(slot.words) if start >= 0 else -1)


def _guarded(found: Understood, sentence: str) -> Understood:
    if found.intent not in _WATCHED or found.unread or found.doubts or "drop" in found.slots:
        return found
    missed = _missed(found, sentence)
    return replace(found, unread=(missed.strip(" ,;"),)) if missed else found


def _missed(found: Understood, sentence: str) -> str:
    what = str(found.slots["what"].value) if "what" in found.slots else ""
    if re.fullmatch(r"(?:instead|too|also|again|then|as well)", what.strip(" ."), _I):
        return what
    given = found.intent is Intent.SEQUENCE and "given" in found.slots
    if given:
        return ""
    if found.intent in (Intent.REMIND, Intent.ERRAND):
        if only := _ONLY_IF.search(sentence):
            return only.group()
        for hangs in _IF.finditer(sentence):
            before = sentence[: hangs.start()]
            if not _ASKS_IF.search(before) and not hangs.group().lower().startswith("until"):
                return hangs.group()
    hung = _AND_ANOTHER.search(what) or _THEN_AT.search(sentence)
    if hung is None and not (_COMPOUND.match(what) or re.match(r"(?:.* )?remind \S+ to\b", sentence, _I)):
        hung = _AND_DOES.search(sentence)
    if hung is None and found.intent is Intent.REMIND:
        hung = _AND_BOOKS.search(sentence)
    if hung is None and found.intent is Intent.REMIND:
        hung = _OFFSET.search(sentence)
    if hung is None or (
        what and what in hung.group() and found.intent is Intent.ERRAND and not _THEN_AT.search(sentence)
    ):
        return ""  # "write to Ben and ask for the keys" is what it is about
    return hung.group()
