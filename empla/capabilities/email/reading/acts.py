"""What one sentence does: the intent that its cues tell, before anything else in it is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from empla.capabilities.email.reading import cues
from empla.capabilities.email.reading.families import Understood, families
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import party
from empla.capabilities.email.reading.sentences import Sentence
from empla.capabilities.email.reading.slots import OBJECT, Setting, Slots, leftovers, slots
from empla.capabilities.email.reading.wordlists import ACT_WORDS, ENGLISH, NO_NAMES
from empla.mind.readings import Mail
from empla.mind.values import OWN

OF_FAMILIES = frozenset(
    [
        Intent.CHANGE,
        Intent.SWAP,
        Intent.RULE,
        Intent.RULES,
        Intent.DROP_RULE,
        Intent.PREFER,
        Intent.PREFERENCES,
        Intent.DROP_PREFERENCE,
        Intent.RESPOND,
        Intent.ERRAND,
        Intent.REMIND,
        Intent.CHASE,
        Intent.SEQUENCE,
        Intent.STATUS,
        Intent.TRIAGE,
        Intent.BRIEF,
        Intent.ASK,
        Intent.REMEMBER,
    ]
)
"""Intents that only a family tells."""

ACTED_ON = OF_FAMILIES | frozenset(
    [
        Intent.SCHEDULE,
        Intent.CHOOSE,
        Intent.FREE,
        Intent.AGENDA,
        Intent.CANCEL,
        Intent.MOVE,
        Intent.HELP,
        Intent.OTHER_REQUEST,
    ]
)
"""Intents of which a mail should have one."""

_CONDITION = re.compile(
    r"(?:if|when|once|unless|in case|provided|as soon as|assuming)\b[^,]{3,80},\s*(?:then )?", re.IGNORECASE
)
_OF_A_MEETING = re.compile(
    r"(?:drop|skip) (?:my|the|our|that) \d{1,2}(?:[:.]\d\d)? ?(?:[ap]m|o'clock)?\b"
    r"|(?:swap|switch) (?:my|the|our) .{3,60}? to (?:mon|tue|wed|thu|fri|sat|sun|next|tomorrow|\d)\w*(?!.*\b(?:my"
    r"|the|our)\b)|"
    r"(?:see|check|find out) (?:if|whether|when) .{1,40}? (?:has|have) (?:an|half an|one|two|\d{1,3}) ?(?:hours?"
    r"|min(?:ute)?s?)\b|(?:see|check|find out) (?:if|whether) .{1,40}?\b(?:can|could) (?:do|make|manage)\b"
    r"|(?:get|have|grab|find) .{2,60}?\bfor (?:an?|half an?|one|two|\d{1,3}) ?(?:hours?|h|minutes?|mins?)\b"
    r"|ask \S+(?: \S+)? for (?:an? )?(?:\S+ )?(?:meeting|call|chat|catch-up|appointment|slot)\b"
    r"|get (?:me|us) in front of\b"
    r"|(?:find out|see|check) (?:if|when|whether) .{2,60}? and (?:then )?(?:book|schedule|arrange|set up|put in|find"
    r"|get)\b"
    r"|remind (?:me|us) (?:what|who|when|where|which)(?:'s|'re)?\b(?!.* to |.*\b(?:rules|instructions|orders"
    r"|preferences)\b)",
    re.IGNORECASE,
)
"""Requests about a meeting that begin like an errand; no family is asked about them."""
_PLEASE = re.compile(r"[\s,]+(?:please|pls|plz|thanks|thank you|thx|many thanks|for me)[\s.!]*$", re.IGNORECASE)
_ONLY_POLITE = re.compile(r"(?:(?:please|sorry|for now|then|it|do it|book it)[\s,.!]*)+", re.IGNORECASE)
_FORBIDS = re.compile(r"\b(?:don't|do not|never|no need to|stop|won't|shouldn't|should not|without)\b", re.IGNORECASE)
_PASSED_ON = re.compile(
    r"(?:remind|tell|ask|let (?!us\b|'s)|inform|email|e-mail|write|message|warn|notify|text|reply"
    r"|answer|say)\b",
    re.IGNORECASE,
)
_ASKS_FOR_MEETING = re.compile(
    r"ask \S+(?: \S+)? for (?:an? )?(?:\S+ )?(?:meeting|call|chat|catch-up|appointment|slot)\b", re.IGNORECASE
)
_CANT = re.compile(
    r"\b(?:can't|cannot|can not|won't (?:make|attend|join|do|go|come|be able to)|not able to|unable to|no (?:longer "
    r"|more )?need)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:did|has|have (?:you|they|we|i) \w+(?:ed|t)?\b(?! to)|had|why|was|were|who|how come|is"
    r"|are|does|do (?:you|they)|will (?!you|u\b)|when)\b",
    re.IGNORECASE,
)
_ASKED_OF_PAST = re.compile(r"(?:did|has|have you|had|why|was|were|who|how come)\b", re.IGNORECASE)
_MEETS = re.compile(r"(?:book|schedule|invite|meet|pencil in)\b", re.IGNORECASE)
_FORBIDDEN = re.compile(r"(?:please |pls )?(?:don't|do not|never|stop)\s+\w", re.IGNORECASE)
_REJECTED = re.compile(r",?\s*(?:not|rather than|instead of)\s+[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?\s*$")
_FREE_OF_WHOM = re.compile(
    r"who(?:'s| is| else is| are| all is|ever is)?(?: also| all| still| actually)? (?:free|available|around"
    r"|can make|has time|in the office)\b"
    r"|(?:is|are|does|do|will|has|have) (?:he|she|they)\b",
    re.IGNORECASE,
)
"""Asks for somebody whom only the thread tells, or for anybody: the sender is not meant."""
_THEN_BOOK = re.compile(
    r"(?:find out|see|check|ask) (?:if|when|whether) .{2,60}? and (?:then )?(?:book|schedule|arrange|set up|put in"
    r"|find|get)\b",
    re.IGNORECASE,
)
"""Finding out whether somebody is free is the way to the meeting that is asked for."""
_LENGTH_OF = re.compile(
    r"(?:it|that|this|we|i|(?:the )?(?:duration|length|meeting|call)|the \w+)(?:'ll| will| should| would| shouldn't"
    r"| won't| might)?(?: only| just| not|"
    r" probably)*"
    r" (?:take|need|be|last|require)s?\b",
    re.IGNORECASE,
)
"""How long what was asked for takes: "It will take 30 minutes max"."""
_ABOUT_WHAT = re.compile(
    r"(?:it's|it is|this is|that's|it will be) (?:about|regarding|concerning|to discuss)\b", re.IGNORECASE
)
_MEANT = re.compile(
    r"(?:(?:i|we) (?:meant|mean)|it's|it is|that's|that is|just|only|with|no,|yes,|sorry,)\s+"
    r"(?:the one (?:called|named) )?|the (?:one|person|colleague|guy|other)\b[^,]{0,40},\s*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|regarding|with|to discuss|to talk|to go|to review|re)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Act:
    """One sentence and what it does; `intent` None: it only says something."""

    sentence: Sentence
    intent: Intent | None
    sure: bool = True  # told by a verb, not by the lack of one
    understood: Understood | None = None  # what a family made of it


def act(sentence: Sentence, setting: Setting, mail: Mail) -> Act:
    """Tell what `sentence` of `mail` does: what a family says, else what the general cues tell."""
    general = sentence.polite or _OF_A_MEETING.match(sentence.text[polite_end(sentence.text) :])
    understood = None if general else offered(sentence.text, setting, mail)
    if understood is not None:
        return Act(sentence, understood.intent, understood=understood)
    return _by_cues(sentence, setting)


def offered(text: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return what the first family that knows `text` makes of it; positions count from the beginning of `text`."""
    bare = _PLEASE.sub("", text.strip(" \t\n.!…").rstrip("?"))
    start = text.find(bare)
    polite = polite_end(bare)
    for begin in (polite, 0) if 0 < polite < len(bare) else (0,):
        for family in families():
            if (found := family(bare[begin:], setting, mail)) is not None:
                return _moved(found, start + begin)
    return None


def _moved(found: Understood, by: int) -> Understood:
    slots = {
        name: slot if slot.start < 0 else replace(slot, start=slot.start + by, end=slot.end + by)
        for name, slot in found.slots.items()
    }
    return replace(found, slots=slots) if by else found


def _phrase(bare: str) -> Intent | None:
    """Return what a sentence says that is nothing but a known phrase: yes, no, thanks, help."""
    if cues.HELP.search(bare) and not _HELP_WITH.search(bare):
        return Intent.HELP
    for pattern, intent in ((cues.THANKS, Intent.THANKS), (cues.NO, Intent.NO), (cues.YES, Intent.YES)):
        if pattern.fullmatch(bare) and not _ONLY_POLITE.fullmatch(bare):
            return intent
    return None


def _by_cues(sentence: Sentence, setting: Setting) -> Act:
    words = sentence.text.strip(" \t\n.!…")
    bare = words.rstrip("?")
    condition = _CONDITION.match(bare)
    request = bare[condition.end() :] if condition else bare
    rest = request[polite_end(request) :]
    if (phrase := _phrase(bare)) is not None:
        return Act(sentence, phrase)
    if sentence.polite:
        return Act(sentence, None)
    found = slots(bare, setting)
    if not sentence.question and _says_more(bare, found):
        return Act(sentence, Intent.ANSWER)
    if (
        not sentence.question
        and not cues.REQUEST_VERB.match(rest)
        and not cues.BARE_ARRANGE.match(rest)
        and cues.STATES.match(bare)
        and not cues.WISHES.search(bare)
        and not _chosen_by_time(bare, found)
    ):
        return Act(sentence, None)
    if _chooses(bare, found):
        return Act(sentence, Intent.CHOOSE)
    for intent, patterns, commanded in cues.INTENTS:
        if intent is Intent.FREE and _THEN_BOOK.match(rest):
            return Act(sentence, Intent.SCHEDULE)
        if intent is Intent.FREE and _FREE_OF_WHOM.match(rest):
            return Act(sentence, Intent.OTHER_REQUEST)
        cue = _cue(patterns, rest, bare)
        if cue is None or (intent is Intent.FREE and not sentence.question and not cues.ASKS_FREE.match(rest)):
            continue
        if condition:
            return Act(sentence, intent, sure=False)
        if commanded and _not_commanded(intent, bare, rest, cue):
            return Act(sentence, Intent.OTHER_REQUEST)
        return Act(sentence, intent)
    return _by_slots(sentence, bare, rest, found)


_BEGINNING = 5
"""Characters before the time that a statement is about: "Mornings are better", "The 14th is out"."""


def _chosen_by_time(bare: str, found: Slots) -> bool:
    """Whether a statement takes or refuses a time: "Thursday is fine", "the second is better"."""
    of_a_time = bool(found.when.used) and min(start for start, _ in found.when.used) < _BEGINNING
    return of_a_time or bool(cues.WORKS.search(bare) or any(p.search(bare) for p in cues.CHOOSE))


def _not_commanded(intent: Intent, bare: str, rest: str, cue: re.Match[str]) -> bool:
    """Whether the words of a request are forbidden, asked about, or to be passed on to somebody, not to be acted on."""
    offset = 0 if cue.string == bare else len(bare) - len(rest)
    if _FORBIDS.search(bare[: offset + cue.end()]) and not (intent is Intent.CANCEL and _CANT.search(cue.group())):
        return True
    if intent in (Intent.CANCEL, Intent.MOVE) and _NO_MEETING.match(rest):
        return True
    if intent is Intent.SCHEDULE and _IS_OFF.search(rest):
        return True
    if _PASSED_ON.match(rest) and not (intent is Intent.SCHEDULE and _ASKS_FOR_MEETING.match(rest)):
        return True
    asked = _ASKED if intent in (Intent.CANCEL, Intent.MOVE) and offset == 0 else _ASKED_OF_PAST
    return bool(asked.match(bare)) or (intent is Intent.SCHEDULE and _other_thing(rest))


def _by_slots(sentence: Sentence, bare: str, rest: str, found: Slots) -> Act:
    """Tell what a sentence without a cue does by what it names."""
    timed = bool(found.when.window or found.when.doubts)
    nothing_left = not leftovers(found.left, ACT_WORDS)
    if _FORBIDDEN.match(bare):
        return Act(sentence, Intent.OTHER_REQUEST)
    if cues.ARRANGE_ONLY.fullmatch(rest):
        return Act(sentence, Intent.SCHEDULE)
    if not found.any() and names_only(_REJECTED.sub("", _MEANT.sub("", bare, count=1)).strip()):
        return Act(sentence, Intent.ANSWER)
    named = sum((bool(found.people), timed, bool(found.minutes)))
    commanded = cues.BARE_ARRANGE.match(rest) and not _other_thing(rest) and not _ASKED_OF_PAST.match(bare)
    if commanded and named > 1:
        return Act(sentence, Intent.SCHEDULE)
    if not sentence.question and _wished_for(bare, rest, found):
        return Act(sentence, Intent.SCHEDULE)
    if timed and found.people and found.minutes and _is_note(bare, found):
        return Act(sentence, Intent.SCHEDULE, sure=False)
    if commanded and _MEETS.match(rest) and _whom_to_meet(bare, rest, found):
        return Act(sentence, Intent.SCHEDULE, sure=False)
    if timed and nothing_left and not found.people and not found.minutes and _takes(rest, bare, found):
        return Act(sentence, Intent.CHOOSE)
    if found.people and (timed or found.minutes) and nothing_left and not cues.REQUEST_VERB.match(rest):
        return _of_somebody(sentence, bare, rest)
    if timed and found.minutes and not found.people and only_names(found.left):
        return Act(sentence, Intent.SCHEDULE, sure=False)
    if nothing_left and found.any():
        return Act(sentence, Intent.ANSWER)
    requested = cues.REQUEST_VERB.match(rest) or sentence.question or (len(rest) < len(bare) and _asks(bare))
    return Act(sentence, Intent.OTHER_REQUEST if requested else None)


def _of_somebody(sentence: Sentence, bare: str, rest: str) -> Act:
    """Tell what a sentence does that names somebody and a time or a length, and nothing else."""
    if _NEGATED.search(bare):
        return Act(sentence, None)  # "Wednesday doesn't suit for the sync with Bob": no request for one
    if _SOME_VERB.match(rest) and not OBJECT.match(rest):
        return Act(sentence, Intent.OTHER_REQUEST)
    return Act(sentence, Intent.SCHEDULE, sure=False)


def _says_more(bare: str, found: Slots) -> bool:
    """Whether a statement tells the length or the matter of what was asked for: "It's about the lease"."""
    told = (found.topic and _ABOUT_WHAT.match(bare)) or (found.minutes and _LENGTH_OF.match(bare))
    return bool(told) and not leftovers(found.left, ACT_WORDS)


def _whom_to_meet(bare: str, rest: str, found: Slots) -> bool:
    """Whether "book" or the like is said of nothing but people: "meet Bob", "book carla 4pm thu"."""
    small = only_names(_MEETS.sub("", found.left[len(bare) - len(rest) :], count=1))
    return bool(found.when.window and small) or bool(found.people and not leftovers(found.left, ACT_WORDS))


def _wished_for(bare: str, rest: str, found: Slots) -> bool:
    """Whether somebody wants to meet somebody for some time: "I do need that hour with Ines after all"."""
    wish = found.people and found.minutes and cues.WISHES.search(bare) and not _FORBIDS.search(bare)
    return bool(wish) and not _other_thing(rest) and not cues.REQUEST_VERB.match(rest)


_NEGATED = re.compile(
    r"\b(?:\w+n['’]t|cannot|can not|no longer|never|(?:is|are) (?:now )?(?:off|cancell?ed"
    r"|called off|dead))\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s[-–—|/]\s|[,;|]\s")


def _is_note(bare: str, found: Slots) -> bool:
    """Whether it is a note in pieces, of which only the first says what it is: "Offsite prep w/ Nadia - 2h - Tue"."""
    left = leftovers(found.left, ACT_WORDS)
    first, *more = _PARTS.split(bare)
    about = len(left) == 1 and left[0].split()[0] in first and len(left[0].split()) <= 4
    return len(more) >= 2 and about and not re.match(r"\w+ed\b|no\b|not\b", left[0], re.IGNORECASE)


_IS_OFF = re.compile(
    r"\b(?:is|are|was|has been) (?:now )?(?:off|cancell?ed|called off|dead|not happening|no longer)\b", re.IGNORECASE
)
_NO_MEETING = re.compile(
    r"(?:bin|drop|skip|clear|kill|move|push|switch) \w+ (?:is|was|are|were)\b|"
    r"\w+ (?:(?:the|my|our|this|that|your|all|his|her|their)\s+)?(?:[\w-]+ ){0,2}?(?:attachments?|files?|orders?"
    r"|subscriptions?|memberships?"
    r"|flights?|hotels?|tickets?|cars?|desks?|deadlines?|money|documents?|slides?|paragraphs?|pages?|logo|address"
    r"|numbers?|seats?"
    r"|reservations?|deliver(?:y|ies)|parcels?|contracts?|accounts?|newsletters?|photos?|pictures?|tables?|furniture"
    r"|chairs?|links?|invoices?"
    r"|reports?|reminders?|house)\b(?!['’ -]*(?:(?:meeting|call|review|discussion|session|sync|chat|workshop"
    r"|interview|slot|planning)\b|and\b))",
    re.IGNORECASE,
)
"""What can be cancelled or moved and is no meeting."""
_HELP_WITH = re.compile(
    r"\bwhat (?:can|could) you (?:do|help)(?: me| us)? (?:about|with|against|for) (?!me\b|us\b)", re.IGNORECASE
)
_SOME_VERB = re.compile(
    r"(?!with\b|for\b|at\b|on\b|in\b|is\b|about\b|would\b|like\b)[^\W\d_]{3,} (?:the|my|our|that|this)\b", re.IGNORECASE
)
"""A word that is not known, said of a meeting: "Rejig the call with Bob for Monday"."""
_IN_NOTES = frozenset(
    [
        "a",
        "and",
        "at",
        "call",
        "coffee",
        "for",
        "in",
        "lunch",
        "meeting",
        "mtg",
        "on",
        "or",
        "please",
        "pls",
        "plus",
        "thanks",
        "the",
        "thx",
        "w",
        "with",
    ]
)


def only_names(left: str) -> tuple[str, ...]:
    """Return the words that can only be names in notes such as "ben, 30min, thu" or "carla + sam friday 1h"."""
    words = [word for word in re.findall(r"[^\W_](?:[\w'’.-]*\w)?", left) if word.lower() not in _IN_NOTES]
    plain = all(
        re.fullmatch(r"[^\W\d_][\w'’.-]{1,20}", word) and word.lower() not in ENGLISH | NO_NAMES for word in words
    )
    return tuple(words) if 0 < len(words) <= 4 and plain and not any(cues.REQUEST_VERB.match(w) for w in words) else ()


_NAMES = re.compile(r"(?:[A-Z][\w'’.-]*|[\w.+-]+@[\w.-]+|and|or|me|,|&|van|von|de|der|la|di)(?:\s+|(?=,)|$)")


def _takes(rest: str, bare: str, found: Slots) -> bool:
    """ "Thursday works", "let's do Thursday"; but "Fridays don't work" takes nothing."""
    window = found.when.window
    meant = window is None or window.dated or window.exact
    return meant and bool(cues.TAKE.match(rest) or cues.TAKE.match(bare) or cues.WORKS.search(bare))


def names_only(bare: str) -> bool:
    """Return whether it is nothing but a name or some: "Bob Stone" is, "the Bob in sales" is not."""
    words = bare.replace(",", " , ").split()
    if not 1 <= len(words) <= 8 or not all(_NAMES.fullmatch(w) for w in words):
        return False
    return bool(party(bare, OWN, alone=True).people)


_NOT_THAT = re.compile(
    r"\bnot (?:the )?(?:\w+)(?: one| option)?(?:,|;|:| but)\s*(?=the\b|number\b|option\b)", re.IGNORECASE
)


def unrefused(text: str) -> str:
    """Return the text without an option that is refused for another: "not the first, the second"."""
    return _NOT_THAT.sub("", text)


def ordinals(text: str) -> tuple[int, ...]:
    """Return the options that are named: 1-based, -1 the last."""
    named = {
        "first": 1,
        "former": 1,
        "second": 2,
        "latter": 2,
        "middle": 2,
        "third": 3,
        "fourth": 4,
        "fifth": 5,
        "last": -1,
    }
    named |= {
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        **{letter: i + 1 for i, letter in enumerate("abcdef")},
    }
    found: list[int] = []
    text = unrefused(text)
    for pattern in cues.CHOOSE[:3]:
        for match in pattern.finditer(text):
            for word in re.findall(r"\d{1,2}(?=st|nd|rd|th|\b)|[a-z]+", match.group().lower()):
                number = int(word) if word.isdigit() else named.get(word, 0)
                of_list = pattern is not cues.CHOOSE[0] or word not in (
                    "one",
                    "a",
                    "b",
                    "c",
                    "d",
                    "e",
                    "f",
                    "two",
                    "three",
                )
                if number and of_list and number not in found and not (pattern is cues.CHOOSE[1] and word == "no"):
                    found.append(number)
        if found:
            break
    return tuple(found)


def _chooses(bare: str, found: Slots) -> bool:
    if found.people or (found.minutes and not ordinals(bare)):
        return False
    if re.search(r"\b(?:meeting|call) (?:of|on|in)\b", bare):
        return False
    return any(pattern.search(bare) for pattern in cues.CHOOSE) and not re.match(
        r"(?:cancel|move|what|when|am i|is|are|do i)\b", bare, re.IGNORECASE
    )


def polite_end(text: str) -> int:
    """Return where the politeness before a request ends."""
    match = cues.POLITE.match(text)
    return match.end() if match else 0


def _cue(patterns: Sequence[re.Pattern[str]], rest: str, bare: str) -> re.Match[str] | None:
    for pattern in patterns:
        match = pattern.search(rest) or (None if pattern.pattern.startswith("^") else pattern.search(bare))
        if match:
            return match
    return None


def _other_thing(rest: str) -> bool:
    """Whether what is asked for is a flight, a table, a report... rather than a meeting about or around one."""
    limit = _ABOUT.search(rest)
    head = rest[: limit.start()] if limit else rest
    other, meeting = cues.OTHER_THING.search(head), OBJECT.search(head)
    return bool(other and (meeting is None or other.start() < meeting.start()))


def _asks(bare: str) -> bool:
    return bool(
        re.match(r"(?:please|pls|can|could|would|will|i'd|i would|i want|i need)\b", bare.strip(), re.IGNORECASE)
    )
