"""The reader by rules: what a mail asks for, with the words it came from and how sure that is.

Every sentence is told apart by its cues; then all words that are understood are blanked out, and what is left is
`unread`: it is asked about, never dropped. The confidences are what the corpus of the tests bears out.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from empla.capabilities.email.reading import cues
from empla.capabilities.email.reading.acts import ACTED_ON, Act, act, names_only, offered, ordinals, polite_end
from empla.capabilities.email.reading.addenda import added
from empla.capabilities.email.reading.doubting import ASKED, taken_back
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.fill import Filled, fill, people_told, with_subject
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.invitations import invitation_slots
from empla.capabilities.email.reading.language import foreign
from empla.capabilities.email.reading.moving import moving
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.preferring import preferring
from empla.capabilities.email.reading.sentences import Sentence, sentences
from empla.capabilities.email.reading.slots import OBJECT, Setting, blank, slots
from empla.capabilities.email.reading.spelling import mended
from empla.capabilities.email.reading.splitting import parted, preamble, twins
from empla.mind.readings import Mail, Reading, Slot
from empla.mind.values import Origin, Source

READER = "rules"
VERSION = 1
LONGEST = 4_000
"""Characters of new text that are read; a longer one is cut, and the reading says so."""

MOST_SENTENCES = 40
LONGEST_JOINED = 240
"""Characters of two sentences that may be one after all."""

_BASE = {
    Intent.SCHEDULE: 0.95,
    Intent.CHOOSE: 0.95,
    Intent.FREE: 0.95,
    Intent.AGENDA: 0.95,
    Intent.CANCEL: 0.95,
    Intent.MOVE: 0.95,
    Intent.HELP: 0.97,
    Intent.THANKS: 0.97,
    Intent.YES: 0.97,
    Intent.NO: 0.95,
    Intent.ANSWER: 0.85,
    Intent.OTHER_REQUEST: 0.85,
}
_PER_UNREAD = 0.13
_SEVERAL = 0.6
_SEE_SUBJECT = re.compile(
    r"(?:(?:please )?(?:see|as per|cf\.?|as in|per)(?: the| my)? (?:subject|title)(?: line)?|subject says it all"
    r"|as above|\^+|(?:eom|nt|n/t))(?:[\s,.!]*(?:please|pls|thanks|thank you|thx|cheers|best|regards|\w+))?[\s.!]*",
    re.IGNORECASE,
)
"""What stands in a mail whose subject says it all."""
_CONSTRAINT = re.compile(
    r"(?<!\w)(?:not|don't|doesn't|can't|cannot|won't|except|only|must|unless|before|after|deadline"
    r"|avoid|if|until|no|never|but|without|at least|otherwise)(?!\w)",
    re.IGNORECASE,
)
_TWINS = frozenset([Intent.SCHEDULE, Intent.MOVE, Intent.CANCEL])
"""Intents of which one sentence may ask several times."""
_POINTS = re.compile(r"(?<!\w)(?:it|that|this)(?!\w|['’])", re.IGNORECASE)
_TARGETED = frozenset([Intent.MOVE, Intent.CANCEL])
"""Intents about one meeting that stands: a fragment before them speaks of something else."""
_CHANGED = frozenset([Intent.SCHEDULE, Intent.MOVE, Intent.ANSWER, Intent.CHOOSE])
_CHANGES = {"minutes": "minutes", "add": "people", "place": "place", "title": "topic"}
"""What a change to a meeting says, and the slot of a new one that it fills."""
_BESIDES = re.compile(r"^(?:(?:and|also|then|plus|but|oh|please)\b[\s,]*)+(?=\w)", re.IGNORECASE)
_ADDS = re.compile(r"^(?:and |also |please )*(?:invite|include|add|bring)\b.*", re.IGNORECASE)
_PRONOUNS = frozenset(["him", "her", "them", "they"])
"""Words for somebody told of before."""
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|sv|antw|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def read(
    mail: Mail, now: datetime, zone: str, manager: str, *, home: str = "", source: Source | None = None
) -> Reading:
    """Return what `mail` says, as its sender means it at `now` (aware) in `zone` (IANA).

    `home` is the company's zone if the sender's is another: the public holidays there are left out of weeks.

    What is read comes from the manager only if the receiving server vouches that it does: then its origin is
    `manager`, else `percept`. `source` is its origin where the words are no mail's, but the company's own.

    Never raises on a mail; the same arguments always give the same reading.
    """
    vouched = mail.authenticated is not None and mail.authenticated.value == manager.strip().lower()
    source = source or (Source.MANAGER if vouched else Source.PERCEPT)
    if mail.invitation is not None:
        reply = mail.invitation.get("method") == "REPLY"
        found = invitation_slots(mail.invitation, mail.key)
        return _reading(Intent.INVITATION_REPLY if reply else Intent.INVITATION, 1.0, found, ())
    whole = new_text(mail.text)
    text = mended(whole[:LONGEST])
    setting = Setting(now, zone, Origin(source, mail.key, "text"), home=home)
    subject = mended(_PREFIX.sub("", mail.subject))
    of_subject = Setting(now, zone, Origin(source, mail.key, "subject"), home=home)
    if not re.search(r"\w|👍", text) or _SEE_SUBJECT.fullmatch(text.strip()):
        text, setting = subject, of_subject
    reading = _read(text, setting, mail)
    if reading.intent == Intent.THANKS and not mail.in_reply_to and _asks(subject, of_subject, mail):
        reading = _read(subject, of_subject, mail)  # "Book Bob for 30 min on Thursday", and below only "Thanks!"
    if taken_back(text, reading.intent) or (reading.intent != Intent.SEVERAL and cues.SARCASTIC.search(text)):
        reading = replace(reading, confidence=min(reading.confidence, ASKED))
    strange = "¿" in text or "¡" in text  # no English has these
    sure = not strange and reading.confidence >= 0.7 and reading.intent not in (Intent.UNKNOWN, Intent.OTHER_REQUEST)
    if not sure and (language := foreign(text)):
        slot = Slot(value=language, words=text[:80])
        return _reading(Intent.FOREIGN, 0.95, {"language": slot}, (), language)
    if reading.intent == Intent.ANSWER and not mail.in_reply_to and _asks_for_meeting(subject, setting, mail):
        reading = replace(reading, intent=Intent.SCHEDULE.value)
    if reading.intent == Intent.ANSWER and not mail.in_reply_to:
        meets = "people" in reading.slots and bool({"window", "minutes"} & set(reading.slots))
        reading = replace(reading, intent=Intent.SCHEDULE.value) if meets else replace(reading, confidence=0.65)
    if reading.intent == Intent.SCHEDULE and not mail.in_reply_to:
        reading = _from_subject(reading, subject, Setting(now, zone, Origin(source, mail.key, "subject"), home=home))
    if len(whole) > LONGEST:
        reading = replace(reading, unread=(*reading.unread, whole[LONGEST : LONGEST + 80]))
    return reading


def _read(text: str, setting: Setting, mail: Mail) -> Reading:
    written = sentences(_unaddressed(text, mail))[:MOST_SENTENCES]
    said = [s if preferring(s.text, setting, mail) else _without_intro(s, setting) for s in written]
    if len(said) > 1 and _signs(said[-1].text, mail):
        said.pop()
    found = [act(sentence, setting, mail) for sentence in said]
    found = _led_up([one for one in found if not preamble(one)] or found, setting)
    found = _rejoined(found, text, setting, mail)
    if setting.origin.source is Source.MANAGER:
        parts = [
            one for part in parted(found, setting, reply=bool(mail.in_reply_to)) for one in _texts(part, text, setting)
        ]
        if len(parts) > 1:
            return _several(parts, setting, mail)
        return _one(found, text, setting, mail)
    return _besides(found, text, setting, mail)


def _besides(found: Sequence[Act], text: str, setting: Setting, mail: Mail) -> Reading:
    """Read somebody else's mail; how they want to be called is no part of what else they write, and stands apart."""
    wished = [a for a in found if a.intent is Intent.PREFER and a.understood is not None]
    rest = [a for a in found if a not in wished]
    if not wished or all(a.intent in (None, Intent.THANKS, Intent.YES) and a.sentence.polite for a in rest):
        return _one(found, text, setting, mail)
    reading = _one(rest, text, setting, mail)
    assert wished[0].understood is not None
    return replace(reading, slots={**reading.slots, **wished[0].understood.slots})


def _rejoined(found: Sequence[Act], text: str, setting: Setting, mail: Mail) -> list[Act]:
    """Join what was taken for two sentences: "Ben can't make it, find another slot"."""
    joined: list[Act] = []
    for one in found:
        before = joined[-1] if joined else None
        if (
            before is not None
            and one.intent in (Intent.SCHEDULE, Intent.CANCEL)
            and (before.intent not in _CHANGED or not before.sure)
        ):
            start, end = before.sentence.start, one.sentence.end
            whole = " ".join(text[start:end].split())
            both = moving(whole, setting, mail) or preferring(whole, setting, mail)
            if both is not None and end - start < LONGEST_JOINED:
                joined[-1] = Act(Sentence(text[start:end], start, end), both.intent, understood=both)
                continue
        joined.append(one)
    return joined


_OUGHT = re.compile(
    r"(?:i|we)(?:'ve| have)? (?:really )?(?:ought|should|need|must|promised|want|have to)\b", re.IGNORECASE
)


def _led_up(found: list[Act], setting: Setting) -> list[Act]:
    """Ask for nothing in a wish that only leads up to a request: "We ought to talk again. Find an hour." """
    for i, (one, other) in enumerate(pairwise(found)):
        if one.intent is other.intent is Intent.SCHEDULE and _OUGHT.match(one.sentence.text):
            said, asked = (slots(a.sentence.text, setting).names() for a in (one, other))
            if (
                not said & {"window", "minutes"}
                and "people" in asked
                and said & {"people", "topic"}
                and asked & {"window", "minutes"}
            ):
                found[i] = replace(one, intent=None)
    return found


def _unaddressed(text: str, mail: Mail) -> str:
    """Return the text without the name of the one it is written to: "Ada - Bob and I ...", "Cancel it, Ada."."""
    names = "|".join(re.escape(a.value.partition("@")[0].split(".")[0]) for a in mail.to if a.value)
    if not names:
        return text
    greeting = r"(?:hi|hello|hey|dear|morning|good (?:morning|afternoon|evening))"
    asks = r"(?=\s(?:can|could|would|will|please|pls|plz|sorry|quick|i|we|book|set|move|cancel|find|get)\b)"
    begins = rf"\s*(?:{greeting},? (?:{names})\b[,:;!.–—-]*|(?:{names})\b(?:\s*[,:;!–—-]+|{asks}))\s*"
    if match := re.match(begins, text, re.IGNORECASE):
        text = " " * match.end() + text[match.end() :]
    ends = rf",\s*(?:{names})(?=\s*(?:[.!?\n]|$))"
    return re.sub(ends, lambda m: " " * len(m.group()), text, flags=re.IGNORECASE)


_INTRO = re.compile(r"(?P<intro>[^:.!?\n]{3,70}):\s+(?=\S)")


_REFERS_BACK = re.compile(
    r"(?:and |just |so )*(?:following up on|further to|coming back to|as per|about|re|on)\b", re.IGNORECASE
)


def _without_intro(sentence: Sentence, setting: Setting) -> Sentence:
    """Return a sentence without words that only lead on to it: "I've been meaning to ask: could you ..."."""
    match = _INTRO.match(sentence.text)
    if match is None or match.end() >= len(sentence.text):
        return sentence
    intro = match["intro"]
    request = intro[polite_end(intro) :]
    asks = cues.REQUEST_VERB.match(request) or cues.BARE_ARRANGE.match(request) or OBJECT.search(intro)
    refers = _REFERS_BACK.match(intro)
    if asks or len(intro.split()) < 2 or (slots(intro, setting).any() and not refers):
        return sentence
    return Sentence(sentence.text[match.end() :], sentence.start + match.end(), sentence.end)


def _texts(part: Sequence[Act], text: str, setting: Setting) -> list[str]:
    """Return the words of one request, or of each if its one sentence asks for the same of several."""
    whole = text[part[0].sentence.start : part[-1].sentence.end] if part else ""
    requests = [a for a in part if a.intent in ACTED_ON]
    if len(requests) == 1 and requests[0].intent in _TWINS:
        return list(twins(requests[0].sentence.text, setting)) or [whole]
    return [whole]


def _several(parts: Sequence[str], setting: Setting, mail: Mail) -> Reading:
    """Read a mail that asks for several things: each of them as if it stood in a mail of its own."""
    readings = []
    for words in parts:
        found = [act(sentence, setting, mail) for sentence in sentences(words)]
        one = _one(found, words, setting, mail)
        main = _main(found)
        request = main.sentence.text if main is not None else words
        text = Slot(value=words, words=_BESIDES.sub("", request, count=1))
        readings.append(replace(one, slots={**one.slots, "text": text}))
    slot = Slot(value=tuple(readings), words=" ".join(parts)[:500])
    wavers = any(cues.HEDGED.search(words) or cues.WAVERING.search(words) for words in parts)
    return _reading(Intent.SEVERAL, _SEVERAL if wavers else 0.95, {"parts": slot}, ())


def _one(found: Sequence[Act], text: str, setting: Setting, mail: Mail) -> Reading:
    """Read a mail, or a part of one, that asks for one thing."""
    main = _main(found)
    if main is None:
        return _small(found, text)
    reading = _of_main(found, main, text, setting, mail)
    if reading.intent in (Intent.SCHEDULE, Intent.ANSWER) and not mail.in_reply_to:
        reading = _with_told(
            reading, [a for a in found if a.intent is None and a.sentence.start < main.sentence.start], setting
        )
    wavers = cues.HEDGED.search(main.sentence.text) or cues.WAVERING.search(text)
    if wavers or any(cues.SARCASTIC.search(a.sentence.text) for a in found):
        return replace(reading, confidence=min(reading.confidence, _SEVERAL))
    return reading


def _with_told(reading: Reading, told: Sequence[Act], setting: Setting) -> Reading:
    """Fill what a request for a meeting leaves open from what was told before: "Bob wants to see me. Find an hour." """
    if "people" in reading.slots or reading.value("doubts"):
        return reading
    for one in told:
        people, (start, end) = people_told(one.sentence.text, setting)
        if not people or _CONSTRAINT.search(one.sentence.text):
            continue
        said = fill(Intent.ANSWER, one.sentence.text, setting)
        more = {n: s for n, s in said.slots.items() if n in ("minutes", "window", "topic") and n not in reading.slots}
        slot = Slot(value=people, words=one.sentence.text[start:end])
        filled = with_subject(reading.slots, {"people": slot, **({} if said.doubts else more)})
        filled.pop("context", None)
        unread = tuple(p for p in reading.unread if p != one.sentence.text and p.lower() not in _PRONOUNS)
        sure = reading.confidence + _PER_UNREAD * (len(reading.unread) - len(unread))
        return _reading(Intent.SCHEDULE, min(0.85, max(sure, 0.85 if not unread else 0)), filled, unread)
    return reading


def _of_main(found: Sequence[Act], main: Act, text: str, setting: Setting, mail: Mail) -> Reading:
    if main.understood is not None:
        return _of_family(found, main, main.understood, setting, mail)
    intent = main.intent or Intent.UNKNOWN
    if intent is Intent.SCHEDULE and not main.sure and mail.in_reply_to and not main.sentence.question:
        intent = Intent.ANSWER
    mine, others, context = _sorted(found, main, setting)
    if intent in _TARGETED and _POINTS.search(main.sentence.text) and not _names_one(main.sentence.text, setting):
        before = [a for a in context if a.sentence.start < main.sentence.start and not a.sentence.polite]
        mine, context = (
            [*before[-1:], *mine],
            [a for a in context if a not in before[-1:]],
        )  # "The workshop is off. Cancel it."
    inside = [(a.sentence.start, a.sentence.end) for a in mine]
    polite = [(a.sentence.start, a.sentence.start + polite_end(a.sentence.text)) for a in mine]
    if intent is Intent.OTHER_REQUEST:
        polite = []
    filled = fill(intent, blank(text, [*_outside(inside, len(text)), *polite]), setting)
    others = [a for a in others if not _merged(filled, intent, a)]
    unread = [*filled.unread, *(a.sentence.text for a in others)]
    several = any(a.intent in ACTED_ON for a in others)
    confidence = _BASE[intent] - (0 if main.sure else 0.1) - _PER_UNREAD * len(unread)
    if several or any(_CONSTRAINT.search(piece) for piece in unread):
        confidence = min(confidence, _SEVERAL)
    if intent is Intent.SCHEDULE and not (
        filled.slots.keys() & {"people", "minutes", "window", "topic"} or filled.doubts
    ):
        confidence = min(confidence, 0.65)
    if intent is Intent.CHOOSE and not filled.slots:
        confidence = min(confidence, _SEVERAL)  # takes one, and nobody knows which
    _add_context(filled, context)
    if (found[0] is not main and found[0].intent is Intent.YES) or (
        found[0] is main and cues.YES_FIRST.match(main.sentence.text)
    ):
        filled.slots["yes"] = Slot(value=True, words=found[0].sentence.text.split()[0])
    if intent is Intent.ANSWER and not filled.slots and not filled.doubts:
        return _small(found, text)
    return _with_doubts(intent, max(0.2, confidence), filled, tuple(unread))


def _of_family(found: Sequence[Act], main: Act, understood: Understood, setting: Setting, mail: Mail) -> Reading:
    """Read a mail of which the first request belongs to a family; fragments that follow may be part of it."""
    rest = [a for a in found if a is not main and a.intent not in (Intent.THANKS, Intent.YES)]
    rest = [a for a in rest if a.intent is not None or not a.sentence.polite]
    for one in list(rest):
        if (fuller := added(understood, one.sentence.text, setting)) is not None:
            understood = fuller
            rest.remove(one)
    start = main.sentence.start
    said = main.sentence.text
    more_of_it = {Intent.ANSWER, understood.intent} & {Intent.ANSWER, Intent.CHANGE, Intent.CHOOSE}
    for one in [a for a in rest if a.intent in more_of_it and a.sentence.start > start]:
        joined = f"{said.rstrip(' .!?…')}, {one.sentence.text}"
        more = offered(joined, setting, mail)
        if more is not None and more.intent is understood.intent and not more.unread:
            understood, said = more, joined
            rest.remove(one)
    others = [a for a in rest if a.intent is not None or _says_something(a, slots(a.sentence.text, setting).names())]
    placed = {
        name: slot if slot.start < 0 else replace(slot, start=slot.start + start, end=slot.end + start)
        for name, slot in understood.slots.items()
    }
    filled = Filled(slots=placed, doubts=list(understood.doubts))
    others = [a for a in others if not _merged(filled, understood.intent, a)]
    unread = (*understood.unread, *(a.sentence.text for a in others))
    confidence = understood.confidence - _PER_UNREAD * len(unread)
    if any(_CONSTRAINT.search(piece) for piece in unread) or any(a.intent in ACTED_ON for a in others):
        confidence = min(confidence, _SEVERAL)
    _add_context(filled, [a for a in rest if a not in others])
    if found[0].intent is Intent.YES or cues.YES_FIRST.match(found[0].sentence.text):
        filled.slots["yes"] = Slot(value=True, words=found[0].sentence.text.split()[0])
    return _with_doubts(understood.intent, max(0.2, confidence), filled, unread)


def _asks(subject: str, setting: Setting, mail: Mail) -> bool:
    return any(act(s, setting, mail).intent in ACTED_ON - {Intent.OTHER_REQUEST} for s in sentences(subject)[:2])


def _asks_for_meeting(subject: str, setting: Setting, mail: Mail) -> bool:
    return any(act(s, setting, mail).intent is Intent.SCHEDULE for s in sentences(subject)[:2])


def _signs(words: str, mail: Mail) -> bool:
    """Whether the last line is the sender's own name below the text."""
    own = mail.sender.value.partition("@")[0] if mail.sender else ""
    first = words.split()[0].strip(".,-–").lower()
    return (
        bool(own) and len(words.split()) <= 3 and names_only(words.strip(" .-–")) and first in re.split(r"[._+-]", own)
    )


def _main(found: Sequence[Act]) -> Act | None:
    fragment = next((a for a in found if _is_fragment(a)), None)
    if fragment is not None and all(
        a.intent is Intent.CHANGE for a in found if a.intent in ACTED_ON and a is not fragment
    ):
        return fragment  # "The third, and add Ben", "Sam Young, and actually make it an hour"
    for wanted in (
        ACTED_ON - {Intent.OTHER_REQUEST, Intent.HELP},
        {Intent.OTHER_REQUEST, Intent.HELP},
        {Intent.ANSWER},
    ):
        for one in found:
            if one.intent in wanted:
                return one
    return None


def _is_fragment(one: Act) -> bool:
    return one.intent is Intent.CHOOSE or (one.intent is Intent.ANSWER and one.understood is None)


def _small(found: Sequence[Act], text: str) -> Reading:
    """Read a mail of which no sentence asks for anything: yes, no, thanks, or nothing that is known."""
    said = [a for a in found if not (a.intent is None and a.sentence.polite)]
    kinds = {a.intent for a in said}
    for intent in (Intent.NO, Intent.YES, Intent.THANKS):
        if intent in kinds:
            rest = tuple(a.sentence.text for a in said if a.intent is None)
            both = {Intent.YES, Intent.NO} <= kinds
            confidence = 0.5 if both else max(0.2, _BASE[intent] - 0.3 * len(rest))
            return _reading(intent, confidence, {}, rest)
    if not said and any(a.sentence.thanks for a in found):
        return _reading(Intent.THANKS, 0.95, {}, ())
    return _reading(Intent.UNKNOWN, 0.2, {}, (text.strip()[:500],) if text.strip() else ())


def _sorted(found: Sequence[Act], main: Act, setting: Setting) -> tuple[list[Act], list[Act], list[Act]]:
    """Return the sentences that say more of what `main` asks for, those that ask for something else, and the rest."""
    mine, others, context = [main], [], []
    known = slots(main.sentence.text, setting).names()
    for one in found:
        if one is main or one.intent in (Intent.THANKS, Intent.YES) or (one.intent is None and one.sentence.polite):
            continue
        names = slots(one.sentence.text, setting).names()
        more = one.intent is main.intent and (not names & known - {"window"} or _ADDS.search(one.sentence.text))
        suits = one.intent is Intent.CHOOSE and main.intent is Intent.SCHEDULE and not ordinals(one.sentence.text)
        stray = main.intent in _TARGETED and (one.sentence.start < main.sentence.start or _limits(one))
        if (one.intent is Intent.ANSWER and not stray) or more or suits:
            mine.append(one)
            known |= names
        elif one.intent is Intent.NO and main.intent is Intent.CHOOSE:
            mine.append(one)
        elif one.intent in ACTED_ON or one.intent in (Intent.NO, Intent.ANSWER) or _says_something(one, names):
            others.append(one)
        else:
            context.append(one)
    return mine, others, context


def _names_one(text: str, setting: Setting) -> bool:
    """Return whether words name the meeting they are about."""
    return bool(slots(text, setting).names() & {"people", "topic"})


def _limits(one: Act) -> bool:
    return bool(_CONSTRAINT.search(one.sentence.text))


def _merged(filled: Filled, intent: Intent, other: Act) -> bool:
    """Take what changes a meeting that is asked for in the same breath: "Make it an hour", "and add Carla"."""
    change = other.understood
    if intent not in _CHANGED or change is None or change.intent is not Intent.CHANGE or change.unread or change.doubts:
        return False
    named = {n: s for n, s in change.slots.items() if n in _CHANGES}
    if not named or set(change.slots) - set(named) or any(n != "add" and _CHANGES[n] in filled.slots for n in named):
        return False
    if "add" in named and intent is Intent.MOVE:
        return False
    for name, slot in named.items():
        placed = replace(slot, start=slot.start + other.sentence.start, end=slot.end + other.sentence.start)
        before = filled.slots.get("people")
        if name == "add" and before is not None:
            words = f"{before.words} {slot.words}"
            placed = Slot(value=(*before.value, *slot.value), words=words, start=before.start, end=before.end)
        filled.slots[_CHANGES[name]] = placed
    return True


def _says_something(one: Act, names: set[str]) -> bool:
    """Whether a sentence that asks for nothing may yet limit what is asked for: then it is asked about."""
    return bool(_CONSTRAINT.search(one.sentence.text) or names & {"window", "minutes"})


def _outside(inside: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    edges = sorted(inside)
    starts = [0, *(end for _, end in edges)]
    ends = [*(start for start, _ in edges), length]
    return list(zip(starts, ends, strict=True))


def _add_context(filled: Filled, context: Sequence[Act]) -> None:
    if context:
        words = " ".join(" ".join(a.sentence.text.split()) for a in context)[:500]
        filled.slots["context"] = Slot(
            value=words, words=words, start=context[0].sentence.start, end=context[-1].sentence.end
        )


def _from_subject(reading: Reading, subject: str, setting: Setting) -> Reading:
    """Fill what the text leaves open from the subject line of a new mail ("Meeting with Bob")."""
    missing = {"people", "minutes", "window"} - set(reading.slots)
    if not subject or not missing or reading.value("doubts"):
        return reading
    filled = fill(Intent.SCHEDULE, subject, setting)
    more = {name: slot for name, slot in filled.slots.items() if name in missing}
    if filled.doubts or (filled.unread and not more):
        return reading
    return _reading(Intent.SCHEDULE, reading.confidence, with_subject(reading.slots, more), reading.unread)


def _with_doubts(intent: Intent, confidence: float, filled: Filled, unread: tuple[str, ...]) -> Reading:
    doubts = tuple(dict.fromkeys(filled.doubts))
    if doubts:
        filled.slots["doubts"] = Slot(value=doubts, words="; ".join(d.words for d in doubts))
    return _reading(intent, confidence, filled.slots, unread)


def _reading(
    intent: Intent, confidence: float, found: dict[str, Slot], unread: tuple[str, ...], language: str = "en"
) -> Reading:
    return Reading(
        reader=READER,
        version=VERSION,
        intent=intent.value,
        confidence=round(confidence, 2),
        slots=found,
        unread=unread,
        language=language,
    )
