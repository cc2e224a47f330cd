"""Asking again: once, if somebody has not answered by some time (a chase), or several times (a sequence)."""

import re
from dataclasses import replace

from empla.capabilities.email.reading.antecedents import said_before
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.phrases import (
    AT,
    BY,
    PRONOUN,
    Cut,
    cut_time,
    only_people,
    people_slot,
    whom,
    words_slot,
)
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_SILENT = (
    r"(?:(?:ha(?:s|ve)(?:n't| not)|did(?:n't| not)|do(?:es)?(?:n't| not)|is(?:n't| not)|never)"
    r"(?: yet| still| been)* (?:answer(?:ed)?|repl(?:y|ied)|respond(?:ed)?|got(?:ten)? back|get back|come back"
    r"|react(?:ed)?"
    r"|written(?: back)?|write(?: back)?|confirm(?:ed)?|accept(?:ed)?|sign(?:ed)?|sen[dt](?: (?:it|anything))?|paid"
    r"|heard)|(?:stays?|remains?|is|keeps?|goes|has gone|went|gone) (?:silent|quiet))"
)
_IF_SILENT = re.compile(
    rf"(?:^|[,;] ?| )(?:and )?(?:if|in case|should|when) (?P<who>.+?) (?:still )?(?:{_SILENT}|not (?:answer|reply"
    rf"|respond))"
    rf"(?P<rest>[^,;]*)",
    _I,
)
_NO_WORD = re.compile(
    r"(?:^|[,;] ?| )(?:if|in case|should|when) (?:(?:i|we|you) (?:don't|do not|haven't|have not|didn't) (?:hear"
    r"|heard|get|got|receive[d]?)"
    r"(?: (?:back|anything|an answer|a reply|a response|any answer))*(?: from (?P<who>.+?))?"
    r"|(?:i|we|you) (?:get|hear|have|receive) (?:nothing|no (?:answer|reply|response|word|reaction))(?: back)?"
    r"|(?:there(?:'s| is) )?(?:still )?nothing(?: (?:comes|came|has come|arrives|has arrived|happens|is heard"
    r"|back)(?: back| in)?)?|(?:(?:there(?:'s| is)"
    r"|there has been) )?(?:still )?no (?:answer|reply|response|word|news|feedback"
    r"|reaction)(?: from (?P<from>.+?))?)"
    rf"(?=$|,|;| (?:{BY}|on|after|then|ask|write|please|remind|chase)\b)(?P<rest>[^,;]*)",
    _I,
)
_UNLESS = re.compile(
    r"(?:^|[,;] ?| )unless (?P<who>.+?) (?:answers?|repl(?:y|ies)|responds?|gets? back|has answered|has replied"
    r"|have answered)"
    r"(?P<rest>[^,;]*)",
    _I,
)
_THEN = re.compile(
    r"(?:ask|chase(?: up)?|remind|nudge|ping|prod|poke|press|write(?: to)?|e-?mail|mail|send"
    r"|follow[ -]?up(?: with)?|try|contact|bug"
    r"|get back to|check(?: in)?(?: with)?)\b",
    _I,
)


def _silence(plain: str) -> re.Match[str] | None:
    """Return the words that say who may not have answered."""
    silent = _IF_SILENT.search(plain)
    if silent is None or re.fullmatch(r"(?:i|we|you)(?: still)?", silent["who"], _I):
        return _NO_WORD.search(plain) or _UNLESS.search(plain)
    return silent


def chase(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read who is to be asked again if they have not answered by some time."""
    plain = sentence.strip()
    if EVERY.search(plain):
        return None
    silent = _silence(plain)
    if silent is None:
        return _told_silent(plain, setting, mail) or _later(plain, sentence, setting)
    main = f"{plain[: silent.start()]} {plain[silent.end() :]}".strip(" ,;")
    main = re.sub(r"^(?:then|please|pls|can you|could you|just)[ ,]+", "", main, flags=_I)
    verb = _THEN.match(main)
    if verb is None:
        return None
    groups = silent.groupdict()
    named = groups.get("who") or groups.get("from") or ""
    people = only_people(named, setting)
    if not people:
        people, _ = whom(main, verb.end(), setting)
    whom_asked, _ = whom(main, verb.end(), setting)
    if people and whom_asked and not _same(people, whom_asked):
        return Understood(
            intent=Intent.CHASE, slots={"people": people_slot(whom_asked)}, unread=(silent.group().strip(" ,"),)
        )
    pronoun = PRONOUN.fullmatch(named) or PRONOUN.fullmatch(main[verb.end() :].split(" ")[-1].strip(" .,"))
    if not people and not pronoun and not mail.in_reply_to:
        return None
    cut = cut_time(silent["rest"].strip(), setting, AT)
    if cut.window is None:
        cut_main = cut_time(main, setting, AT)
        cut = Cut(cut.rest, cut_main.window, cut_main.words)
    about = _MATTER.match(cut.rest.strip())
    if about is None and (after := _after_people(main, verb.end(), setting)):
        about = _MATTER.match(_AGAIN.sub("", cut_time(after, setting, AT).rest).strip())
    slots: dict[str, Slot] = {}
    if people:
        slots["people"] = people_slot(people)
    if about is not None:
        slots["what"] = words_slot(about["what"], sentence)
    if (window := cut.slot()) is not None:
        slots["window"] = window
    return Understood(intent=Intent.CHASE, slots=slots)


def _same(some: tuple[Who, ...], others: tuple[Who, ...]) -> bool:
    """Return whether two mentions may be of the same people: "Ben" and "Ben Stone"."""
    return any(a.words.lower() in b.words.lower() or b.words.lower() in a.words.lower() for a in some for b in others)


_MATTER = re.compile(
    r"(?:to|on|about|regarding|concerning|for|re:?|with) (?!me\b|us\b|you\b|him\b|her\b|them\b)(?P<what>\S.+)$", _I
)
_AGAIN = re.compile(r"^\s*(?:once )?(?:again|once more|another time|a second time|please)\b", _I)
_CHASES = re.compile(r"^(?:chase(?: up)?|follow[ -]?up with|press|nudge|poke|ping|prod|bug|remind|ask|try) ", _I)
_FOLLOWS = re.compile(r"^(?:follow[ -]?up with|chase(?: up)?|check (?:back )?(?:in )?with|touch base with) ", _I)
_TOLD_SILENT = re.compile(
    rf"(?:(?P<who>[A-Z\w][\w.@ -]{{1,60}}?) (?:still |just )?{_SILENT}(?: (?:to|back|yet|on|me|us|my|anything|it))*"
    r"|(?:still )?(?:no|not a|nothing|haven't had (?:a|any)|have not had (?:a|any)|not had (?:a|any)) ?"
    r"(?:word|answer|reply|response|news|reaction|feedback)?(?: (?:yet|so far|back))* from"
    r" (?P<from>[A-Z\w][\w.@-]+(?: [A-Z][\w-]+)?)"
    r"|(?:i|we)(?:'ve| have| still)?(?: not|n't| haven't| never)(?: yet| been)* hear[d]?(?: back)? from"
    r" (?P<heard>[A-Z\w][\w.@-]+(?: [A-Z][\w-]+)?))"
    r"(?:.*?(?:about|on|regarding|concerning|for|re) (?P<what>(?:the|my|our|that|this|his|her|their) [^.!?]{2,60}?))?"
    r"(?: (?:yet|so far|still|at all))?\s*[.!?;]\s*$",
    _I,
)
"""What is told before "please chase him": "Ben hasn't replied to my mail about the venue."."""


def reports_silence(words: str) -> bool:
    """Return whether a sentence only tells that somebody has not answered."""
    return _TOLD_SILENT.fullmatch(f"{words.strip(' .!?;')}.") is not None


def _after_people(main: str, at: int, setting: Setting) -> str:
    people, end = whom(main, at, setting)
    if people:
        return main[end:]
    pronoun = re.compile(r"\s*(?:with )?(?:him|her|them)\b", _I).match(main, at)
    return main[pronoun.end() :] if pronoun else ""


def _silent_one(told: str, setting: Setting) -> tuple[Who, ...]:
    silent = _TOLD_SILENT.fullmatch(told)
    named = next((silent[name] for name in ("who", "from", "heard") if silent[name]), "") if silent is not None else ""
    return only_people(named, setting)


_AT_DAY = (
    r"on|tomorrow|tonight|next|this|in(?= (?:an?|one|two|three|\d))|mon|tue|wed|thu|fri"
    r"|(?:mon|tues|wednes|thurs|fri)day"
)


def _later(plain: str, sentence: str, setting: Setting) -> Understood | None:
    """ "Follow up with Ben on Friday about the budget": then, if there was no answer."""
    verb = _FOLLOWS.match(plain) if not re.search(r"\b(?:by|until|before|latest)\b", plain, _I) else None
    people, end = whom(plain, verb.end(), setting) if verb is not None else ((), 0)
    cut = cut_time(plain[end:], setting, _AT_DAY) if people else Cut("")
    if cut.window is None:
        return None
    about = _MATTER.match(cut.rest.strip())
    slots = {"people": people_slot(people)}
    if about is not None:
        slots["what"] = words_slot(about["what"], sentence)
    if (window := cut.slot()) is not None:
        slots["window"] = replace(window, start=-1, end=-1)
    unread = (cut.rest,) if about is None and re.search(r"\w", cut.rest) else ()
    return Understood(intent=Intent.CHASE, slots=slots, unread=unread)


def _told_silent(plain: str, setting: Setting, mail: Mail) -> Understood | None:
    """ "Ben hasn't replied to my mail about the venue. Please chase him." """
    verb = _CHASES.match(plain)
    people, end = whom(plain, verb.end(), setting) if verb is not None else ((), 0)
    if not people and PRONOUN.fullmatch(plain[verb.end() :].strip(" .!") if verb is not None else ""):
        people = _silent_one(said_before(plain, mail), setting)
        end = len(plain)
    if len(people) != 1 or plain[end:].strip(" .!").lower() not in (
        "",
        "again",
        "up",
        "once more",
        "on it",
        "about it",
    ):
        return None
    told = said_before(plain, mail)
    silent = _TOLD_SILENT.fullmatch(told)
    if silent is None:
        return None
    slots = {"people": people_slot(people)}
    if silent["what"]:
        slots["what"] = Slot(value=silent["what"], words=silent["what"])
    return Understood(intent=Intent.CHASE, slots=slots)


# sequences -----------------------------------------------------------------------------------------------------------

_NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "once": 1, "two": 2, "twice": 2, "three": 3, "thrice": 3, "four": 4, "five": 5},
    **{"six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "couple of": 2, "few": 3},
}
_N = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten)"
EVERY = re.compile(
    rf"(?<!\w)(?:every (?P<other>other |second |third )?(?P<n>{_N} )?(?:business |working |week)?(?P<unit>days?"
    rf"|weeks?|fortnight"
    rf"|month|morning|(?P<name>mon|tues|wednes|thurs|fri)day)|(?P<adverb>daily|weekly|fortnightly|biweekly|bi-weekly)"
    rf"|(?:once|one) (?:a|per|each|every) (?P<per>day|week)|(?P<apart>{_N}) (?P<apart_unit>days?|weeks?) apart)(?!\w)",
    _I,
)
_TIMES = re.compile(
    rf"(?<!\w)(?:(?:at most |up to |maximum |max\.? |a maximum of |no more than |not more than |just )?"
    rf"(?:(?P<n>{_N}) (?:more )?times|(?P<word>once|twice|thrice)|(?P<mails>(?!an? ){_N}) (?:more )?(?:mails?"
    rf"|e-?mails?|messages?"
    rf"|follow[ -]?ups?|reminders|nudges|attempts))(?: (?:at most|max(?:imum)?|in total|altogether|overall))?"
    rf"|(?:at most|up to|max(?:imum)?\.?|no more than|not more than) (?P<bare>{_N})(?! ?(?:days?|weeks?|months?"
    rf"|hours?))"
    rf"|(?P<after>{_N}) (?:max(?:imum)?|tops|at (?:the )?most)"
    rf"|for (?P<span>{_N}) (?P<span_unit>days|weeks?|months?))(?!\w)",
    _I,
)
_SEQUENCE = re.compile(
    r"^(?:keep (?:on )?(?:following up|chasing|writing|e-?mailing|nudging|asking|reminding|pinging|poking|contacting"
    r"|messaging|trying|pestering|bugging|sending)(?: (?:mails?|reminders?|messages?|follow-?ups?))?"
    r"|follow[ -]?up|chase(?: up)?|write|e-?mail|mail|message|contact|ping|nudge|send|poke|prod|drop|pester|bug"
    r"|ask|remind|get in touch|check in|touch base)(?: (?:mails?|e-?mails?"
    r"|follow[ -]?ups?|reminders?|messages?))?(?: with| to| on)?\s+(?=\S)",
    _I,
)
_STOPS = re.compile(
    r"[,;]?\s*(?:and )?(?:then )?(?:(?:unless|until|till|as long as|so long as|if|while"
    r"|stop(?: it)?(?: (?:as soon as|when|if|once))?)"
    r" (?:(?:he|she|they|it|i|we|you|there|one|somebody|[A-Z]\w+|\S+@\S+)\b)?[^,;]*?\b(?:answers?(?:ed)?|repl(?:y"
    r"|ies|ied)"
    r"|responds?(?:ed)?|hear|heard|gets? back|got back|reacts?|silent|no (?:answer|reply|response)|has sent"
    r"|have sent|sends?|sent|delivers?|signs?|signed|pays?|paid"
    r"|confirms?|done|in|(?:you|i|we) have (?:it|them|one|an answer|a reply)|comes? back|got it)\b[^,;]*)",
    _I,
)
_GIVEN = re.compile(r"[:]\s*[\"“](?P<text>[^\"”]{3,})[\"”]?\s*$|[\"“](?P<quoted>[^\"”]{3,})[\"”]")
_TOPIC = re.compile(r"(?<!\w)(?:about|regarding|concerning|on|re|for|of|with the question) (?P<what>\S.*)$", _I)


def sequence(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read who is written to again and again, how often, and how many days lie between."""
    plain = sentence.strip()
    every = EVERY.search(plain)
    verb = _SEQUENCE.match(plain)
    often = _TIMES.search(plain)
    if verb is None or (every is None and not (often is not None and re.match(r"follow|keep|chase|nudge", plain, _I))):
        return None
    if re.match(r"(?:remind|ask|send|nudge|ping) (?:me|us)\b", plain, _I):
        return None
    given = _GIVEN.search(plain)
    text = plain[: given.start()] if given is not None else plain
    stops = _STOPS.search(text)
    text = _STOPS.sub("", text) if stops is not None else text
    text = " ".join(_TIMES.sub(" ", EVERY.sub(" ", text)).split()).strip(" ,;:")
    verb = _SEQUENCE.match(f"{text} ")
    people, end = whom(text, verb.end(), setting) if verb is not None else ((), 0)
    if not people:
        return None
    every_week = every is not None and every["name"] and stops is None and often is None and given is None
    begin = cut_time(
        text[end:], setting, r"starting|beginning|from|as of|first on|start(?: on)?|begin(?:ning)?(?: on)?"
    )
    if begin.window is None:
        begin = _starting(text[end:], setting)
    topic = _TOPIC.search(begin.rest)
    slots: dict[str, Slot] = {"people": people_slot(people)}
    if every is not None:
        slots["every_days"] = Slot(value=_days(every), words=every.group())
    if often is not None and (times := _count(often, every)):
        slots["times"] = Slot(value=times, words=often.group())
    if given is not None:
        slots["what"] = words_slot(given["text"] or given["quoted"], sentence)
        slots["given"] = Slot(value=True, words="")
    elif topic is not None:
        slots["what"] = words_slot(topic["what"].strip(" ,"), sentence)
    if begin.window is not None and (window := begin.slot()) is not None:
        slots["window"] = window
    left = begin.rest[: topic.start()] if topic is not None else begin.rest
    left = re.sub(
        r"^(?:(?:again|please|by (?:e-?)?mail|and|then|with|a (?:line|note|mail))[\s,]*)*",
        "",
        left.strip(" ,;"),
        flags=_I,
    ).strip(" ,;")
    unread = (left,) if re.search(r"\w", left) and given is None else ()
    if every_week and every is not None and not re.match(r"keep|follow|chase", plain, _I):
        unread = (*unread, every.group())  # "every Monday", for ever, whatever they answer: that is no sequence
    return Understood(intent=Intent.SEQUENCE, slots=slots, unread=unread)


def _starting(text: str, setting: Setting) -> Cut:
    match = re.search(r"(?:starting|beginning|from|as of|first)(?: on| from)? (?P<when>.+?)(?: on)?$", text, _I)
    if match is None:
        return Cut(text)
    cut = cut_time(match["when"], setting, AT)
    return Cut(text[: match.start()].strip(" ,"), cut.window, cut.words) if cut.window is not None else Cut(text)


def _days(every: re.Match[str]) -> int:
    adverb = (every["adverb"] or "").lower()
    if adverb or every["per"]:
        return {"daily": 1, "day": 1, "weekly": 7, "week": 7}.get(adverb or every["per"].lower(), 14)
    if every["apart"]:
        return _number(every["apart"]) * (7 if every["apart_unit"].lower().startswith("week") else 1)
    unit = every["unit"].lower()
    of_unit = (
        7 if unit.startswith("week") or every["name"] else 14 if unit == "fortnight" else 30 if unit == "month" else 1
    )
    number = _number(every["n"] or "one")
    other = {"other": 2, "second": 2, "third": 3}.get((every["other"] or "").strip().lower(), 1)
    return of_unit * number * other


def _count(often: re.Match[str], every: re.Match[str] | None) -> int:
    if often["span"]:
        unit = often["span_unit"].lower()
        days = _number(often["span"]) * (30 if unit.startswith("month") else 7 if unit.startswith("week") else 1)
        return max(1, days // _days(every)) if every is not None else 0
    return _number(often["n"] or often["word"] or often["mails"] or often["bare"] or often["after"])


def _number(words: str) -> int:
    plain = words.strip().lower()
    return int(plain) if plain.isdigit() else _NUMBERS.get(plain, 1)
