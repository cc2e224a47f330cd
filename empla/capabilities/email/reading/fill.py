"""The slots of each intent, read from the sentences that belong to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading import cues
from empla.capabilities.email.reading.acts import only_names, ordinals, unrefused
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.people import Party, Who, named_at
from empla.capabilities.email.reading.slots import BLANK, Setting, Slots, blank, leftovers, slots
from empla.capabilities.email.reading.times.durations import lengths
from empla.capabilities.email.reading.times.grammar import times
from empla.capabilities.email.reading.times.words import NUMBER, number, text_of
from empla.capabilities.email.reading.wordlists import (
    AGENDA_WORDS,
    ANSWER_WORDS,
    CANCEL_WORDS,
    CHOOSE_WORDS,
    DAY_NAMES,
    ENGLISH,
    FILLERS,
    FREE_WORDS,
    MOVE_WORDS,
    NO_NAMES,
)
from empla.mind.readings import Slot


@dataclass
class Filled:
    """The slots of one intent, what must be asked, and the words that were not understood."""

    slots: dict[str, Slot] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    unread: tuple[str, ...] = ()

    def put(self, name: str, value: Any, text: str, at: tuple[int, int]) -> None:
        """Keep `value` with the words it came from."""
        self.slots[name] = Slot(value=value, words=" ".join(text[slice(*at)].split()), start=at[0], end=at[1])


def fill(intent: Intent, text: str, setting: Setting) -> Filled:
    """Return the slots of `intent` in `text`, of which everything that does not belong to it is blank."""
    match intent:
        case Intent.SCHEDULE | Intent.ANSWER:
            return _schedule(text, setting)
        case Intent.FREE:
            return _free(text, setting)
        case Intent.AGENDA:
            return _agenda(text, setting)
        case Intent.CANCEL:
            return _cancel(without_reason(text), setting)
        case Intent.MOVE:
            return _move(without_reason(text), setting)
        case Intent.CHOOSE:
            return _choose(text, setting)
        case Intent.OTHER_REQUEST:
            return _other(text)
        case _:
            return Filled()


def _common(found: Slots, text: str, *, people: str = "people") -> Filled:
    filled = Filled(doubts=list(found.doubts))
    if found.people:
        filled.put(people, found.people, text, found.people_at)
    if found.minutes:
        filled.put("minutes", found.minutes, text, found.minutes_at)
    if found.when.window is not None:
        _put_window(filled, "window", found.when, text)
    if found.topic:
        filled.slots["topic"] = Slot(
            value=found.topic, words=found.topic, start=found.topic_at[0], end=found.topic_at[1]
        )
    if found.place:
        filled.put("place", found.place, text, found.place_at)
    return filled


def _put_window(filled: Filled, name: str, when: Any, text: str) -> None:
    start, end = min(a for a, _ in when.used), max(b for _, b in when.used)
    filled.slots[name] = Slot(value=when.window, words=when.window.said, start=start, end=end)


def _schedule(text: str, setting: Setting) -> Filled:
    found = slots(text, setting)
    if not found.people and found.left.strip(f"{BLANK} \n.,!?") and len(found.left) < 200:
        found = _alone(found, setting)
    bare = text.replace(BLANK, " ").strip()
    noted = found.minutes and not cues.BARE_ARRANGE.match(bare)
    if not found.people and found.when.window and (noted or _BOOKS.match(bare)):
        _take_small_names(found, setting)
    filled = _common(found, text)
    if found.party.either:
        names = " or ".join(w.words for w in found.people)
        filled.doubts.append(Doubt(words=names, question=f"Which of them shall I invite: {names}?"))
    if found.people:
        found.left = blank(found.left, [m.span() for m in _OF_US.finditer(found.left)])
    if absent := _WITHOUT_ME.search(found.left):
        found.left = blank(found.left, [absent.span()])
        filled.put("without_me", True, text, absent.span())
    if found.party.between and len(found.people) > 1 and not found.party.me:
        filled.put("without_me", True, text, found.people_at)
    window = filled.slots.get("window")
    if window is not None and window.value.exact and not window.value.dated:
        today = setting.now.astimezone(ZoneInfo(setting.zone)).date()
        if window.value.days()[0] != today:
            filled.doubts.append(
                Doubt(words=window.words, question=f"“{window.words}” is past for today. Which day do you mean?")
            )
    if window is not None and all(s.end < setting.now for s in window.value.spans):
        del filled.slots["window"]
        filled.doubts.append(Doubt(words=window.words, question=f"“{window.words}” is already past. When shall it be?"))
    filled.unread = _unread_topic(filled, found.left, text)
    return filled


_OF_US = re.compile(r"(?<!\w)(?:for )?(?:the |all )?(?:two|three|four|five|six|both|all) of us(?!\w)", re.IGNORECASE)
"""Counts those who have been named."""
_WITHOUT_ME = re.compile(
    r"(?:i (?:don't|do not|won't|needn't|need not)(?: need to| have to)?(?: be (?:there|in it|present)| attend| join|"
    r" come| take part)"
    r"|(?:there's )?no need for me(?: to (?:be there|attend|join|come))?|you don't need me|without me)(?!\w)",
    re.IGNORECASE,
)


def _take_small_names(found: Slots, setting: Setting) -> None:
    """ "ben, 30min, thu": names without a capital, in notes that say nothing else."""
    begins = min([a for a, _ in found.when.used] + ([found.minutes_at[0]] if found.minutes else []))
    before = only_names(found.left[:begins])
    for word in before or only_names(_BOOKS.sub(lambda m: BLANK * len(m.group()), found.left, count=1)):
        at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", found.left)
        if at is not None:
            who = Who(words=word, origin=setting.origin)
            _take_party(found, Party((who,), used=(at.span(),)))


def _take_party(found: Slots, more: Party) -> None:
    found.party = Party(
        (*found.party.people, *more.people), found.party.me or more.me, more.either, found.party.between, more.used
    )
    found.people_at = (min(a for a, _ in more.used), max(b for _, b in more.used))
    owned = re.compile(r"['’]s(?!\w)").match(found.left, found.people_at[1])  # "Bob's calendar"
    found.left = blank(found.left, [*more.used, *([owned.span()] if owned else [])])


_BOOKS = re.compile(r"[·\s]*(?:book|schedule|invite|meet)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w@.])[A-Z][\w'’-]+")


_NOT_THEM = re.compile(r",?\s*(?:not|rather than|instead of)\s+[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?")


_WHICH = re.compile(r"\s*(?:the|that) (?:one|person|colleague|guy|other)\b[^,]{0,40},", re.IGNORECASE)


def _alone(found: Slots, setting: Setting) -> Slots:
    """ "Bob Stone." in answer to "which Bob?": a name and nothing else."""
    left = _NOT_THEM.sub(lambda m: BLANK * len(m.group()), found.left)
    which = _WHICH.match(left)  # "the one in sales, Bob Hill": the name says it, the rest stays unread
    before = which.end() if which else 0
    for match in _NAMED.finditer(left):
        if cues.REQUEST_VERB.match(match.group()) or cues.BARE_ARRANGE.match(match.group()):
            continue  # "Block an hour": a verb, and nobody's name
        more, end = named_at(found.left, match.start(), setting.origin)
        if more.people and not re.search(r"\w", _without_fillers(left[before : match.start()] + left[end:])):
            found.left = left
            _take_party(found, more)
            break
    return found


def _without_fillers(text: str) -> str:
    return " ".join(leftovers(text, ANSWER_WORDS))


_ON_FOR = re.compile(
    rf"(?<!\w)(?:on|for|re)\s+(?:the |our |my |a |an )?(?P<words>[\w&'’/-]+(?: [\w&'’/-]+){{0,5}})"
    rf"(?=\s*(?:[{BLANK}.,;!?\n]|$))",
    re.IGNORECASE,
)


def _unread_topic(filled: Filled, left: str, text: str) -> tuple[str, ...]:
    """Return what is left; the first piece after "on" or "for" is what it is about, if nothing else says so."""
    if "topic" not in filled.slots:
        for match in _ON_FOR.finditer(left):
            if leftovers(match["words"]) and not re.match(r"\d+ |(?:two|three|four|five|six) ", match["words"]):
                words = match["words"]
                at = match.span("words")
                filled.slots["topic"] = Slot(value=words, words=words, start=at[0], end=at[1])
                left = blank(left, [match.span()])
                break
    return leftovers(left, ANSWER_WORDS)


_WHO_FREE = re.compile(
    r"(?<!\w)(?i:soonest|earliest|next time|first time|is|are|does|do|if|whether|when|when's|has|have|will|would"
    r"|check|isn't|aren't|that"
    r"|for)\s+(?=[A-Z][a-z]|i and|me and|[\w.+-]+@|(?:everyone|everybody)\b|(?:the|my|our) \w+(?: \w+)? (?:free"
    r"|available"
    r"|team|group))"
)
_LOW_FREE = re.compile(
    r"(?<!\w)(?:is|does|are)\s+(?!(?:there|it|this|that|my|the|our|any|a)\b)(?=[a-z]+(?: (?:and"
    r"|&) [a-z]+)? (?:free|available|busy|have|around)\b)",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"(?<![\w@])(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?)['’]s\s+(?=(?:availability|calendar|diary"
    r"|schedule|agenda|week|day|free|available|plans?|morning|afternoon)\b)"
)


_TIME_FOR = re.compile(
    r"(?<!\w)(?i:time|room|space) for (?:an? |the |my |some )?(?P<what>(?-i:[a-z])[\w-]+)(?= ?[·?.]|$| on | at )"
)
"""What the time is wanted for does not matter to whether there is any."""


def _free(text: str, setting: Setting) -> Filled:
    found = slots(text, setting, with_topic=False)
    found.left = blank(found.left, [m.span("what") for m in _TIME_FOR.finditer(found.left)])
    _take_owner(found, setting)
    asked = False
    for pattern in (_WHO_FREE, _LOW_FREE):
        for match in pattern.finditer(found.left):
            more, _ = named_at(found.left, match.end(), setting.origin)
            if more.people:
                _take_party(found, more)
                asked = True
                break
        if asked:
            break
    filled = _common(found, text)
    if found.people and (found.party.me or re.search(r"(?<!\w)(?:am I|I|we|us)(?!\w)", text)):
        filled.put("with_me", True, text, found.people_at)
    filled.unread = leftovers(found.left, FREE_WORDS)
    filled.slots.pop("topic", None)
    filled.slots.pop("place", None)
    return filled


def _take_owner(found: Slots, setting: Setting) -> None:
    match = _OWNED.search(found.left)
    if match:
        more, _ = named_at(found.left, match.start(), setting.origin)
        if more.people:
            _take_party(found, more)


def _agenda(text: str, setting: Setting) -> Filled:
    found = slots(text, replace(setting, days_off=frozenset()), with_topic=False)
    attendees = found.party
    found.party = Party()
    _take_owner(found, setting)
    if match := re.search(r"(?<!\w)(?:does|is|has|do|are|for)\s+(?=[A-Z][a-z])", found.left):
        more, _ = named_at(found.left, match.end(), setting.origin)
        if more.people:
            _take_party(found, more)
    filled = _common(found, text)
    if attendees.people:
        at = (min(a for a, _ in attendees.used), max(b for _, b in attendees.used))
        filled.put("attendees", attendees.people, text, at)
    filled.slots.pop("minutes", None)
    filled.unread = leftovers(found.left, AGENDA_WORDS)
    return filled


_REASON = re.compile(
    r"[\s,;–—-]+(?:as|because|since|cos|coz|cause|given that|seeing that)\s+(?:i|we|he|she|they|it|there"
    r"|(?-i:[A-Z])[\w-]+|(?:my|his|her|the|our)"
    r" \w+)(?:['’](?:m|re|s|ve|ll|d))?\s(?P<why>[^.;!?\n]{2,80})(?=\s*(?:[.;!?\n]|$))",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"\d|\b(?:if|unless|but|only|except|instead|please|pls|to|until|till|move|cancel|or|other|then"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|week|noon|morning|afternoon|evening)\b",
    re.IGNORECASE,
)


def without_reason(text: str) -> str:
    """Return the text without a reason at its end that names no time and limits nothing: "as I am travelling"."""
    spans = [m.span() for m in _REASON.finditer(text) if not _LIMITS.search(m["why"])]
    return blank(text, spans) if spans else text


_ALL = re.compile(
    r"(?<!\w)(?:all|both|everything|whatever|anything"
    r"|every (?:meeting|call|appointment)|(?:my |the )?(?:whole|entire)|clear my)(?!\w)",
    re.IGNORECASE,
)


_CANT_COME = re.compile(
    r"(?:can't|cannot|can not|won't be able to|not able to|unable to|am not going to|won't) (?:make|attend|join|do"
    r"|go to|come to)",
    re.IGNORECASE,
)


def _cancel(text: str, setting: Setting) -> Filled:
    said = _CANT_COME.search(text)
    found = slots(blank(text, [said.span()]) if said else text, setting)  # no "not" of a time
    found.without_meal()
    _named_meeting(found, text, setting)
    filled = _common(found, text)
    if match := _ALL.search(found.left):
        filled.put("all", True, text, match.span())
    filled.slots.pop("minutes", None)
    filled.unread = leftovers(found.left, CANCEL_WORDS)
    return filled


_VERB_WHOM = re.compile(
    r"(?<!\w)(?:cancel|move|reschedule|postpone|push|shift|drop|delay|bump)\s+(?=[A-Z][a-z])", re.IGNORECASE
)


_NO_WHO = ENGLISH | FILLERS | DAY_NAMES | NO_NAMES
_VERB_LOW = re.compile(
    r"(?<!\w)(?:cancel|move|reschedule|postpone|push|shift|drop|delay|bump)\s+(?P<who>[^\W\d_]{3,20})(?![\w'’])",
    re.IGNORECASE,
)


def _named_meeting(found: Slots, text: str, setting: Setting) -> None:
    """ "Cancel Bob", "move the Bob meeting": the person whose meeting it is."""
    if found.people:
        return
    if match := re.compile(_VERB_WHOM.pattern.replace("(?=[A-Z][a-z])", ""), re.IGNORECASE).search(found.left):
        more, end = named_at(found.left, match.end(), setting.origin)
        if more.people and text[match.end() : match.end() + 1].isupper():
            _take_party(found, more)
            found.left = (
                blank(found.left, [(end, end + 2)]) if found.left[end : end + 2] in ("'s", "’s") else found.left
            )
            return
    low = _VERB_LOW.search(found.left)
    if low and low["who"].lower() not in _NO_WHO and leftovers(found.left, MOVE_WORDS | CANCEL_WORDS) == (low["who"],):
        who = Who(words=low["who"], origin=setting.origin)
        _take_party(found, Party((who,), used=(low.span("who"),)))
        return
    words = found.topic.split()
    if (
        words
        and words[0][:1].isupper()
        and len(words) <= 2
        and re.search(r"(?<!\w)(?:the|my|our|with)\s+$", text[: found.topic_at[0]])
    ):
        more, end = named_at(found.topic, 0, setting.origin)
        rest = found.topic[end:].removeprefix("'s").removeprefix("’s").strip().lower()
        if more.people and rest in ("", "call", "chat", "sync", "1:1", "catch-up", "one-on-one", "interview"):
            found.party = Party(more.people, used=(found.topic_at,))
            found.people_at, found.topic = found.topic_at, ""


_TO = re.compile(
    r"(?<!\w)(?:(?:start|begin|happen|take place|be)(?= (?:at|on)\b)|to|until|till|onto|->|for|instead on|instead|on"
    r"|make it|be)(?!\w)|→",
    re.IGNORECASE,
)
_SHIFT_UNIT = rf"(?P<n>{NUMBER}|half an)[ -]?(?P<unit>hours?|hrs?|minutes?|mins?|days?|weeks?)"
_SHIFTS = (
    re.compile(rf"(?:by )?{_SHIFT_UNIT} (?P<way>later|earlier|back|forward|ahead|sooner)\b"),
    re.compile(rf"\b(?P<way>back|forward|later|earlier|out|ahead)(?: by)? {_SHIFT_UNIT}\b"),
    re.compile(rf"\bby {_SHIFT_UNIT}\b(?P<way>)"),
    re.compile(rf"(?<=\w) (?:out )?{_SHIFT_UNIT}(?= ?[.?!]?$)(?P<way>)"),
)
_EARLIER = re.compile(r"\b(?:earlier|forward|sooner|bring|pull|advance|ahead|up|pre-?pone)\b")


_MANY = re.compile(
    r"\b(?:all|both|every one)(?: of)? (?:my|the|our|these|those) (?:[\w'’]+ ){0,3}(?:meetings|calls|appointments"
    r"|events|slots|1:1s)\b"
    r"|\beverything\b|\bevery (?:meeting|call|appointment)\b|\bmy (?:whole|entire) (?:day|morning|afternoon|week"
    r"|calendar|diary)\b",
    re.IGNORECASE,
)
"""Several meetings at once: each of them has its own place to go to."""


def _move(text: str, setting: Setting) -> Filled:
    filled = _moved(text, setting)
    about = filled.slots.get("topic")
    if about is not None and str(about.value).endswith(" to"):  # "the discussion about the budget to Friday"
        filled.slots["topic"] = replace(about, value=str(about.value)[:-3], words=about.words.removesuffix(" to"))
    if many := _MANY.search(text):
        question = "I move meetings one by one. Which of them shall I move, and when to?"
        filled.doubts.append(Doubt(words=many.group(), question=question))
    return filled


def _moved(text: str, setting: Setting) -> Filled:
    plain = text_of(text)
    shift = next((m for rule in _SHIFTS if (m := rule.search(plain.plain))), None)
    if shift is not None and shift.re is _SHIFTS[-1] and not _LATER.search(plain.plain):
        return _which_way(shift, plain.span(shift.start(), shift.end()), text, setting)
    if shift is not None:
        at = plain.span(shift.start(), shift.end())
        filled = _which(blank(text, [at]), text, setting)
        unit = {"h": 60, "m": 1, "d": 24 * 60, "w": 7 * 24 * 60}[shift["unit"][0]]
        minutes = 30 if shift["n"] == "half an" else number(shift["n"]) * unit
        filled.put("shift", -minutes if _EARLIER.search(plain.plain) else minutes, text, at)
        return filled
    if instead := _INSTEAD_OF.search(text):
        return _turned(text, instead, setting)
    split = _target(text, setting)
    if split is None:
        filled = _which(text, text, setting)
        if vague := _SOME_WAY.search(text):
            question = f"How much {vague['way'].lower()} shall it be?"
            filled.doubts.append(Doubt(words=vague.group().strip(), question=question))
        long = slots(text, setting)
        if long.minutes:
            filled.put("minutes", long.minutes, text, long.minutes_at)
        return filled
    head, tail = blank(text, [(split, len(text))]), blank(text, [(0, split)])
    if _CLOCK_AFTER.match(text, split):  # "move it to 3"
        tail = f"{tail[: split - 2]}at{tail[split:]}"
    to = slots(tail, setting)
    filled = _which(head, text, setting)
    if to.when.window is not None:
        _put_window(filled, "to", to.when, text)
    filled.doubts += to.doubts
    if to.minutes:
        filled.put("minutes", to.minutes, text, to.minutes_at)
    filled.unread = (*filled.unread, *leftovers(to.left, MOVE_WORDS))
    if to.people and "people" not in filled.slots:
        filled.put("people", to.people, text, to.people_at)
    if to.topic and "topic" not in filled.slots:
        filled.slots["topic"] = Slot(value=to.topic, words=to.topic, start=to.topic_at[0], end=to.topic_at[1])
    return filled


_CLOCK_AFTER = re.compile(
    r" ?(?:at )?(?=(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?:[.:]\d\d)?"
    r"(?: (?:on|instead|please|tomorrow|today|mon|tue|wed|thu|fri|sat|sun|next|this)\b|\s*[.,;!?)]|\s*$))",
    re.IGNORECASE,
)


_INSTEAD_OF = re.compile(
    r"(?<!\w)(?:instead of|rather than)(?: (?:at )?\d{1,2}(?=\s*(?:$|[.,;!?])))?(?!\w)", re.IGNORECASE
)


def _turned(text: str, instead: re.Match[str], setting: Setting) -> Filled:
    """ "on Wednesday instead of Tuesday": where to stands first."""
    to = slots(blank(text, [(instead.start(), len(text))]), setting, with_topic=False)
    used = [*to.when.used, instead.span()]
    filled = _which(blank(text, used), text, setting)
    if to.when.window is not None:
        _put_window(filled, "to", to.when, text)
    else:
        filled.unread = (*filled.unread, text.strip()[:80])  # "rather than Tuesday, let's say ...": which is which?
    filled.doubts += to.when.doubts
    return filled


_SOME_WAY = re.compile(
    r"\b(?:(?:a (?:little )?(?:bit|little|touch|tad|while)|slightly|somewhat) )?(?P<way>later|earlier)\b", re.IGNORECASE
)
_LATER = re.compile(r"\b(?:push|postpone|delay|defer|put back|bump)\b|\b(?:bring|pull|advance)\b.*\b(?:forward|up)\b")


def _which_way(shift: re.Match[str], at: tuple[int, int], text: str, setting: Setting) -> Filled:
    """ "Move it an hour": earlier or later?"""
    filled = _which(blank(text, [at]), text, setting)
    words = shift.group().strip()
    filled.doubts.append(Doubt(words=words, question=f"Shall it be {words} earlier, or later?"))
    filled.unread = (*filled.unread, words)
    return filled


def _target(text: str, setting: Setting) -> int | None:
    """Return where the words begin that say where to: after the first "to" (or the like) that a time follows."""
    candidates = [
        m for m in _TO.finditer(text) if m.group().lower() in ("to", "until", "till", "onto", "->", "→", "make it")
    ]
    candidates += [m for m in _TO.finditer(text) if m not in candidates]
    for match in sorted(
        candidates, key=lambda m: (m.group().lower() not in ("to", "until", "till", "->", "→", "make it"), m.start())
    )[:20]:
        after = text[match.end() :]
        if match.end() >= 2 and _CLOCK_AFTER.match(text, match.end()):
            after = f" at{after}"
        found = times(
            after,
            setting.now,
            setting.zone,
            setting.origin,
            days_off=setting.days_off,
            home=setting.home,
            has_length=bool(lengths(text_of(after))),
        )
        if found.used and min(a for a, _ in found.used) <= 12:
            return match.end()
    return None


def _which(left: str, text: str, setting: Setting) -> Filled:
    found = slots(re.sub(r"(?<!\w)from(?!\w)", BLANK * 4, left), setting)
    found.without_meal()
    _named_meeting(found, text, setting)
    filled = _common(found, text)
    filled.slots.pop("minutes", None)
    filled.unread = leftovers(found.left, MOVE_WORDS)
    return filled


_REFUSED = re.compile(
    r"(?:\b(?:not|never|no longer|cannot|without|except|anything but)\b|\w+n['’]t\b)[^.;!?]{0,40}?"
    r"\b(?:first|second|third|fourth|last|1st|2nd|3rd|option|number|slot)\b",
    re.IGNORECASE,
)


_BAD = re.compile(
    r"\b(?:too (?:early|late|long|short|soon|tight)|bad|impossible|awkward|difficult|clash\w*|conflicts?|tricky|wrong"
    r"|taken"
    r"|gone|unavailable|a problem|problematic|no good|is out|not an option)\b",
    re.IGNORECASE,
)
"""Words that speak against an option."""


def _choose(text: str, setting: Setting) -> Filled:
    plain = text.replace(BLANK, " ")
    numbers = ordinals(plain)
    chosen = next((m for p in cues.CHOOSE[:3] if (m := p.search(plain))), None) if numbers else None
    left = blank(text, [chosen.span()]) if chosen else text
    found = slots(left, setting, with_topic=False)
    filled = Filled(doubts=list(found.doubts))
    none, any_of = cues.CHOOSE[3].search(text), cues.CHOOSE[4].search(text)
    if none:
        filled.put("none", True, text, none.span())
    elif numbers and chosen:
        filled.put("ordinals", numbers, text, chosen.span())
        if refused := _REFUSED.search(unrefused(plain)) or _BAD.search(plain):
            question = "Which of the times do you take? Please give me its number."
            filled.doubts.append(Doubt(words=refused.group(), question=question))
    elif any_of:
        filled.put("any", True, text, any_of.span())
    if found.when.window is not None:
        _put_window(filled, "window", found.when, text)
    if found.minutes:
        filled.put("minutes", found.minutes, text, found.minutes_at)
    filled.unread = leftovers(found.left, CHOOSE_WORDS)
    return filled


def _other(text: str) -> Filled:
    match = re.search(rf"[^{BLANK}\s].*[^{BLANK}\s]|[^{BLANK}\s]", text, re.DOTALL)
    if match is None:
        return Filled()
    said = text[match.start() : match.end()]
    polite = cues.POLITE.match(said)
    start = match.start() + (polite.end() if polite and polite.end() < len(said) else 0)
    filled = Filled()
    words = " ".join(text[start : match.end()].replace(BLANK, " ").split()).rstrip(" .!?")
    filled.slots["what"] = Slot(value=words[:500], words=words[:500], start=start, end=match.end())
    return filled


_TOLD_OF = (
    re.compile(
        r"^(?:[Mm]y (?:1:1|one-on-one|meeting|call|catch-up|chat) with )?"
        r"(?=[A-Z][\w-]{1,30}(?: (?:and [A-Z]|[A-Z])[\w-]{1,30}){0,4}"
        r"(?:['’]s (?:been|asking|keen|waiting|chasing|after)| (?:would|wants|has|is|asked|needs|keeps|and I)\b))"
    ),
    re.compile(
        r"\b(?:promised|told|owe|spoke (?:to|with)|spoken (?:to|with)|talked (?:to|with)|met|seen|saw|see"
        r"|meet(?:ing)? with|with"
        r"|meet|catch up with) (?=[A-Z][\w-]+)"
    ),
)


def people_told(text: str, setting: Setting) -> tuple[tuple[Who, ...], tuple[int, int]]:
    """Return those of whom a sentence tells that one ought to meet them, and where their names stand."""
    for pattern in _TOLD_OF:
        if match := pattern.search(text):
            more, end = named_at(text, match.end(), setting.origin)
            if more.people:
                return more.people, (match.end(), end)
    return (), (0, 0)


def with_subject(filled: Mapping[str, Slot], subject: Mapping[str, Slot]) -> dict[str, Slot]:
    """Return the slots with those that only the subject line fills; these have no place in the text (-1)."""
    added = {n: Slot(value=s.value, words=s.words) for n, s in subject.items() if n not in filled}
    return {**filled, **added}
