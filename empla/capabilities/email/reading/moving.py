"""Meetings that are to be at another time or not at all, said in constructions of their own.

| said | intent | slots |
|---|---|---|
| Ben can't make it, find another slot next week. | move | people, to |
| Find a new time with Eve this week. | move | people, window, topic, to |
| Can the 1:1 with Ben be at 4 instead? | move | the same |
| We don't need the budget call any more, take it out of the diary. | cancel | people, window, topic |
| Take the 4pm out of my diary. | cancel | the same |
| I'm off sick today, please cancel all my meetings. | cancel | window, all |
| Move Carla from 2 to 4 tomorrow. | move | people, window, topic, to |

A sentence is taken only if all of it is read.
"""

import re

from empla.capabilities.email.reading.changes import Which, meeting
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who, party
from empla.capabilities.email.reading.slots import Setting, leftovers, slots
from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail, Slot

LONGEST = 200
"""Characters of a sentence that is looked at."""

_I = re.IGNORECASE
_IT = r"(?:it|that|this|this one|that one|the meeting|the call|us|both|the thing)"
_PLEASE = (
    r"(?:(?:so|and|then|please|pls|kindly|can you|could you|would you|let['’]s|just|also|we(?: will"
    r"| ['’]ll)? need to)[\s,]+)*"
)
_CANT = (
    r"(?:can['’]?t|cannot|can not|can no longer|won['’]?t|will not|is unable to|is not able to|isn['’]t able to"
    r"|won['’]?t be able to|will not be able to|can['’]t now)"
)
_NEW = (
    r"(?:another|a new|a different|an alternative|some other|a fresh|a better|a later|an earlier|alternative|other|new)"
    r" (?:time|slot|date|day|appointment|time slot)s?"
)
_FIND = (
    r"(?:find|suggest|look for|get|arrange|propose|pick|sort(?: out)?|fix|see if there is"
    r"|organi[sz]e)(?: (?:us|me|him|her|them))?"
)
_THEY_CANT = re.compile(
    rf"(?:unfortunately |sadly |it seems |looks like |apparently )?(?P<who>[^,;:]{{2,40}}?) {_CANT} (?:make|do|attend"
    rf"|manage|come)"
    rf"(?: (?:{_IT}|to {_IT}))?(?P<which> (?!any)[^,;:]{{2,50}}?)?(?: any ?more| after all|"
    rf" now)?\s*[,;:.–—-]+\s*{_PLEASE}{_FIND} {_NEW}"
    rf"(?: for {_IT})?(?P<to> .+)?",
    _I,
)
_NEW_TIME = re.compile(
    rf"(?:(?:{_FIND}|i need|we need|i want) )?(?:a new|another|a different|an alternative|some other|a fresh) (?:time"
    rf"|slot|date|day|time slot)"
    rf" for (?P<which>(?:the|my|our|tomorrow['’]s|today['’]s|\w+day['’]s) .+?)(?P<to>,? (?:on|for|in|this|next|at"
    rf"|tomorrow|some ?time)\b.+)?",
    _I,
)
_NEW_WITH = re.compile(
    rf"(?i:(?:{_FIND}|i need|we need|i want) )?(?i:a new|another|a different|an alternative) (?:time|slot|date|time"
    rf" slot) with"
    rf" (?P<who>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)(?P<to>,? .+)?",
)
_BE_AT = re.compile(
    rf"(?:can|could|may|might|would it be possible for) (?P<which>{_IT}|(?:the|my|our|tomorrow['’]?s|today['’]?s"
    rf"|\w+day['’]s) .+?)"
    r" (?:(?:to )?(?:be|happen|take place|start|be held|be moved|be shifted|be pushed|be rescheduled|move|go|shift))"
    r"(?P<at> at| on| to| for)? (?P<to>.+?)(?P<instead> instead| rather)?",
    _I,
)
_OUT = (
    r"(?:(?:out of|off|from) (?:the|my|our|his|her|their|all) (?:diary|diaries|calendar|calendars|schedule"
    r"|agenda|books?|plan))"
)
_OFF = (
    rf"(?:take {_IT} (?:out|off)|take {_IT} {_OUT}|(?:cancel|delete|remove|scrap|drop"
    rf"|bin) {_IT}(?: {_OUT})?|cancel|call {_IT} off)"
)
_NO_NEED = re.compile(
    r"(?:(?:we|i) (?:don['’]?t|do not|no longer|won['’]?t|will not)(?: really)? need (?P<which>(?:the|my|our"
    r"|tomorrow['’]s|today['’]s"
    r"|\w+day['’]s|this|that) .+?)(?: any ?more| any longer| after all| now)?"
    r"|(?:[^.;]{3,80}?,? (?:so|and|hence|therefore) )?(?P<which2>(?:the|my|our|tomorrow['’]s|today['’]s|\w+day['’]s"
    r"|lunch|dinner)"
    r" .+?)"
    r" (?:(?:(?:is|are) (?:no longer|not)|isn['’]?t|aren['’]?t|won['’]?t be|will not be)"
    r" (?:(?P<need>needed|necessary|required)|happening|going ahead|taking place|on)"
    r"|(?:is|are|has been|was) (?:now )?(?:off|called off|moot|dead|obsolete))"
    r"(?: any ?more)?)"
    rf"(?P<off>\s*[,;:.–—-]+\s*{_PLEASE}{_OFF})?",
    _I,
)
_TAKE_OUT = re.compile(
    rf"(?:take|remove|delete|strike|drop|wipe|clear|scrub) (?P<which>(?:the|my|our|tomorrow['’]s|today['’]s"
    rf"|\w+day['’]s) .+?) {_OUT}",
    _I,
)
_SUITS_NOT = re.compile(
    rf"(?:unfortunately |sadly )?(?P<from>[^,;:]{{2,40}}?) (?:does not|doesn['’]t|no longer|won['’]t|will not)"
    rf" (?:suits?|works?|fits?)(?: (?:for )?me)?"
    rf" (?:for|with) (?P<which>(?:the|my|our) [^,;:]{{2,60}}?)(?: any ?more| any longer| after"
    rf" all)?\s*[,;:.–—-]+\s*{_PLEASE}"
    rf"(?:{_FIND}|try|look for|move it to|make it|do)(?: (?:something|anything|one|a slot|a time|{_NEW}))?(?: for"
    rf" {_IT})?(?P<to> .+)?",
    _I,
)
_AWAY = re.compile(
    r"(?:i['’]m|i am|i['’]ll be|i will be|i have to be|i['’]ve got to be) (?:off|out|away|sick|ill|travell?ing|on|at"
    r"|in|stuck|busy|not)\b"
    rf"(?P<away>[^.;:!?]{{0,60}}?)\s*[,;.!–—-]+\s*{_PLEASE}(?:cancel|clear|drop|call off|scrap|wipe) (?P<all>all(?:"
    rf" of)?(?: my| the)? (?:meetings"
    r"|appointments|calls)|everything|all of it|my (?:whole )?(?:day|calendar|diary|schedule|meetings|appointments"
    r"|calls)|the lot|it all)"
    r"(?: (?:then|that day|on that day|for (?:the|that) day|i have|in (?:my|the) (?:calendar|diary)))*",
    _I,
)
_HOUR = r"(?:(?:1[0-2]|\d)(?:[:.]\d\d)?(?: ?(?:am|pm|o['’]clock))?|noon|midday)"
_FROM_TO = re.compile(
    rf"(?:move|shift|push|reschedule|bring|pull|change|switch|postpone) (?P<which>.+?) from (?P<from>(?:at"
    rf" )?{_HOUR})(?P<day> .+?)?"
    rf" (?:to|until|till|->|→) (?P<to>{_HOUR})(?P<on> .+)?",
    _I,
)
_THANKS = re.compile(r"(?:[\s,]+(?:please|pls|plz|thanks|thank you|thx))+$", _I)
_OBJECT_OR_TIME = re.compile(
    r"\b(?:meeting|call|chat|sync|lunch|dinner|review|1:1|appointment|session|one|demo|workshop|offsite|interview"
    r"|catch-up|standup|briefing|training)s?\b|\d",
    _I,
)


def moving(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return the move or the calling off that a sentence asks for, None if it is none of these shapes."""
    if len(sentence) > LONGEST:
        return None
    bare = _THANKS.sub("", sentence.strip(" \t\n.!?"))
    for pattern, read in (
        (_THEY_CANT, _they_cannot),
        (_NEW_TIME, _new_time),
        (_NEW_WITH, _new_time),
        (_BE_AT, _be_at),
        (_NO_NEED, _no_need),
        (_TAKE_OUT, _no_need),
        (_AWAY, _away),
        (_SUITS_NOT, _suits_not),
        (_FROM_TO, _from_to),
    ):
        if (match := pattern.fullmatch(bare)) is not None and (found := read(match, setting, mail)) is not None:
            return found
    return None


def _they_cannot(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    """ "Ben can't make it, find another slot": Ben's meeting is to be at another time."""
    who = _people(match["who"], setting)
    to = _time(match["to"], setting)
    one = _which(match["which"], setting)
    if not who or to is None or one is None:
        return None
    return _moved(Which(people=(*who, *one.people), window=one.window, topic=one.topic), to, match)


def _new_time(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    given = match.groupdict()
    to = _time(given.get("to"), setting)
    one = Which(people=_people(given["who"], setting)) if given.get("who") else _which(given.get("which"), setting)
    if to is None or one is None or not one.named:
        return None
    return _moved(one, to, match)


def _be_at(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    words = match["to"]
    hour = re.match(r"(?:\d{1,2}|noon)\b", words)
    to = _time(f"at {words}" if hour and (match["at"] or "").strip() in ("at", "to", "for") else words, setting)
    one = Which() if re.fullmatch(_IT, match["which"], _I) else _which(match["which"], setting)
    if to is None or not to or one is None or not (one.named or mail.in_reply_to):
        return None
    return _moved(one, to, match)


def _no_need(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    given = match.groupdict()
    words = given.get("which") or given.get("which2") or ""
    one = _which(words, setting)
    told = match.re is _TAKE_OUT or bool(given.get("off") or given.get("which") or given.get("need"))
    if one is None or not one.named or not told or not _OBJECT_OR_TIME.search(words):
        return None
    return Understood(intent=Intent.CANCEL, slots=_slots(one, match.group()))


def _away(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    """ "I'm off sick today, cancel all my meetings": those of that day."""
    found = slots(match["away"], setting, with_topic=False)
    window = found.when.window
    if window is None or found.doubts or found.people or found.minutes or not window.dated:
        return None
    slot = {"window": Slot(value=window, words=window.said), "all": Slot(value=True, words=match["all"])}
    return Understood(intent=Intent.CANCEL, slots=slot)


def _suits_not(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    """ "Wednesday doesn't work for the sync with Bob, try Friday": from the one day to the other."""
    since, to, one = _time(match["from"], setting), _time(match["to"], setting), _which(match["which"], setting)
    if not since or to is None or one is None or not one.named or one.window is not None:
        return None
    return _moved(Which(people=one.people, window=since[0], topic=one.topic), to, match)


def _from_to(match: re.Match[str], setting: Setting, mail: Mail) -> Understood | None:
    """ "From 2 to 4": from one hour to another, and no stretch of two hours."""
    day, on = match["day"] or "", match["on"] or ""
    if day and (_time(day, setting) or None) is None:
        return None
    since, to = (
        _time(f"{words}{when}", setting)
        for words, when in ((f"at {match['from'].removeprefix('at ')}", day or on), (f"at {match['to']}", on or day))
    )
    words = match["which"]
    who = _people(words, setting)
    one = Which(people=who) if who else Which() if re.fullmatch(_IT, words, _I) else _which(words, setting)
    if not since or not to or one is None or (one.window is not None and (day or on)):
        return None
    return _moved(Which(people=one.people, window=since[0], topic=one.topic), to, match)


def _moved(one: Which, to: tuple[Window, ...], match: re.Match[str]) -> Understood:
    slot = {"to": Slot(value=to[0], words=to[0].said)} if to else {}
    return Understood(intent=Intent.MOVE, slots={**_slots(one, match.group()), **slot})


def _slots(one: Which, words: str) -> dict[str, Slot]:
    values = {"people": one.people, "window": one.window, "topic": one.topic}
    return {name: Slot(value=value, words=words) for name, value in values.items() if value}


def _people(words: str, setting: Setting) -> tuple[Who, ...]:
    """Return those whom words name if they name nothing else; with a capital, or by an address."""
    found = party(words, setting.origin, alone=True)
    named = all("@" in who.words or who.words[:1].isupper() for who in found.people)
    return found.people if found.people and named and not found.either else ()


def _which(words: str | None, setting: Setting) -> Which | None:
    """Return the meeting that words mean, None if something in them is not read."""
    if not words or not words.strip():
        return Which()
    one, unread = meeting(words.strip(), setting)
    return None if unread else one


def _time(words: str | None, setting: Setting) -> tuple[Window, ...] | None:
    """Return the time that words name, nothing if there are no words, None if they say anything else."""
    if not words or not words.strip(" ,"):
        return ()
    found = slots(words, setting, with_topic=False)
    window = found.when.window
    if window is None or found.doubts or found.people or found.minutes or leftovers(found.left, {"still", "instead"}):
        return None
    return (window,)
