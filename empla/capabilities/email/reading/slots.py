"""What a stretch of text says of a meeting: people, length, time, topic, place, and what is left over."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from empla.capabilities.email.reading import topics
from empla.capabilities.email.reading.intents import Doubt
from empla.capabilities.email.reading.people import EMAIL, Party, Who, named_at, party
from empla.capabilities.email.reading.times.durations import Length, lengths
from empla.capabilities.email.reading.times.grammar import Times, times
from empla.capabilities.email.reading.times.words import text_of
from empla.capabilities.email.reading.wordlists import CANCEL_WORDS, FILLERS, MOVE_WORDS, NO_TITLES
from empla.mind.values import Origin

BLANK = "\u00b7"
"""Stands where words have been read, so that places stay and nothing is read twice."""

_OBJECT = (
    r"meetings?|mtgs?|calls?|chats?|catch[- ]?ups?|syncs?(?:[- ]?ups?)?|slots?|appointments?|appts?"
    r"|sessions?|1[:-]1s?|1on1|121|one[- ](?:on|to)[- ]one|coffees?|lunch|breakfast"
    r"|dinner|drinks?|workshops?|interviews?|conversations?|discussions?|reviews?|stand-?ups?"
    r"|huddles?|check[- ]?ins?|touch ?base|invites?|invitations?|zoom|video ?calls?|conference"
    r" calls?"
    r"|phone calls?|get[- ]togethers?|events?|briefings?|debriefs?|kick-?offs?|retro(?:spective)?s?"
    r"|planning|walkthroughs?|demos?|presentations?|things?|bookings?|entry|entries"
)
OBJECT = re.compile(rf"(?<![\w-])(?:{_OBJECT})(?![\w-])", re.IGNORECASE)
_TITLED = re.compile(
    rf"(?<![\w-])(?P<words>(?:(?:[A-Z0-9][\w&-]*|[a-z]{{3,}}(?:-[a-z]+)?)\s+){{1,3}})(?P<object>"
    rf"(?i:{_OBJECT}))(?![\w-])"
)
_MEALS = re.compile(
    r"(?<!\w)(?<!before )(?<!after )(?<!by )(?:a |for )?(lunch|coffee|breakfast|dinner|drinks)(?!\w)", re.IGNORECASE
)
_PLAIN_OBJECT = re.compile(
    r"(?:quick )?(?:chat|catch[- ]?up|sync(?:[- ]?up)?|1[:-]1|1on1|121|one[- ](?:on|to)[- ]one"
    r"|check[- ]?in|touch ?base|huddle|zoom"
    r"|video ?call"
    r"|conference call|phone call|get[- ]together|coffee|lunch|dinner|breakfast|drink|entrie|planning)s?"
    r"|(?:meeting|mtg|call|slot|appointment|appt|session|event|thing|invite|invitation|time|booking"
    r"|entry|conversation|discussion)s?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_](?:[\w'’&+%/-]*\w)?")
_REPEATS = re.compile(
    r"(?<!\w)(?:weekly|bi-?weekly|fortnightly|monthly|daily|quarterly(?! (?:review|report|results|numbers|figures"
    r"|planning|update|targets))|recurring|repeating|regular"
    r"(?:ly)?|every (?:other )?\w+|each (?:day|week|month|\w+day)|once an? (?:week|month|day)"
    r"|twice an? (?:week|month|day))(?!\w)",
    re.IGNORECASE,
)


@dataclass
class Slots:
    """What was found in a text, and the text with everything that was read blanked out."""

    party: Party = field(default_factory=Party)
    people_at: tuple[int, int] = (-1, -1)
    minutes: int = 0
    minutes_at: tuple[int, int] = (-1, -1)
    when: Times = field(default_factory=Times)
    topic: str = ""
    topic_at: tuple[int, int] = (-1, -1)
    place: str = ""
    place_at: tuple[int, int] = (-1, -1)
    doubts: list[Doubt] = field(default_factory=list)
    left: str = ""

    @property
    def people(self) -> tuple[Who, ...]:
        """Those who take part, without the writer."""
        return self.party.people

    def without_meal(self) -> None:
        """Take "lunch" for a meeting's name and no time of day, unless its day is said."""
        window = self.when.window
        if window is not None and not window.dated and _MEALS.fullmatch(window.said.removeprefix("the ").strip()):
            self.when = replace(self.when, window=None)

    def any(self) -> bool:
        """Whether anything was found."""
        return bool(
            self.people or self.minutes or self.when.window or self.topic or self.place or self.doubts or self.party.me
        )

    def names(self) -> set[str]:
        """Return the names of what was found."""
        found = {"people": self.people, "minutes": self.minutes, "window": self.when.window or self.when.doubts}
        return {name for name, value in {**found, "topic": self.topic, "place": self.place}.items() if value}


@dataclass(frozen=True, slots=True)
class Setting:
    """Who writes when and where, and where what is read comes from.

    `zone` is that of the writer, and so the writer's country and the order of day and month in numbers; `home` is the
    company's if it is another one: its public holidays are left out of weeks as Saturdays and Sundays are.
    """

    now: datetime
    zone: str
    origin: Origin
    days_off: frozenset[int] = frozenset({5, 6})
    home: str = ""


def slots(text: str, setting: Setting, *, with_topic: bool = True) -> Slots:
    """Return what `text` says of a meeting. Each word is read once: place, length, topic, time, people."""
    found = Slots(left=blank(text, [m.span() for m in _IF_POSSIBLE.finditer(text)]))
    if where := topics.place(found.left):
        found.place, found.place_at = where.words, (where.start, where.end)
        found.left = blank(found.left, [found.place_at])
    plain = _without_addresses(found.left)
    long = lengths(text_of(plain))
    spans = [text_of(plain).span(one.start, one.end) for one in long]
    first = times(
        blank(plain, spans),
        setting.now,
        setting.zone,
        setting.origin,
        days_off=setting.days_off,
        has_length=bool(long),
        home=setting.home,
    )
    if with_topic and (about := topics.topic(found.left, sorted([*spans, *first.used]))):
        found.topic, found.topic_at = about.words, (about.start, about.end)
        found.left = blank(found.left, [found.topic_at])
        kept = [(one, at) for one, at in zip(long, spans, strict=True) if not about.start <= at[0] < about.end]
        long, spans = [one for one, _ in kept], [at for _, at in kept]
    _take_length(found, long, spans, text)
    _take_repeats(found)
    _take_times(found, setting, bool(long))
    _take_people(found, setting)
    if with_topic:
        _take_title(found, text)
    found.left = blank(found.left, [m.span() for m in OBJECT.finditer(found.left)])
    return found


_IF_POSSIBLE = re.compile(
    r"(?<!\w)(?:if (?:at all )?(?:possible|you can|you could|that works|that's (?:ok|okay|possible)"
    r"|we can|you have time|it works|it suits)"
    r"|as (?:discussed|agreed)|for (?:me|us)(?! and\b| &|, )|(?<=squeeze )in|(?<=put )in|(?<=slot )in|(?<=fit"
    r" )in|(?<=pencil )in|in a room|whatever works|whichever (?:is|comes) \w+"
    r"|(?:the )?(?:sooner|earlier) the better|sorry (?:for|about) (?:the|this) (?:\w+ )?(?:notice"
    r"|change|trouble|confusion|delay)"
    r"|if (?:that|it|this|they|those|these)(?: \w+)? (?:doesn't|don't|does not|do not) (?:work|suit|fit)(?: for \w+)?"
    r"|(?:it )?(?:really )?(?:doesn't|does not|don't|won't) (?:really )?(?:matter|mind)(?: (?:when|which|what time"
    r"|how|where))?"
    r"|(?:there(?:'s| is) )?no (?:rush|hurry)|round (?:a|the|my) table"
    r"|(?:should|will|would|need) not (?:take|be|last) (?:more|longer) than|(?<!\w)next(?=: )"
    r"|or am i (?:making (?:that|it) up|imagining (?:it|that|things)|wrong|mistaken|dreaming)|or not|or what"
    r"|of course|at least|thanks in advance|on (?:my|our) (?:behalf|side))(?!\w)",
    re.IGNORECASE,
)


def blank(text: str, spans: Collection[tuple[int, int]]) -> str:
    """Return `text` with the characters in `spans` replaced, line breaks kept."""
    for start, end in spans:
        text = text[:start] + re.sub(r"[^\n]", BLANK, text[start:end]) + text[end:]
    return text


def leftovers(text: str, more_fillers: Collection[str] = ()) -> tuple[str, ...]:
    """Return the words that were not read and say something, those that stand together in one piece."""
    pieces: list[list[str]] = []
    last_end = -2
    for match in _WORD.finditer(text):
        word = match.group().replace("’", "'").lower()
        if word in FILLERS or word in more_fillers:
            continue
        between = text[last_end : match.start()] if last_end >= 0 else BLANK
        if pieces and not re.search(rf"[{BLANK}\n,.;:!?()]", between) and len(between) < 12:
            pieces[-1][1:] = [
                between + match.group() if len(pieces[-1]) == 1 else pieces[-1][1] + between + match.group()
            ]
        else:
            pieces.append([match.group()])
        last_end = match.end()
    return tuple(" ".join("".join(piece).split()) for piece in pieces)[:20]


def _without_addresses(text: str) -> str:
    return blank(text, [m.span() for m in EMAIL.finditer(text)])


def _take_length(found: Slots, long: list[Length], spans: list[tuple[int, int]], text: str) -> None:
    for one, at in zip(long, spans, strict=True):
        found.left = blank(found.left, [at])
        words = text[slice(*at)]
        if one.doubt:
            found.doubts.append(Doubt(words=words, question=one.doubt))
        elif not found.minutes:
            found.minutes, found.minutes_at = one.minutes, at
        elif one.minutes != found.minutes:
            said = text[slice(*found.minutes_at)]
            found.doubts.append(Doubt(words=words, question=f"How long shall it be: “{said}” or “{words}”?"))


def _take_times(found: Slots, setting: Setting, has_length: bool) -> None:
    plain = _without_addresses(found.left)
    found.when = times(
        plain,
        setting.now,
        setting.zone,
        setting.origin,
        days_off=setting.days_off,
        has_length=has_length,
        home=setting.home,
    )
    owned = re.compile(r"['’]s?(?!\w)")  # "tomorrow's meeting"
    ends = [(at, match.end()) for _, at in found.when.used if (match := owned.match(found.left, at))]
    found.left = blank(found.left, [*found.when.used, *ends])
    found.doubts += found.when.doubts
    if not found.minutes and found.when.minutes:
        found.minutes, found.minutes_at = found.when.minutes, found.when.used[0]


def _take_repeats(found: Slots) -> None:
    matches = list(_REPEATS.finditer(found.left))
    if matches:
        said = matches[0].group()
        question = f"You wrote “{said}”. I can arrange single meetings only. Shall I take just the first one?"
        found.doubts.append(Doubt(words=said, question=question))
    for match in matches:
        word = re.match(r"(?:every other|every|each)(?!\w)", match.group(), re.IGNORECASE)  # the day after it is read
        found.left = blank(found.left, [(match.start(), match.start() + word.end()) if word else match.span()])


_UNTITLED = FILLERS | NO_TITLES | CANCEL_WORDS | MOVE_WORDS
_AND_I = re.compile(
    r"(?<![\w@.,] )(?<![\w@.])(?=[A-Z][\w'’-]{1,30}(?:(?:, (?:and )?| and | & )[A-Z][\w'’-]{1,30}){0,5},?"
    r" (?:and|&) (?:I|me|myself)\b)"
)
_AFTER_VERB = re.compile(
    r"(?<!\w)(?i:book|schedule|invite|have(?= .{2,60}? (?:on|in|for|over for) an? (?:quick )?(?:call|meeting|chat"
    r"|session)\b)|have(?= \S+ (?:come|call|ring|drop|meet|see))|get|grab|meet|see"
    r"|interview|find|add|pencil in|slot in|squeeze in|(?:pencil|slot|squeeze|fit) [in·]{2}|phone|ring"
    r"|when can"
    r"|when could|can|could|need|for|me and|bring|give|spare)\s+(?=[A-Z][a-z]|[\w.+-]+@)"
)
_FOUND_OUT = re.compile(
    r"(?<!\w)(?:if|when|whether) (?=[A-Z][\w-]+(?:(?:, | and | & )[A-Z][\w-]+)* (?:both |all )?(?:have|has|is|are"
    r"|can|could)\b)"
)
_TIME_OF = re.compile(r"(?<!\w)of\s+(?=[A-Z][\w-]+(?: [A-Z][\w-]+)?['’]s time\b)")
_LOW_VERB = re.compile(r"(?<!\w)(?:invite|interview|get(?= [a-z]+ (?:and|&) me\b))\s+(?=[a-z])", re.IGNORECASE)


def _take_people(found: Slots, setting: Setting) -> None:
    found.party = party(found.left, setting.origin)
    if not found.party.people:  # "book Bob for an hour", "when can Bob and I meet"
        verbs = (
            m for rule in (_AFTER_VERB, _TIME_OF, _LOW_VERB, _FOUND_OUT, _AND_I) for m in rule.finditer(found.left)
        )
        named = (named_at(found.left, verb.end(), setting.origin)[0] for verb in verbs)
        found.party = next((p for p in named if p.people), found.party)
        if found.party.people and (
            owned := re.compile(r"['’]s(?: time)?(?!\w)").match(found.left, found.party.used[-1][1])
        ):
            found.party = replace(found.party, used=(*found.party.used, owned.span()))
    if found.party.used:
        found.people_at = (min(a for a, _ in found.party.used), max(b for _, b in found.party.used))
        found.left = blank(found.left, found.party.used)


def _take_title(found: Slots, text: str) -> None:
    """ "a budget review with Bob": words before the kind of meeting say what it is about. "Lunch" says it alone."""
    if found.topic:
        return
    for match in _TITLED.finditer(found.left):
        words = [w for w in match["words"].split() if w.lower().strip(".,") not in _UNTITLED and BLANK not in w]
        if words:
            kept = " ".join(words)
            start = match.start("words") + match["words"].index(words[0])
            plain = _PLAIN_OBJECT.fullmatch(match["object"])
            found.topic = kept if plain else f"{kept} {match['object']}"
            found.topic_at = (start, match.end())
            found.left = blank(found.left, [found.topic_at])
            return
    if meal := _MEALS.search(text):
        found.topic, found.topic_at = meal.group(1).capitalize(), meal.span(1)
        found.left = blank(found.left, [meal.span()])
        return
    if kind := next((m for m in OBJECT.finditer(found.left) if not _PLAIN_OBJECT.fullmatch(m.group())), None):
        found.topic, found.topic_at = kind.group(), kind.span()
