"""The family of standing rules: "never before 9", "keep Wednesdays free", "what are my rules?", "forget rule 2".

A wish for one meeting is no rule: where another meeting is asked for in the same mail, or the mail answers one of ours,
only words that are meant of every time ("from now on", "always") make one. Slots:

    rule        rule: StandingRule; people: tuple[Who, ...] (whose addresses it does not say); often: bool (it was said
                to be of every week); ordinals: tuple[int, ...] (it changes this one)
    rules       none
    drop-rule   ordinals; all: bool; rule: StandingRule (the one that is meant); people; kind: str (only rules of it)
"""

import re
from dataclasses import replace
from typing import Any

from empla.capabilities.email.reading.antecedents import said_before
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.people import EMAIL, Who, named_at
from empla.capabilities.email.reading.slots import Setting, blank, leftovers
from empla.capabilities.email.reading.standing_cues import BEGINS, CUES, ENDS, LASTING, LEAD, MARKED, Cue
from empla.capabilities.email.reading.standing_plainer import plain_rule
from empla.capabilities.email.reading.standing_times import When, nearest_days, rule_times, shut
from empla.capabilities.email.reading.standing_turns import turned
from empla.capabilities.email.reading.standing_upkeep import CHANGES, CLOCK, DROPS, LISTS
from empla.capabilities.email.reading.times.durations import lengths
from empla.capabilities.email.reading.times.hours import day_time_at
from empla.capabilities.email.reading.times.words import number, text_of
from empla.capabilities.standing import DAY, RuleKind, StandingRule, Whose
from empla.mind.readings import Mail, Slot
from empla.mind.values import Address

APART_MINUTES = 15
"""How far apart meetings are kept by somebody who wants none back to back."""

_LONGER = re.compile(
    r"\b(?:(?:that (?:are|is|take|takes|last|lasts|run|runs)(?: for)? |of |taking |lasting )*(?:longer|more) than"
    r"|over|exceeding|beyond|above)\s+(?=\S)",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    r"\b(?:(?:that (?:are|is|take|takes|last|lasts)(?: for)? |of |taking |lasting )*(?:(?:shorter|less|no longer"
    r"|no more)"
    r" than|at most|up to|under|below|max(?:imum)?(?: of)?)|of)\s+(?=\S)",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:(?:that (?:are|is|take|last|run)s? )?(?:longer|shorter|more|less) than|over|under)\b", re.IGNORECASE
)
_IF_POSSIBLE = re.compile(
    r"\b(?:if (?:at all )?possible|if (?:you|we) can|if it can be (?:helped|avoided)|where(?:ver)? possible"
    r"|if i can)\b",
    re.IGNORECASE,
)
_FITS = re.compile(
    r"\b(?:(?:as long as|provided|if|when(?:ever)?|that|which|and|so long as) )*(?:(?:it|they|i|i'm|i am|it's"
    r"|there(?:'s| is|"
    r" are)|my calendar is|the time is) ?)?(?:fits?|suits?|free|available|(?:doesn't|does not|don't"
    r"|do not) (?:clash|conflict"
    r"|overlap)|no (?:conflicts?|clash(?:es)?))\b(?: (?:in(?:to)?|with|on|for)(?: anything"
    r"| me)?(?: else)?(?: in)?(?: (?:my|the)"
    r" (?:calendar|diary|schedule|day))?)?",
    re.IGNORECASE,
)
_DOMAIN = re.compile(
    r"(?<![\w@.])(?:(?:any(?:one|body)|every(?:one|body)|people|the domain|domain|addresses)(?: (?:from|at|of))? )?@?"
    r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})\b(?!@)",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"\b(?:externals?(?: people| guests| parties| contacts| invitations| meetings)?|outsiders?|strangers?|(?:people"
    r"|anyone"
    r"|anybody|everyone|those) (?:from )?outside(?: (?:of )?(?:the|our) (?:company|house|firm|organi[sz]ation))?"
    r"|third parties"
    r"|people i (?:don't|do not) know|unknown (?:people|senders?)|(?:from )?outside(?: (?:of )?(?:the"
    r"|our) (?:company|house|firm"
    r"|office|organi[sz]ation))?|external)\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"\b(?:(?:my |our |all |any )?(?:colleagues?|internals?(?: people| meetings| invitations)?|co-?workers?)"
    r"|(?:people|anyone"
    r"|anybody|everyone) (?:in(?:side)?|from|within) (?:the|our|this) (?:company|house|firm|office|organi[sz]ation))\b",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:from|by|with|sent by|of|organi[sz]ed by)\s+(?=\S)", re.IGNORECASE)
_MEETING_ASKED = re.compile(
    r"\b(?:book|schedule|set up|arrange|organi[sz]e|find (?:me )?(?:a |some )?(?:time|slot)|meeting with|move"
    r"|reschedule"
    r"|(?:half )?an hour with|\d+ ?min\w* with|invite)\b",
    re.IGNORECASE,
)
_TIMES_FIRST = re.compile(
    r"(?P<times>(?:from|until|till|on|in|this|next|starting|before|after|during|between|over|as of)\b.{2,40}?),?\s+"
    r"(?P<rest>(?:please )?(?:no|never|keep|leave|don't|do not|only|nothing|at most|decline|accept"
    r"|i(?:'m| am)? (?:don't|do not|never|only|not|out|away|off))\b.+)",
    re.IGNORECASE,
)
_ONE_MEETING = re.compile(
    r"\b(?:the|this|that|our) (?:\w+ )?(?:meeting|call|appointment|invitation|invite)\b", re.IGNORECASE
)
_OF_NOW = re.compile(
    r"i(?:'m| am| can't| cannot| won't| will not) (?!not )(?:only|do|make|take|have|meet|attend)\b", re.IGNORECASE
)
"""What says of a single day that it does not suit, unless it says more."""
_ONE_DAY = re.compile(r"(?:don't|do not|stop|nothing|avoid)\b", re.IGNORECASE)
"""What may as well be said of the coming week alone."""
_ON_DEMAND = re.compile(r"(?:block|reserve|hold|save)\b", re.IGNORECASE)
_ABOUT_MEETINGS = re.compile(r"\b(?:meet\w*|calls?|book|schedul\w+|invit\w+|accept|appointments?)\b", re.IGNORECASE)
_MORE_FILLERS = frozenset(
    """
    never always every each only just ever anymore any more rule rules from now onwards general generally future going
    forward until further notice automatically auto accept accepted decline declined reject invitations invitation
    invites invite sent by everything anything anyone anybody everyone nobody all whole entire long longer than over
    themselves whatever default permanently good principle standing new note weekly daily no not nothing days day weeks
    mine own scheduled booked taking first calls meetings appointments requests unless really strictly ones though
    weekday weekdays usual usually back today's as record reminder onwards later too either nor and but one
    """.split()  # noqa: SIM905
)
_DAY_NAMED = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE)
_NOTHING = re.compile(r"(?:nothing|not|no)\b", re.IGNORECASE)
_SHORTEST_BUFFER, _LONGEST_BUFFER = 5, 240


def standing(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read one sentence that sets, lists, corrects or drops a standing rule; None if it does none of that."""
    plain = sentence.replace("’", "'").strip(" \t\n.!,;")
    lead = LEAD.match(plain)
    bare = plain[lead.end() :].strip() if lead else plain
    if not bare or len(bare) > 400:
        return None
    bare = plain_rule(bare)
    if (lead := LEAD.match(bare)) is not None:
        bare = bare[lead.end() :].strip() or bare
    if LISTS.fullmatch(bare):
        return Understood(intent=Intent.RULES)
    found = _changed(bare, setting) or _dropped(bare, setting)
    if found is not None or _ONE_MEETING.search(bare):
        return found
    as_known = turned(_times_last(bare, setting))
    made = _set(as_known, plain, setting, mail)
    if as_known == bare or made is None or not made.unread:
        return made
    about_time = made.slots["rule"].value.kind in (RuleKind.AVOID, RuleKind.ONLY)
    return None if about_time else made  # "I work on the budget" is about something else


def _times_last(bare: str, setting: Setting) -> str:
    """Return "from 1 October no meetings on Mondays" with what begins a rule at its beginning."""
    match = _TIMES_FIRST.fullmatch(bare)
    if match is None:
        return bare
    when = rule_times(match["times"], setting)
    return f"{match['rest']} ; {match['times']}" if when.any() and not leftovers(when.left) else bare


def clock_time(text: str) -> int:
    """Return the minute of the day to which "make that 10, not 9" corrects a rule; -1 if it is no such sentence."""
    match = CLOCK.fullmatch(text.replace("’", "'").strip(" \t\n.!"))
    found = day_time_at(text_of(f"at {match['time']}"), 0) if match else None
    return found[0].since if found else -1


# setting --------------------------------------------------------------------------------------------------------------


def _set(bare: str, whole: str, setting: Setting, mail: Mail) -> Understood | None:
    if (own := _working_day(bare, setting)) is not None:
        return own if _of_every_time(CUES[-1], bare, whole, True, mail) else None
    for cue in CUES:
        if match := cue.pattern.match(bare):
            made = _made(cue, match, bare, whole, setting, mail)
            if made is not None:
                return made
    return None


def _made(cue: Cue, match: re.Match[str], bare: str, whole: str, setting: Setting, mail: Mail) -> Understood | None:
    rest, groups = _apart(match, bare)
    rule = StandingRule(kind=cue.kind, soft=cue.soft, said=whole)
    if count := groups.get("count"):
        rule = replace(rule, count=number(count.lower()))
    if longest := groups.get("longest"):
        rule, rest = replace(rule, longer=_minutes(longest)), blank(rest, [match.span("longest")])
    rule, rest, doubts = _with_length(rule, rest)
    rule, rest = _with_people(rule, rest, setting)
    if cue.kind is RuleKind.ACCEPT:
        rest = blank(rest, [m.span() for m in _FITS.finditer(rest)])
    when = rule_times(blank(rest, [m.span() for m in _IF_POSSIBLE.finditer(rest)]), setting)
    rule = _with_times(rule, when, cue, setting)
    who, rest = _named(when.left, setting) if not (rule.people or rule.domains) else ((), when.left)
    doubts += [*when.doubts]
    sensible = _sensible(rule, cue, bare, who, doubts)
    if sensible is None:
        return None
    left = leftovers(rest, _MORE_FILLERS)
    if "keep" in groups and cue.kind is RuleKind.AVOID and left:
        return None  # "the budget is off limits" is about something else
    if not _of_every_time(cue, bare, whole, when.often, mail):
        return None
    if _ONE_DAY.match(bare) and sensible.weekdays and not when.often and not MARKED.search(whole):
        doubts.append(_only_once(sensible, setting))
    before = said_before(bare, mail)
    day = _DAY_NAMED.search(before) if sensible.hours and not sensible.weekdays and _NOTHING.match(bare) else None
    if day is not None:  # "Fridays are sacred. Nothing after lunch."
        doubts.append(Doubt(words=whole, question=f"Is that for every day, or for {day.group()} only?"))
    slots = {"rule": sensible, "often": when.often or bool(MARKED.search(whole))}
    return _understood(Intent.RULE, slots | ({"people": who} if who else {}), whole, doubts, left)


def _only_once(rule: StandingRule, setting: Setting) -> Doubt:
    """Ask whether a single day was meant, or that day of every week."""
    first, last = nearest_days(rule.weekdays, setting)
    days = f"{first:%A}, {first.day} {first:%B}" if first == last else f"the days until {last.day} {last:%B}"
    return Doubt(words=rule.said, question=f"Is that for {days} only, or for every week?")


def _apart(match: re.Match[str], bare: str) -> tuple[str, dict[str, str]]:
    """Return the sentence without what the cue itself said, and the cue's groups."""
    groups = {name: words for name, words in match.groupdict().items() if words}
    kept = [match.span(name) for name in ("keep", "tail", "longest") if name in groups]
    rest = blank(bare, [match.span()])
    for start, end in kept:
        rest = rest[:start] + bare[start:end] + rest[end:]
    return rest, groups


def _with_length(rule: StandingRule, rest: str) -> tuple[StandingRule, str, list[Doubt]]:
    """Take in how long the meetings are that the rule is about, or how far apart they shall be."""
    plain = text_of(rest)
    doubts: list[Doubt] = []
    for one in lengths(plain):
        start, end = plain.span(one.start, one.end)
        before = rest[:start]
        if one.doubt:
            doubts.append(Doubt(words=rest[start:end], question=one.doubt))
        elif rule.kind is RuleKind.APART:
            rule = replace(rule, minutes=one.minutes)
        elif longer := _ends(_LONGER, before):
            rule, start = replace(rule, longer=one.minutes), longer
        elif shorter := _ends(_SHORTER, before):
            rule, start = replace(rule, up_to=one.minutes), shorter
        else:
            continue
        rest = blank(rest, [(start, end)])
    return rule, rest, doubts


def _ends(pattern: re.Pattern[str], before: str) -> int:
    """Return where a match of `pattern` begins that ends with `before`, 0 if there is none."""
    return next((m.start() for m in pattern.finditer(f"{before}x") if m.end() == len(before)), 0)


def _minutes(words: str) -> int:
    found = lengths(text_of(words))
    return found[0].minutes if found else 0


def _with_people(rule: StandingRule, rest: str, setting: Setting) -> tuple[StandingRule, str]:
    """Take in addresses, domains, and whether it is about people from outside."""
    addresses = [Address(m.group(1).lower(), setting.origin) for m in EMAIL.finditer(rest)]
    rest = blank(rest, [m.span() for m in EMAIL.finditer(rest)])
    domains = [m for m in _DOMAIN.finditer(rest) if not re.search(r"^[ap]\.m", m.group(1), re.IGNORECASE)]
    rest = blank(rest, [m.span() for m in domains])
    whose = Whose.EXTERNAL if _OUTSIDE.search(rest) else Whose.INTERNAL if _INSIDE.search(rest) else Whose.ANYBODY
    for pattern in (_OUTSIDE, _INSIDE):
        rest = blank(rest, [m.span() for m in pattern.finditer(rest)])
    people = tuple(dict.fromkeys(addresses))
    named = tuple(dict.fromkeys(m.group(1).lower() for m in domains))
    return replace(rule, people=people, domains=named, whose=whose), rest


def _with_times(rule: StandingRule, when: When, cue: Cue, setting: Setting) -> StandingRule:
    hours = shut(when.hours) if rule.kind is RuleKind.AVOID else when.hours
    rule = replace(rule, weekdays=when.weekdays, hours=hours, first=when.first, last=when.last)
    if (out := when.except_) is not None and rule.kind is RuleKind.AVOID and not rule.timed:
        rule = replace(rule, kind=RuleKind.ONLY, weekdays=out.weekdays, hours=out.hours)
    if cue.away and not when.often:
        if rule.weekdays and rule.first is None:  # "I'm off on Friday": the coming one
            first, last = nearest_days(rule.weekdays, setting)
            rule = replace(rule, weekdays=(), first=first, last=last)
        elif rule.last is not None and rule.first is None:
            rule = replace(rule, first=setting.now.date())
    return rule


def _named(rest: str, setting: Setting) -> tuple[tuple[Who, ...], str]:
    """Return those who are named without an address, and what is left of the text."""
    for match in _BY.finditer(rest):
        party, _ = named_at(rest, match.end(), setting.origin)
        if party.people:
            return party.people, blank(rest, [match.span(), *party.used])
    return (), rest


def _sensible(
    rule: StandingRule, cue: Cue, bare: str, who: tuple[Who, ...], doubts: list[Doubt]
) -> StandingRule | None:
    """Return the rule if it says enough to be one; of one that is about people only, what it comes to."""
    dated = rule.first is not None or rule.last is not None
    timed, about_people = rule.timed or dated, rule.restricted or bool(who)
    match rule.kind:
        case RuleKind.APART:
            minutes = rule.minutes or APART_MINUTES
            return replace(rule, minutes=minutes) if _SHORTEST_BUFFER <= minutes <= _LONGEST_BUFFER else None
        case RuleKind.MOST:
            return rule if rule.count else None
        case RuleKind.ONLY:
            return rule if timed or doubts else None
        case RuleKind.AVOID if not (timed or rule.longer or doubts):
            return replace(rule, kind=RuleKind.DECLINE) if about_people and _ABOUT_MEETINGS.search(bare) else None
        case RuleKind.AVOID if cue.away and not (rule.weekdays or dated or doubts):
            return rule if rule.hours else None
    return rule


def _of_every_time(cue: Cue, bare: str, whole: str, often: bool, mail: Mail) -> bool:
    """Return whether a sentence is surely meant of every time, rather than of the one meeting that is spoken of."""
    if LASTING.search(whole) or whole.lower().startswith(("rule", "new rule", "standing rule")):
        return True
    new, own = (" ".join(t.replace("’", "'").split()) for t in (new_text(mail.text[:4000]), whole))
    if f"{own}?" in new and not cue.clear:
        return False  # "Nothing on Friday?" asks what is on
    if _MEETING_ASKED.search(new.replace(own, "", 1)):
        return cue.clear
    if (_ON_DEMAND.match(bare) or _OF_NOW.match(bare)) and not often and not MARKED.search(whole):
        return False  # "block Friday 2 to 4" is an entry in the calendar
    if mail.in_reply_to:
        return cue.clear or (often and not cue.away and bool(_ABOUT_MEETINGS.search(bare)))
    return True


def _working_day(bare: str, setting: Setting) -> Understood | None:
    """ "I start at 9", "I leave at 4 on Fridays": no meetings before or after that."""
    for pattern, begins in ((BEGINS, True), (ENDS, False)):
        match = pattern.fullmatch(bare)
        at = text_of(f"at {match['at']}") if match else None
        found = day_time_at(at, 0) if at is not None else None
        if at is None or found is None or found[0].since != found[0].until:
            continue
        minute = found[0].since
        if not begins and found[0].bare and minute < 12 * 60:
            minute += 12 * 60  # "I finish at 8": nobody does so in the morning
        when = rule_times(at.raw[at.span(found[1], len(at.plain))[0] :] if found[1] < len(at.plain) else "", setting)
        hours = ((0, minute),) if begins else ((minute, DAY),)
        rule = StandingRule(
            kind=RuleKind.AVOID, weekdays=when.weekdays, hours=hours, first=when.first, last=when.last, said=bare
        )
        left = leftovers(when.left, _MORE_FILLERS)
        return _understood(Intent.RULE, {"rule": rule, "often": True}, bare, [*when.doubts], left)
    return None


# correcting and dropping ----------------------------------------------------------------------------------------------


def _changed(bare: str, setting: Setting) -> Understood | None:
    match = CHANGES.fullmatch(bare)
    if match is None:
        return None
    ordinals = (int(match["a"] or match["b"]),)
    minute = clock_time(match["new"])
    if minute >= 0:
        return _understood(Intent.RULE, {"ordinals": ordinals, "minute": minute}, bare, [], ())
    rule, rest = _with_people(StandingRule(kind=RuleKind.AVOID, said=bare), match["new"], setting)
    rule, rest, doubts = _with_length(rule, rest)
    when = rule_times(rest, setting)
    rule = replace(rule, weekdays=when.weekdays, hours=shut(when.hours), first=when.first, last=when.last)
    left = leftovers(when.left, _MORE_FILLERS)
    return _understood(Intent.RULE, {"ordinals": ordinals, "rule": rule}, bare, [*doubts, *when.doubts], left)


def _dropped(bare: str, setting: Setting) -> Understood | None:
    for pattern in DROPS:
        match = pattern.fullmatch(bare)
        if match is None:
            continue
        groups = match.groupdict()
        if groups.get("all"):
            return _understood(Intent.DROP_RULE, {"all": True}, bare, [], ())
        if groups.get("n"):
            ordinals = tuple(int(n) for n in re.findall(r"\d+", groups["n"]))
            return _understood(Intent.DROP_RULE, {"ordinals": ordinals}, bare, [], ())
        return _dropped_about(bare, groups["about"], groups.get("kind") or "", setting, "rule" in bare.lower())
    return None


def _dropped_about(bare: str, about: str, kind: str, setting: Setting, named: bool) -> Understood | None:
    """Read which rule is meant by what it is about."""
    rule, rest = _with_people(StandingRule(kind=RuleKind.AVOID), about, setting)
    rule, rest, _ = _with_length(rule, rest)
    when = rule_times(rest, setting)
    rule = replace(rule, weekdays=when.weekdays, hours=shut(when.hours), first=when.first, last=when.last)
    who, rest = _named(when.left, setting)
    if not (when.any() or rule.restricted or rule.longer or who or named):
        return None
    slots: dict[str, Any] = {"rule": rule}
    if kind:
        slots["kind"] = {"accept": RuleKind.ACCEPT, "ask": RuleKind.ASK}.get(kind.lower(), RuleKind.DECLINE).value
    if who:
        slots["people"] = who
    left = leftovers(_LONG.sub("", rest), _MORE_FILLERS)
    if left and not named:
        return None
    return _understood(Intent.DROP_RULE, slots, bare, [], left)


def _understood(
    intent: Intent, values: dict[str, Any], words: str, doubts: list[Doubt], left: tuple[str, ...]
) -> Understood:
    slots = {name: Slot(value=value, words=words[:200], start=0, end=len(words)) for name, value in values.items()}
    confidence = 0.95 if not left else 0.6
    return Understood(intent=intent, slots=slots, doubts=tuple(doubts), unread=left, confidence=confidence)
