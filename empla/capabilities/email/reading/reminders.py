"""Reminders: of what, when, and who is to be reminded; and "snooze until Monday".

"Remind me on Friday to call Ben at 3": the time right after "remind me" is the reminder's; else the last one that is
said, unless it may as well be when the thing is ("of the meeting tomorrow at 2", "to pay by Friday"): that is asked.
Slot `again`: the reminder that has just come is meant. The other slots are those of the package's docstring.
"""

import re

from empla.capabilities.email.reading.antecedents import said_before
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.phrases import (
    AT,
    AT_ONLY,
    BY,
    Cut,
    cut_time,
    lead_time,
    people_slot,
    whom,
    words_slot,
)
from empla.capabilities.email.reading.slots import OBJECT, Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_ABOUT_MAIL = re.compile(r"^(?:that|it|this|so|this (?:mail|e-?mail|message))$", _I)
_VERB = r"(?:please )?(?:also )?(?:remind|nudge|ping|poke|prod|alert)\b"
_REMIND = re.compile(
    rf"^(?:{_VERB}(?= (?:me|us|myself)\b| (?:[A-Z]|both )| \S+@)"
    r"|(?:please )?(?:set|make|create|add|put in|put|give|send|schedule|i(?:'d)? (?:need|want|like))"
    r"(?: (?P<for>me|us))? (?:up )?an? (?:\w+ )?(?:reminder|nudge|note to self|heads[- ]up)"
    r"|reminder\b:?|(?:don't|do not) let (?=me)|i (?:must not|mustn't|can't|shouldn't) forget)\s*",
    _I,
)
_SEND = re.compile(r"^(?:please )?(?:send|give|write|mail) (?P<who>\S.*?) an? (?:\w+ )?(?:reminder|nudge)\b\s*", _I)
_LATE = re.compile(
    r"^(?P<what>i (?:must|need to|have to|should|want to|mustn't forget to|must not forget to) .+?"
    r"|to .+?)[,.;]? (?:and |so )?"
    r"(?:please )?(?:remind me|give me a reminder|send me a reminder)(?: (?:of|about) (?:it|that"
    r"|this))?(?P<when> .+)?$",
    _I,
)
_WHAT = re.compile(r"^(?:forget )?(?:(?P<how>to|about|of|that|for|regarding|forget)\b|:)\s*(?P<what>\S.*)?$", _I)
_AGAIN = re.compile(
    r"^(?:snooze(?: (?:it|this|that|me))?|(?:remind me|ask me|bring (?:it|this) up"
    r"|come back to me(?: (?:about|on) (?:it|this))?) again|postpone (?:it|this|the reminder)"
    r"|(?:not now,? )?(?:again|later)(?=[ ,:])|come back to me|bring (?:this|it) up|resurface (?:this|it))"
    r"(?:\s*(?:until|till|to|for|by|,|:))?\s*(?P<when>.+)?$",
    _I,
)
_REPEATED = re.compile(r"(?<!\w)(?:every|each|daily|weekly|monthly)(?!\w)", _I)
_RELATIVE = re.compile(
    r"(?:\S+ ){0,4}before (?!noon|lunch|midnight|\d|mon|tue|wed|thu|fri|sat|sun|tomorrow|the end)"
    r"|(?:when|once|as soon as|if|unless|whenever|the \w+ before)\b|after (?!lunch|noon|work|\d|tomorrow)|later$",
    _I,
)
"""When it hangs on something else: it is asked when that is."""
_TO_WHOM = re.compile(
    r"^(?:send|give|write|drop|mail) an? (?:\w+ )?(?:reminder|nudge) to (?P<who>(?!me\b|us\b)(?:[A-Z][\w.-]+|\S+@\S+)"
    r"(?:(?:,| and|, and) (?:[A-Z][\w.-]+|\S+@\S+))*)"
)
_PINGED_FOR = re.compile(
    r"^(?:also )?(?:nudge|ping|poke|prod) (?!me\b|us\b)(?:\S+)(?: (?-i:[A-Z])\w+)?(?: and \S+)? (?:for|whether|if"
    r"|what|when|how)\b",
    _I,
)
_RAISE = re.compile(
    r"^(?:bring (?P<up>up )|raise|put|resurface|(?:come|get) back to me (?:about|on|with|regarding))\s?"
    r"(?P<what>(?:the|my|our|that|this) (?:(?!\bagain\b).)+?)(?: up)?(?: in front of me| to me"
    r"| with me)?(?<!back) again\b",
    _I,
)
_BY_MAIL = re.compile(r"^(?:by|per|via) (?:e-?)?mail\b\s*", _I)
_MUST = re.compile(r"^(?:to|i (?:must(?:n't| not)? forget to|must|need to|have to|should|want to)) ", _I)


def remind(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read what somebody is to be reminded of, and when."""
    plain = re.sub(r"[,\s]+(?:please|pls|thanks)$", "", sentence.strip(), flags=_I)
    plain = re.sub(r"^(?:not now|later|not yet|no)[,;:.]? (?=remind me)", "", plain, flags=_I)
    plain = _TO_WHOM.sub(r"remind \g<who>", plain)
    if _MUST_NOT_FORGET.match(plain) and re.search(r"\bremind (?:me|us)\b", mail.text.rpartition(plain)[2], _I):
        return None  # what it is about; the request follows
    if _PINGED_FOR.match(plain):
        return None  # "ping Ben for the numbers" asks him for them
    if (again := _AGAIN.match(plain)) is not None:
        return _snoozed(again, setting)
    if (raised := _RAISE.match(plain)) is not None:
        plain = f"remind me {plain[raised.end() :].strip()} about {raised['what']}"
    once = _REPEATED.sub(lambda often: "on" if often.group().lower() in ("every", "each") else "", plain)
    found = _late(once, setting) or _plain(once, setting)
    if found is None:
        return None
    what, people, when, doubt = found
    slots: dict[str, Slot] = {}
    if what and not _ABOUT_MAIL.match(what):
        slots["what"] = words_slot(what, sentence)
    if "what" not in slots and not mail.in_reply_to and not people and (told := said_before(sentence, mail)):
        slots["what"] = Slot(value=_told_to_remember(told), words=told)
    if people:
        slots["people"] = people_slot(people)
    if when is not None and (window := when.slot()) is not None:
        slots["window"] = window
    if (often := _REPEATED.search(plain)) is not None and doubt is None:
        question = f"You wrote “{often.group()}”. I can remind you once. Shall I do that the first time only?"
        doubt = Doubt(words=often.group(), question=question)
    if when is not None and doubt is None and _several(when):
        question = f"You wrote “{when.words}”. I can remind you once. Shall I do that the first time only?"
        doubt = Doubt(words=when.words, question=question)
    return Understood(intent=Intent.REMIND, slots=slots, doubts=(doubt,) if doubt is not None else ())


_MUST_NOT_FORGET = re.compile(
    r"^i (?:must not|mustn't|can't|cannot|shouldn't|should not|may not|better not) forget\b", _I
)


def _told_to_remember(told: str) -> str:
    """Return what "remind me on Friday" is about from the sentence before it: "I shouldn't forget the bill."."""
    return re.sub(rf"{_MUST_NOT_FORGET.pattern}(?: about)? ?|^{_MUST.pattern[1:]}", "", told, flags=_I).strip(" .!;,")


_Found = tuple[str, tuple[Who, ...], Cut | None, Doubt | None]


def _several(when: Cut) -> bool:
    """Whether several days or hours were named."""
    window = when.window
    if window is None or window.grain not in ("day", "instant"):
        return False
    return len(window.spans) > 1 and (window.dated or len(window.times) > 1)


def _snoozed(again: re.Match[str], setting: Setting) -> Understood | None:
    when = cut_time(again["when"] or "", setting, AT)
    if again["when"] and (when.window is None or when.rest):
        return None
    slots = {"again": Slot(value=True, words=again.group())}
    if (window := when.slot()) is not None:
        slots["window"] = window
    return Understood(intent=Intent.REMIND, slots=slots)


def _late(text: str, setting: Setting) -> _Found | None:
    """ "I have to ring the school at 4, remind me please"."""
    match = _LATE.match(text)
    if match is None:
        return None
    when = cut_time((match["when"] or "").strip(), setting, AT)
    what = match["what"]
    if when.window is None:
        when = cut_time(what, setting, AT)
        what = when.rest
    return _MUST.sub("", what), (), when, None


def _plain(text: str, setting: Setting) -> _Found | None:
    """ "Remind me on Friday to call the bank", or "on Friday remind me ..."."""
    leading = None
    if not _REMIND.match(text) and not _SEND.match(text):
        leading = cut_time(text, setting, AT)
        if leading.window is None or leading.start != 0:
            return None
        text = leading.rest
        if (late := _LATE.match(text)) is not None and not late["when"]:
            return _MUST.sub("", late["what"]), (), leading, None
    verb = _REMIND.match(text)
    sent = _SEND.match(text) if verb is None else None
    if verb is None and sent is None:
        return None
    people: tuple[Who, ...] = ()
    if verb is None:
        assert sent is not None
        people, rest = whom(sent["who"], 0, setting)[0], text[sent.end() :]
    else:
        rest = text[verb.end() :].strip()
        if (me := re.match(r"(?:for )?(?:me|us|myself)\b(?: and)?(?: again)?", rest, _I)) is not None:
            rest = rest[me.end() :]
        elif not verb["for"] and re.match(_VERB, verb.group(), _I):
            people, end = whom(rest, 0, setting)
            rest = rest[end:]
    if not people and (verb is None or not (verb["for"] or me or not re.match(_VERB, verb.group(), _I))):
        return None
    return _rest(_BY_MAIL.sub("", rest.strip(" ,")), people, leading, setting)


def _rest(rest: str, people: tuple[Who, ...], leading: Cut | None, setting: Setting) -> _Found:
    """Read what follows "remind me": the time, then what; or what, then the time."""
    when = leading
    if when is None and (relative := _RELATIVE.match(rest)) is not None:
        asks = Doubt(words=relative.group(), question=f"When shall I remind {_called(people)} of it?")
        return rest.strip(" ,."), people, None, asks
    leads = _WHAT.match(rest)
    if when is None and (leads is None or leads["how"] == "for"):
        first = cut_time(rest, setting, AT)
        first = first if first.window is not None and first.start <= 4 else lead_time(rest, setting)
        if first.window is not None:
            when, rest = first, first.rest
    match = _WHAT.match(rest.lstrip(" ,"))
    how = ((match["how"] or "") if match is not None else "").lower()
    what = ((match["what"] or "") if match is not None else rest).strip(" ,.")
    whole = f"that {what}" if how == "that" else what
    if when is not None or not what:
        return whole, people, when, None
    due = cut_time(what, setting, BY)
    said = due if due.window is not None else cut_time(what, setting, AT_ONLY)
    if said.window is None:
        return whole, people, None, None
    its_own = how in ("about", "of", "for", "regarding") and OBJECT.search(said.rest)
    if due.window is not None or its_own or how == "that":  # that is when the thing is, as likely as not
        asks = Doubt(words=said.words, question=f"When shall I remind {_called(people)} of it?")
        return whole, people, None, asks
    if _OF_ANOTHER.search(said.rest):
        asks = Doubt(
            words=said.words, question=f"Shall I remind {_called(people)} then, or is that when it is to be done?"
        )
        return whole, people, None, asks
    return said.rest, people, said, None


_OF_ANOTHER = re.compile(r"^(?:to )?(?:remind|ask|tell|get|have) (?!me\b|us\b)\S+ to \w", _I)
"""What somebody else is to do, and the time that is said may be that of either."""


def _called(people: tuple[Who, ...]) -> str:
    return "you" if not people else "them" if len(people) > 1 else people[0].words
