"""What somebody who was asked for something answers: the thing itself, a date, "ask another", or a question back.

The answer of a person other than the manager. It never carries authority: it is passed on, and dated expectations come
of it. Where it is unclear what it is, it is `said`: passed on as it stands.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.people import named_at
from empla.capabilities.email.reading.phrases import AT, BY, cut_time
from empla.capabilities.email.reading.sentences import sentences
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.model import Window
from empla.mind.codec import registered
from empla.mind.readings import Mail, Reading, Slot
from empla.mind.values import Origin, Source

_I = re.IGNORECASE
LONGEST = 2_000
"""Characters of an answer that are looked at."""


class ReplyKind(StrEnum):
    """What an answer is."""

    GIVEN = "given"  # here it is: a file, or words that say it
    PROMISED = "promised"  # it will come
    REFUSED = "refused"  # I do not have it, or cannot
    ASKED = "asked"  # a question back
    NOTED = "noted"  # "ok", "thanks": nothing yet


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: what it is; by when it is promised; whom it names instead (as words, for a look-up)."""

    kind: ReplyKind
    by: Window | None = None
    instead: str = ""


_NOTED = re.compile(
    r"(?:(?:ok(?:ay)?|thanks?(?: you)?(?: so much| very much)?|thx|noted|sure(?: thing)?|will do|got it|received"
    r"|understood|yes|yep|fine|great|no problem"
    r"|on it|right|certainly|of course|happy to|gladly|hi|hello|anna|all good|roger|cheers|ben|copy that"
    r"|consider it done)[\s,.!]*)+",
    _I,
)
_WILL = re.compile(
    r"\b(?:(?:i|we)(?:['’]ll| will| can| shall| could|['’]m going to| am going to| hope to| should be able to"
    r"| plan to| intend to)"
    r"(?: \w+){0,3}? (?:send|get|have|do|share|deliver|forward|provide|finish|let you|come back|be back|look"
    r"|prepare|answer|reply|write"
    r"|check|sort|mail|e-?mail|give|return)"
    r"|you(?:['’]ll| will| should| can| shall) (?:have|get|receive|expect|hear)|it(?:['’]ll| will"
    r"|['’]s going to) (?:be|come|follow|take|reach)"
    r"|(?:will|shall|can) (?:do|send|get|have|be|follow|deliver|share)\b|(?:coming|follows?|arriving|sending it|due"
    r"|ready|done) (?:by|on|in|to(?:day|morrow)"
    r"|next|this|soon|later|shortly|at|before|as soon)|(?:i|we) need (?:until|till|a (?:bit|few|day|week)|some"
    r"|more time|another)"
    r"|give me (?:until|till|a|some|another)|working on (?:it|this|that)|bear with me|(?:a|one) (?:moment|minute"
    r"|sec)|not (?:yet )?(?:ready|finished|done)"
    r"|(?:i|we) (?:don['’]t|do not|haven['’]t|have not)(?: got)? (?:have )?(?:it|them|this|that) (?:yet|ready"
    r"|finished))",
    _I,
)
_REFUSED = re.compile(
    r"\b(?:(?:i|we) (?:don['’]t|do not|don t|no longer|never|haven['’]t|have not) (?:actually |really "
    r"|even )?(?:have|had"
    r"|got|know|handle|keep|own|work|deal)\b(?!.{0,25}\byet\b)|(?:i|we) have no (?:idea|access|such|record|clue)"
    r"|(?:i|we)(?:['’]m| am|['’]re| are) (?:not (?:the|in charge|responsible|able|allowed|involved)|afraid)"
    r"|(?:can(?:no|['’])t|can not|won['’]t be able to|unable to|am not able to) (?:help|do|send|share|give|provide|find"
    r"|get|make)|not (?:me|mine|my (?:department|area|job|table))\b|wrong (?:person|address)"
    r"|no longer (?:with|at|in|responsible)|unfortunately not|no such|doesn['’]t exist|does not exist)",
    _I,
)
_NO_NAME = r"(?!(?:It|This|That|These|Those|We|I|You|He|She|They|There|Everything|Everybody|Nobody|Who|What)\b)"
_KEEPS = (
    r"(?:(?:has|have|keeps|should have|will have|might have|may have) (?:it|them|that|this|those|the latest)"
    r"|is responsible|handles (?:it|that|this)|knows|is in charge)\b"
)
_INSTEAD = re.compile(
    r"\b(?:[Aa]sk|[Cc]ontact|[Tt]ry|[Ss]peak to|[Tt]alk to|[Ww]rite to|[Cc]heck with|[Tt]urn to|[Gg]et in touch with"
    r"|[Rr]each out to) (?=[A-Z]|\S+@)"
)
_KEEPER = re.compile(rf"\b{_NO_NAME}(?=(?P<who>[A-Z]\w+(?: [A-Z]\w+)?) {_KEEPS})")


def with_reply(reading: Reading, mail: Mail, received: datetime, zone: str) -> Reading:
    """Return the reading of somebody else's mail with the slot `reply`: what it is as an answer to a request."""
    if mail.automatic or mail.invitation is not None:
        return reading
    setting = Setting(received, zone, Origin(Source.PERCEPT, mail.key, "text"))
    said = new_text(mail.text)
    found = reply(said, setting, files=bool(mail.attachments))
    return replace(reading, slots={**reading.slots, "reply": Slot(value=found, words=said[:80])})


def reply(text: str, setting: Setting, *, files: bool) -> Reply:
    """Return what the new words of an answer are; `files`: it brings a file. Never raises."""
    plain = text[:LONGEST].strip()
    said = [s.text for s in sentences(plain) if not s.polite]
    whole = " ".join(said)
    if files:
        return Reply(kind=ReplyKind.GIVEN)
    if not said or _NOTED.fullmatch(whole.strip()):
        return Reply(kind=ReplyKind.NOTED)
    refused = _REFUSED.search(plain) or _INSTEAD.search(plain) or _KEEPER.search(plain)
    if refused is not None and len(whole) < 600:
        return Reply(kind=ReplyKind.REFUSED, instead=_instead(plain, setting))
    if any(s.endswith("?") for s in said) and len(whole) < 600:
        return Reply(kind=ReplyKind.ASKED)
    if len(whole) < 400 and _WILL.search(whole):
        return Reply(kind=ReplyKind.PROMISED, by=_by(whole, setting))
    by = _by(whole, setting) if len(whole.split()) <= 8 else None
    return Reply(kind=ReplyKind.PROMISED, by=by) if by is not None else Reply(kind=ReplyKind.GIVEN)


def _by(text: str, setting: Setting) -> Window | None:
    """Return until when something is promised, if a time is said."""
    for cues in (BY, AT):
        cut = cut_time(text.rstrip(" .!"), setting, cues)
        if cut.window is not None:
            return cut.window
    for sentence in sentences(text):
        cut = cut_time(sentence.text.rstrip(" .!"), setting, AT)
        if cut.window is not None:
            return cut.window
    return None


def _instead(text: str, setting: Setting) -> str:
    for match in _INSTEAD.finditer(text):
        people = named_at(text, match.end(), setting.origin)[0].people
        if people:
            return people[0].words
    keeper = _KEEPER.search(text)
    if keeper is None:
        return ""
    people = named_at(text, keeper.start(), setting.origin)[0].people
    return people[0].words if people else ""
