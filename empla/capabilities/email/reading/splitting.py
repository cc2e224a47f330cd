"""Several requests in one mail: which of its sentences make up each of them.

A sentence that says more of a request ("45 minutes will do"), speaks of it by a pronoun ("make that an hour") or adds
to it ("and invite Carla too") belongs to it; so does what only is said around it. Two bookings in one sentence ("book
Ben at 2 and Carla at 3 tomorrow") are written out as two.
"""

import re
from collections.abc import Sequence

from empla.capabilities.email.reading.acts import ACTED_ON, OF_FAMILIES, Act, polite_end
from empla.capabilities.email.reading.addenda import echoes, waits
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.slots import OBJECT, Setting, slots

MOST = 9
"""Requests that are taken out of one mail; one with more is read as before, and asked about."""

_FRAGMENTS = frozenset([Intent.YES, Intent.NO, Intent.ANSWER, Intent.CHOOSE])
_MAY_REFER = frozenset(
    [Intent.SCHEDULE, Intent.CHANGE, Intent.MOVE, Intent.CANCEL, Intent.CHOOSE, Intent.FREE, Intent.RULE]
)
_TARGETED = frozenset([Intent.CANCEL, Intent.MOVE, Intent.SWAP, Intent.CHANGE])
_BY_ITSELF = OF_FAMILIES - {Intent.CHANGE, Intent.SWAP}
_REFERS = re.compile(
    r"(?<!\w)(?:it|that|this|them|they|he|she|him|her|as well|too|the same (?:day|time|week)|instead"
    r"|the meeting(?= ?[.!]?$)|that meeting|this meeting|(?:that|this) one)(?!\w|['’]s)"
    r"|^(?:also )?(?:add|invite|include)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"^(?:also |and |then |please )*(?:book|schedule|set up|arrange|plan)\b", re.IGNORECASE)
_PREAMBLE = re.compile(
    r"(?:can you |could you |please )?do me (?:a|one|this|another) (?:\w+ )?favou?r[\s:.,!?]*|"
    r"(?:(?:can|could|would|will) (?:you|i)|i(?:'d| would)? (?:need|like|have|want)|i(?:'ve| have) got|there are"
    r"|here are|please|a few|(?:two|three|four|some|several|a couple of)(?: more)? things?|one more thing)\b"
    r"[^.]{0,40}?(?:help(?: me)?|favou?r|things?|requests?|following|something|questions?|asks?|to-?dos?)"
    r"(?: (?:for (?:you|me|today)|with|out|please|from you))*\s*[:.?!]*",
    re.IGNORECASE,
)


def parted(found: Sequence[Act], setting: Setting, *, reply: bool) -> list[list[Act]]:
    """Return the sentences of each request, in order; one list if the mail asks for one thing or for nothing.

    In a `reply`, a yes, a no or a choice at the beginning is a part of its own if what follows is another matter.
    """
    parts: list[list[Act]] = []
    lead: list[Act] = []
    for one in found:
        opens = one.intent in ACTED_ON or (reply and one.intent in _FRAGMENTS)
        if parts and not _by_itself(one, parts[-1], setting):
            parts[-1].append(one)
        elif opens:
            parts.append([*lead, one])
            lead = []
        else:
            lead.append(one)
    return parts if 1 < len(parts) <= MOST else [list(found)]


def preamble(one: Act) -> bool:
    """Return whether a sentence only announces requests: "I have two things for you"."""
    return bool(_PREAMBLE.fullmatch(one.sentence.text.strip()))


_HANGS = re.compile(
    r"(?:and |but |so )?(?:if (?:so|not|yes|no|it is|i am|he is|she is|they are)|in that case|otherwise|failing that"
    r"|or else)\b",
    re.IGNORECASE,
)
"""Begins what hangs on the answer to the sentence before."""


def _by_itself(one: Act, part: Sequence[Act], setting: Setting) -> bool:
    """Whether a sentence asks for something other than the part before it does."""
    if one.intent not in ACTED_ON or one.intent is Intent.CHOOSE or _HANGS.match(one.sentence.text):
        return False
    main = next(a for a in part if a.intent in ACTED_ON or a.intent in _FRAGMENTS)
    request = _request(one)
    if main.understood is not None and echoes(one.sentence.text):
        return False  # "Ben should send me the draft. Would you tell him?"
    refers = one.intent in _MAY_REFER and bool(_REFERS.search(request))
    if one.intent is Intent.CHASE and waits(_request(main)):
        return False
    if one.intent in _BY_ITSELF and not refers:
        return True
    names = slots(one.sentence.text, setting).names()
    if main.intent in _FRAGMENTS:
        return not refers and (one.intent is Intent.OTHER_REQUEST or bool(names & {"people", "topic"}))
    if refers:
        return False
    if one.intent in _TARGETED and not names and main.intent in _TARGETED:
        return False  # "I can't make the 2pm, please cancel": the same one
    if one.intent is not main.intent:
        return True
    known = {name for a in part for name in slots(a.sentence.text, setting).names()}
    if one.intent in _TARGETED:
        return bool(names)
    if one.intent is Intent.SCHEDULE and _AGAIN.match(request) and _AGAIN.match(_request(main)):
        return bool(names & known)
    return one.intent is Intent.OTHER_REQUEST or bool(names & known - {"window"})


def _request(one: Act) -> str:
    return one.sentence.text[polite_end(one.sentence.text) :]


# two in one sentence -------------------------------------------------------------------------------------------------

_VERB = re.compile(
    r"(?P<head>.*?(?<!\w)(?P<verb>book|schedule|set up|arrange|pencil in|organi[sz]e|plan|move|reschedule|shift|push"
    r"|cancel|call off)(?: (?:me|us|in))?\s+)(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_JOINT = re.compile(
    r"\s*(?:[,;]\s*(?:(?:and|then|plus)\s+)?|(?<=\s)(?:and|then|plus|&)\s+)(?:then |also )?", re.IGNORECASE
)
_DAY = re.compile(
    r"(?<!\w)(?:(?:on |this |next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: next week)?|today|tomorrow"
    r"|(?:on )?(?:mon|tue|wed|thu|fri)|on the \d{1,2}(?:st|nd|rd|th))(?!\w)",
    re.IGNORECASE,
)


def twins(text: str, setting: Setting) -> tuple[str, ...]:
    """Return the requests of a sentence that asks for the same of several, each written out; else nothing.

    Each of them must name whom and when (of a booking), from when to when (of a move), or its meeting (of a call-off).
    """
    match = _VERB.match(text)
    head, rest, verb = (match["head"], match["rest"], match["verb"].lower()) if match else ("", text, "")
    if not _JOINT.search(rest):
        return ()
    pieces = [piece.strip(" .!?") for piece in _JOINT.split(rest)]
    if not 1 < len(pieces) <= MOST or not all(pieces):
        return ()
    if verb in ("cancel", "call off"):
        return _written(head, pieces) if all(_is_meeting(p) for p in pieces) else ()
    if verb in ("move", "reschedule", "shift", "push"):
        whole = all(re.search(r"(?<!\w)to\s+\S", p) and _timed(p, setting) for p in pieces)
        return _written(head, pieces) if whole else ()
    return _bookings(head, pieces, setting)


def _bookings(head: str, pieces: Sequence[str], setting: Setting) -> tuple[str, ...]:
    """ "half an hour with Ben at 2 and Carla at 3": the length that is said first counts for all."""
    first = slots(f"{head}{pieces[0]}", setting)
    with_ = re.search(r"(?<!\w)with\s", pieces[0])
    before = pieces[0][: with_.end()] if first.people and with_ else ""
    written = [pieces[0]]
    for piece in pieces[1:]:
        if not slots(piece, setting).names() & {"window", "minutes"}:
            return ()  # "with Ben and Carla" is one meeting of three
        bare = re.sub(r"^with\s+", "", piece, flags=re.IGNORECASE)
        own = slots(f"{head}{piece}", setting)
        written.append(f"{before}{bare}" if before and not own.minutes else piece)
    return _written(head, written) if all(_names_one(f"{head}{piece}", setting) for piece in written) else ()


def _names_one(text: str, setting: Setting) -> bool:
    found = slots(text, setting)
    window = found.when.window
    return bool(found.people) and window is not None and (window.exact or window.dated)


def _timed(text: str, setting: Setting) -> bool:
    found = slots(text, setting).when
    return found.window is not None or bool(found.doubts)


def _is_meeting(piece: str) -> bool:
    owned = re.match(r"(?:the|my|our|tomorrow's|today's|[A-Z]\w+'s)\s", piece, re.IGNORECASE)
    return bool(owned) and bool(OBJECT.search(piece) or re.search(r"(?<!\w)(?:one|dinner|\d{1,2} ?[ap]m)(?!\w)", piece))


def _written(head: str, pieces: Sequence[str]) -> tuple[str, ...]:
    """Return each piece behind the verb; the one day that is said in the sentence counts for all."""
    days = {m.group().lower(): m.group() for p in (head, *pieces) for m in _DAY.finditer(p)}
    (day,) = days.values() if len(days) == 1 else ("",)
    in_head = bool(_DAY.search(head))
    return tuple(
        f"{head}{piece}" if not day or in_head or _DAY.search(piece) else f"{head}{piece} {day}" for piece in pieces
    )
