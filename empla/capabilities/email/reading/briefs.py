"""The morning's brief and the notes before meetings: now, at another hour, on other days, not at all.

Besides the slots of the table in the package's docstring: `preparation: True` where the notes before meetings are
meant, with `lead: int`, the minutes before; `not_on: tuple[int, ...]`, weekdays (Monday is 0) without a brief. "The
briefing tomorrow" is a meeting and none of this.
"""

import re
from dataclasses import replace

from empla.capabilities.email.reading.antecedents import said_before
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.phrases import time_of
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.durations import lengths
from empla.capabilities.email.reading.times.model import Hours
from empla.capabilities.email.reading.times.words import text_of
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_BRIEF = (
    r"(?:(?:my|the|your|a|this|today['’]?s|tomorrow['’]?s)\s+)?(?:(?:daily|morning['’]?s?|early|usual|whole)\s+)*"
    r"(?:briefs?|(?:morning|daily)\s+(?:briefings?|summar(?:y|ies)|overviews?|digests?|reports?|updates?|mails?)"
    r"|(?:(?<=morning )|(?<=daily ))(?:briefings?|summar(?:y|ies)|overviews?|digests?|reports?|updates?|mails?))"
)
_OFTEN = (
    r"(?:\s*,?\s*(?:please|every (?:day|morning|working day|weekday)|each (?:day|morning)|daily|from now on"
    r"|in (?:the )?future|always|on (?:weekdays|working days)|instead|from tomorrow(?: on)?|starting tomorrow"
    r"|going forward))*"
)
_ASKS = (
    r"(?:can|could|may) i (?:have|get|see)|(?:send|give|show|get|mail|e-?mail|write)(?: me)?|let me have"
    r"|i(?:'d| would) like|i want|i need"
)
_NOW = (
    re.compile(
        rf"^(?:{_ASKS}|where(?:'s| is| was)|what(?:'s| is) in) {_BRIEF}(?: for today| of today| again| once more)?"
        r"(?:,? (?:now|right now|right away|at once|immediately|already|please))*$",
        _I,
    ),
    re.compile(
        r"^brief me(?: (?:now|please|on (?:my|the) day|on today|for (?:today|the day)|about (?:my|the) day))*$", _I
    ),
    re.compile(rf"^{_BRIEF}(?: please| now)+$", _I),
)
_AT = (
    re.compile(
        rf"^(?:{_ASKS}|i(?:'d| would) (?:rather|prefer to) have|i prefer|move|shift|change|put|make|have|set|deliver)"
        rf" {_BRIEF}(?: (?:to (?:come|be sent|arrive)|come|arrive|sent|delivered))?"
        rf" (?P<cue>to |at |for |by |before |around )?(?P<time>.+?){_OFTEN}$",
        _I,
    ),
    re.compile(rf"^brief me (?P<cue>at )(?P<time>.+?){_OFTEN}$", _I),
    re.compile(
        rf"^{_BRIEF} (?:(?:should|shall|must|can|could|needs to|has to|ought to|is to)(?: please)? (?:come|be"
        rf"|arrive|be (?:sent|here|there))"
        rf"(?: in)? )?(?P<cue>at |by |around |before |for )?(?P<time>.+?){_OFTEN}$",
        _I,
    ),
    re.compile(
        rf"^(?:{_ASKS}|i(?:'d| would)(?: like| love)?(?: to)?(?: have| get| see| receive)?) {_BRIEF}(?: to (?:be"
        rf"|come|arrive|reach me))? "
        rf"(?P<cue>at |by |around |before |for |from )?(?P<time>.+?){_OFTEN}$",
        _I,
    ),
)
_STOP = re.compile(
    rf"^(?:stop|no more|end|turn off|switch off|suspend|pause|unsubscribe me from"
    rf"|(?:please )?(?:don['’]?t|do not) send(?: me)?|(?:i )?(?:don['’]?t|do not) (?:need|want)"
    rf"|no need (?:for|to send(?: me)?)|there is no need for|i can do without|skip|leave out|drop|cancel|hold back|kill"
    rf"|i(?:'m| am)? (?:no longer (?:need|want)|don['’]?t read)|(?:you can |please )?(?:spare me|stop with"
    rf"|do without)|enough of"
    rf"|no)(?: sending(?: me)?)? {_BRIEF}(?P<more>.*)$",
    _I,
)
_STOPPED = re.compile(r"^(?:,? (?:any ?more|any longer|please|from now on|in future|thanks|for now|again))*$", _I)
_START = re.compile(
    rf"^(?:start|resume|restart|turn on|switch on|bring back|reinstate|(?:i(?:'d| would) like|i want)(?: to (?:have"
    rf"|get|see|receive))?"
    rf"(?= .*\b(?:again|back)\b)|(?:send me|give me|let me have|can i have)(?= .*\b(?:again"
    rf"|back)$))(?: sending(?: me)?)? {_BRIEF}"
    rf"(?: (?:again|back))?"
    rf"(?: at (?P<time>.+?))?{_OFTEN}$",
    _I,
)
_DAY = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_DAYS = (
    r"(?P<days>(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?(?:\s*(?:,|and|or|&|,\s*and)\s*)?)+)"
)
_ON_DAYS = re.compile(rf"^ (?:on|for|over|at|every)(?: the| my)? (?:{_DAYS}|(?P<weekend>weekends?)){_OFTEN}$", _I)
_ONLY = re.compile(rf"^(?:{_ASKS}|i(?:'d| would) (?:rather|prefer to) have) {_BRIEF} only on {_DAYS}{_OFTEN}$", _I)
_AFTERNOON = re.compile(r"p\.?m\b|afternoon|evening|night|\b(?:1[2-9]|2\d)\b", _I)
_NOTES = r"(?:(?:the|those|these|your|any|my) )?(?:meeting )?prep(?:aration)?s?(?: (?:notes?|mails?|e-?mails?))?"
_FOR = r"(?: (?:for|before) (?:(?:my|the|each|every|all)(?: my)? )?(?:next )?(?:meetings?|calls?|appointments?))"
_NO_NOTES = re.compile(
    rf"^(?:(?:please )?(?:stop preparing me|(?:don['’]?t|do not) prepare me|no need to prepare me){_FOR}?"
    rf"|(?:stop|no more|(?:don['’]?t|do not) send(?: me)?|i (?:don['’]?t|do not) (?:need|want)|no)"
    rf"(?: sending(?: me)?)? {_NOTES}{_FOR}?)"
    r"(?: any ?more| any longer| please| from now on)*$",
    _I,
)
_SOME_NOTES = re.compile(
    rf"^(?:(?:start|resume)(?: sending(?: me)?)? {_NOTES}{_FOR}?|prepare me{_FOR})(?: again| please| from now on)*$", _I
)
_LEAD = re.compile(
    rf"^(?:prepare me|(?:send|give)(?: me)? {_NOTES}) (?P<lead>.+?) (?:before|ahead of|in advance of)"
    r" (?:(?:my|the|each|every|all)(?: my)? )?(?:meetings?|calls?|appointments?|they begin|it begins)"
    rf"{_OFTEN}$",
    _I,
)


_CLOCK = re.compile(r" (?:at )?([01]?\d|2[0-3])([0-5]\d)(?: ?h(?:rs|ours)?)?$", _I)


def briefs(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read what is wanted of the brief, or of the notes before meetings."""
    plain = " ".join(sentence.split())
    if re.search(r"\b(?:it|that|this)\b", plain, _I) and re.search(rf"\b{_BRIEF}\b", said_before(sentence, mail), _I):
        plain = re.sub(r"\b(?:it|that|this)\b", "the brief", plain, count=1, flags=_I)
    plain = _CLOCK.sub(r" \1:\2", plain)
    if any(pattern.match(plain) for pattern in _NOW):
        return _understood(sentence, now=True)
    return _notes(plain, sentence) or _days(plain, sentence) or _hour(plain, sentence, setting)


def _notes(plain: str, sentence: str) -> Understood | None:
    if _NO_NOTES.match(plain):
        return _understood(sentence, preparation=True, stop=True)
    if _SOME_NOTES.match(plain):
        return _understood(sentence, preparation=True, start=True)
    lead = _LEAD.match(plain)
    found = lengths(text_of(lead["lead"])) if lead is not None else []
    if len(found) == 1 and not found[0].doubt:
        return _understood(sentence, preparation=True, start=True, lead=found[0].minutes)
    return None


def _days(plain: str, sentence: str) -> Understood | None:
    only = _ONLY.match(plain)
    if only is not None:
        return _understood(sentence, start=True, days=_weekdays(only["days"]))
    stop = _STOP.match(plain)
    if stop is None:
        return None
    if _STOPPED.match(stop["more"]):
        return _understood(sentence, stop=True)
    on = _ON_DAYS.match(stop["more"])
    if on is not None and on["days"] and _ONCE.match(plain) and not re.search(r"days\b|every", stop["more"], _I):
        return replace(_understood(sentence, stop=True), unread=(stop["more"].strip(),))
    if on is None and re.search(r"\bbriefs?\b|\b(?:morning|daily)\b", stop.group(), _I):
        return _one_day(sentence, stop["more"])
    if on is not None and on["weekend"]:
        return _understood(sentence, not_on=(5, 6))
    return _understood(sentence, not_on=_weekdays(on["days"])) if on is not None else None


_ONCE = re.compile(r"^(?:skip|cancel|leave out|drop|hold back)\b", _I)
_SOME_DAY = re.compile(r"^ (?:for |on )?(?:today|tomorrow|this|next|until|while|when|for|as long|if|over|during)\b", _I)


def _one_day(sentence: str, more: str) -> Understood | None:
    """ "Cancel the brief tomorrow": a single day cannot be left out, so it is asked about."""
    if _SOME_DAY.match(more) is None:
        return None
    return replace(_understood(sentence, stop=True), unread=(more.strip(),))


def _weekdays(words: str) -> tuple[int, ...]:
    return tuple(sorted({_DAY[name.lower()] for name in re.findall(r"(?i)mon|tue|wed|thu|fri|sat|sun", words)}))


def _hour(plain: str, sentence: str, setting: Setting) -> Understood | None:
    start = _START.match(plain)
    if start is not None and start["time"] is None:
        return _understood(sentence, start=True)
    for pattern in (_START, *_AT):
        match = pattern.match(plain)
        if match is None or match["time"] is None:
            continue
        window = time_of(f"at {match['time']}", setting) or time_of(match["time"], setting)
        if window is not None and not window.dated and len(window.times) == 1:
            return _understood(sentence, at=_of_morning(window.times[0], match["time"]), start=True)
    return None


def _of_morning(hours: Hours, words: str) -> Hours:
    """Return an hour that is read for the afternoon as one of the morning, which a brief is for, unless it is said."""
    said = _AFTERNOON.search(words)
    if said is None and hours.since.hour >= 16:
        return Hours(
            since=hours.since.replace(hour=hours.since.hour - 12), until=hours.until.replace(hour=hours.until.hour - 12)
        )
    return hours


def _understood(sentence: str, **slots: object) -> Understood:
    kept = {
        name: Slot(value=value, words=sentence.strip(), start=0, end=len(sentence)) for name, value in slots.items()
    }
    return Understood(intent=Intent.BRIEF, slots=kept)
