"""Which of the offered times a reply takes: by its number, its place among them, its time; or none, or any.

| said | slots |
|---|---|
| the later one; opt 2 it is; 1 or 3, not 2; either of the first two | ordinals |
| lock in the 11:30; I'd prefer the Friday option | window |
| none of these, any chance of Friday? | none, window |
| either works, you choose | any |

Only sentences that say nothing else are taken. One that refuses an option ("anything but the first") is asked about.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.slots import Setting, Slots, slots
from empla.mind.readings import Mail, Slot

LONGEST = 160
"""Characters of a sentence that is looked at."""

MASK = "\u00a4"
_I = re.IGNORECASE
_NUMBERS = {
    **{word: n + 1 for n, word in enumerate(("first", "second", "third", "fourth", "fifth"))},
    **{word: n + 1 for n, word in enumerate(("one", "two", "three", "four", "five"))},
    **{word: n + 1 for n, word in enumerate(("1st", "2nd", "3rd", "4th", "5th"))},
    **{letter: n + 1 for n, letter in enumerate("abcde")},
    **dict.fromkeys(("earlier", "earliest", "former", "soonest", "top"), 1),
    **dict.fromkeys(("last", "later", "latest", "final", "bottom"), -1),
    **dict.fromkeys(("middle", "latter"), 2),
}
_NTH = (
    r"(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last|final|earliest|earlier|soonest|latest|later|former"
    r"|latter|middle|top|bottom)"
)
_THING = r"(?:one|option|slot|time|date|suggestion|choice|proposal|alternative|possibility|appointment)"
_OF_THEM = (
    rf"(?: (?:of|from|among) (?:the|these|those|them|your)(?: (?:two|three|four|five"
    rf"|\d))?(?: {_THING}s)?(?: offered)?)?"
)
_COUNTED = (
    r"(?:(?:the )?(?:option|opt\.?|number|num|no\.?|nr\.?|slot|choice|proposal|suggestion|alternative|#)\s?#?"
    r"(?:\d|[a-e]|one|two|three|four|five)\b[.)]?|#?\d[.)]?(?![\d:])|[a-e][.)]?(?![\w'’]))"
)
_BY_PLACE = rf"(?:(?:the |your |that )?(?:very )?{_NTH}(?: {_THING})?{_OF_THEM}(?: on (?:the|your) list)?)"
_BY_TIME = rf"(?:(?:the |your |that |on |at |for )*{MASK}+(?: (?:{_THING}|meeting))?)"
_REF = rf"(?:{_BY_PLACE}|{_COUNTED}|{_BY_TIME})"
_REFS = rf"{_REF}(?:\s*(?:,|/|&|\bor\b|\band\b|\beither\b)+\s*{_REF})*"
_AUX = (
    r"(?:(?:let['’]?s|let us|i['’]?ll|i will|we['’]?ll|we will|i['’]d|i would|we['’]d|i can|we can|can we|could we"
    r"|can you|could you|would you|shall we|you can|you may|may i|i|we|i['’]m going to|i am going to|i['’]m|i am"
    r"|we['’]re|we are)"
    r"(?: (?:please|kindly|then|rather|gladly|happily|definitely|just|like to|love to|want to))* )?"
)
_TAKE = (
    r"(?:go ahead (?:with|and book)|going with|go (?:with|w/|for)|take|do|pick|choose|book(?: in)?|lock in|confirm"
    r"|prefer|like|opt for|say|settle (?:on|for)|reserve|use|grab|put me down for|vote for|fix|select|accept"
    r"|(?:be |am |are )?(?:very |more than |most |quite )*(?:happy|delighted|pleased|glad|fine|good|ok|okay|content"
    r"|comfortable)"
    r" with)"
)
_CHOICE = r"(?:my|our) (?:preference|choice|vote|pick|favou?rite)(?: is| would be| goes to| goes for|:) "
_GOOD = (
    r"(?:me|us|my (?:diary|calendar|schedule)|for|fine|good|great|perfect|perfectly|ok|okay|best|better|well|ideal"
    r"|preferable|preferred|lovely|convenient|most|very|really|just|quite|absolutely|alright|all right|with|by|from"
    r"|here|possible|feasible|our side|on (?:my|our) (?:side|end)|my (?:side|end|choice|preference)|everyone"
    r"|everybody|both of us|all of us|nicely|then"
    r"|splendid|excellent|the|one|more|much)"
)
_VERDICT = (
    r"(?:,?\s*(?:it is|it['’]s|works?|would work|will work|suits?|would suit|will suit|fits?|is|are|would be|will be"
    rf"|sounds|looks|seems|will do|would do|gets my vote|then)(?: {_GOOD})*)"
)
_NOT_REF = (
    rf"(?:,?\s*(?:but |and )?(?:not|rather than|instead of|(?:better )?than) {_REF}"
    rf"(?:\s*(?:,|\bor\b|\band\b)\s*{_REF})*)?"
)
_FIRST_NOT = rf"(?:not {_REF}\s*[,;:–—-]+\s*(?:but |rather )?)?"
_OPEN_VERB = re.compile(
    rf"(?:{_AUX}(?:book|reserve|confirm|fix|use)\b.*{MASK}|{_AUX}(?:say|do|take|go for)\s+\d+\W*$)", _I
)
"""Takes a time, but of what? "Book Thursday" may be a new one, "say 3" an hour."""
_TAKEN = (
    re.compile(rf"{_AUX}{_TAKE}(?: either)? (?P<refs>{_REFS})(?P<said>){_VERDICT}?{_NOT_REF}", _I),
    re.compile(rf"{_CHOICE}(?P<refs>{_REFS})(?P<said>){_NOT_REF}", _I),
    re.compile(rf"{_FIRST_NOT}(?:either )?(?P<refs>{_REFS})(?P<said>{_VERDICT})?{_NOT_REF}", _I),
)
_SOME_OF = re.compile(
    rf"(?:{_AUX}{_TAKE} )?(?:(?:either|any|both|one|all)(?: one)? of )?the (?P<end>first|last) (?P<many>two|2|three|3)"
    rf"(?: {_THING}s?)?{_VERDICT}?",
    _I,
)
_PLURAL = rf"(?:these|those|them|the|your)(?: (?:two|three|four|above|offered|suggested|proposed))*(?: {_THING}s)?"
_SORRY = (
    r"(?:[\s,]*(?:sorry|afraid|unfortunately|sadly|regrettably|alas|i['’]?m afraid|i am afraid|i regret|for me|for us"
    r"|at all"
    r"|though|i fear))*"
)
_POSSIBLE = (
    r"(?: (?:works?|suits?|fits?|is|are|would|will|do|does|can|seems?|work|suit|fit|be|good|fine|possible|ideal"
    r"|convenient|great|ok|okay|well|me|us|for|really|any|my|diary|calendar|schedule|feasible|doable|happen))*"
)
_NONE = (
    rf"{_SORRY}\s*(?:"
    rf"(?:none|neither|not one)(?: of {_PLURAL})?{_POSSIBLE}"
    rf"|(?:i|we) (?:can['’]?t|cannot|can not|couldn['’]?t|won['’]?t be able to|am unable to|am not able to|are unable"
    rf" to)"
    rf" (?:really )?(?:do|make|manage|attend|accept|take) (?:any|either) of {_PLURAL}"
    rf"|can['’]?t (?:do|make|manage) (?:any|either) of {_PLURAL}"
    rf"|(?:{_PLURAL}|they|all of {_PLURAL}) (?:all )?(?:don['’]?t|do not|won['’]?t|will not|can['’]?t|are not)"
    r" (?:really )?(?:work|suit|fit|possible|good|convenient|be possible)(?: for)?(?: me| us)?"
    rf"|no(?: good)?,? (?:to )?(?:none|neither)(?: of {_PLURAL})?{_POSSIBLE}"
    rf"){_SORRY}"
)
_PROPOSE = (
    r"(?:(?:but|so|and|please|pls|maybe|perhaps|then|rather|any chance (?:of|for)|how about|what about|could we|can we"
    r"|could you|can you|would|do you have|is there|are there|let['’]?s|do|try|look (?:at|for|into)|find|offer|suggest"
    r"|propose|check|give|show|have|give me|anything|something|some|a|another|other|more|different|new|slots?|times?"
    r"|options?|dates?|me|us|one|on|in|for|at|from|possible|available|free|work|be|we|it|instead|else|out|please|"
    r"ideally|preferably)\b[\s,]*)*"
)
_REFUSED = re.compile(
    rf"(?P<none>{_NONE})(?:[\s,;:.!–—-]+(?P<more>{_PROPOSE}{MASK}[{MASK}\s]*{_PROPOSE})|[\s,;:.!–—-]+{_PROPOSE})?", _I
)
_OTHERS = re.compile(
    rf"(?:do you have|have you got|can you offer|could you offer|would you have|is there|are there|how about|what"
    rf" about|any chance of)"
    rf" (?:anything|something|any(?:thing)? (?:else|other {_THING}s?)|(?:another|a different|other|different"
    rf"|alternative) {_THING}s?)"
    rf"(?: (?:else|other|available|free|possible|for|on|in|at))*(?P<when> (?:on |in |for |at |around"
    rf" )?{MASK}[{MASK}\s]*)?(?: (?:instead|then|perhaps))?",
    _I,
)
"""Asks for other times than those that were offered."""
_YOURS = (
    r"(?:(?:you|u) (?:can )?(?:choose|pick|decide|select)|(?:it['’]?s )?up to you|(?:your|dealer['’]?s) (?:choice|call)"
    r"|(?:i )?(?:don['’]?t|do not) mind(?: which(?: one)?)?|i['’]?m (?:easy|flexible)|i am (?:easy|flexible)"
    r"|(?:it )?doesn['’]?t matter|(?:just )?(?:pick|choose|take|book) (?:one|any|whichever|either)(?: of them)?"
    r"|whichever(?: you (?:like|prefer|want|think best))?|whatever(?: you (?:like|prefer|want))?|no preference"
    r"|i have no preference|(?:you )?surprise me|(?:all|any|either|both) good)"
)
_FINE_WITH = (
    r"(?:(?:i['’]m|i am|i['’]d be|i would be|we['’]re|we are|we['’]d be) )?(?:(?:very|more than|perfectly|quite"
    r"|equally) )*"
    r"(?:happy|fine|ok|okay|good|flexible|easy|comfortable) with "
)
_JOIN = r"[\s,;:.!–—-]+(?:so |and |just |please )*"
_ANY = re.compile(
    rf"(?:(?:{_FINE_WITH})?(?:either|any|all|both|whichever|whatever|anything|they|these|those)"
    rf"(?: (?:two|three|four|one|option|slot|time|day)s?)?(?: of {_PLURAL})?(?: all)?"
    rf"(?:,? (?:is|are|works?|suits?|will|would|do|be|['’]s|fits?|sounds?)(?: {_GOOD}| do| work| suit| fit| be)*)?"
    rf"(?:{_JOIN}{_YOURS})*|(?:so |and |just )?{_YOURS}(?:{_JOIN}{_YOURS})*)",
    _I,
)
_LEADS = re.compile(
    r"(?:(?P<yes>yes|yep|yeah|yup|sure|ok(?:ay)?|great|perfect|good|lovely|excellent|super|brilliant|fine(?: (?:with"
    r"|by|for)"
    r" me)?|sounds good|alright|all right|cool|right)|thanks(?: a lot| so much| very much)?|thank you(?: very much|"
    r" so much)?"
    r"|cheers|hi|well|then|so|please|pls|kindly|in that case|if i may|only|just|i think|i guess|i['’]d say|i would"
    r" say|ada|from my"
    r" side|for me|no worries|hm+)(?:[\s,.!;:–—-]+)",
    _I,
)
_TAILS = re.compile(
    r"[\s,.!;–—-]+(?:(?:please|pls|kindly) (?:confirm|book|do so|go ahead)(?: it)?|(?:confirm|book it),? (?:please|pls)"
    r"|please|pls|plz|(?:many )?thanks(?: a lot| so much| very much| again| ada)?|thank you(?: very much"
    r"|(?: ever)? so much| kindly)?|then|for me|if i may|if (?:that['’]?s|that is|it['’]?s|it is|it works|you can"
    r"|possible)"
    r"(?: still)?(?: (?:ok|okay|possible|available|free|open))?|only|by me|ada|cheers|thx|ta|mate|sir|definitely"
    r"|i (?:think|guess))$",
    _I,
)
_REFUSES = re.compile(
    rf"(?:\b(?:not|anything but|any but|all but|except|apart from|but not|n['’]?t|cannot|no longer|unless|without)\b"
    rf"|n['’]t\b).{{0,30}}?\b(?:{_NTH}|option|number|slot)\b",
    _I,
)
_ASKED_BACK = re.compile(r"(?:which|whichever|whatever|what|does|did|do|was|were|is|are|has|have|who|why|would)\b", _I)
WHICH = "Which of the times do you take? Please give me its number."


def choices(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return which of the offered times a reply takes, None if it says anything else."""
    if not mail.in_reply_to or len(sentence) > LONGEST:
        return None
    core, yes = _core(sentence.strip(" \t\n!?;,"))
    if not core:
        return None
    taken = _none(core, core, None) or _any(core) or _some_of(core) or _taken(core, core, None)
    if taken is None:
        if (refused := _refusing(sentence, core)) is not None:
            return refused
        found = slots(core, setting, with_topic=False)
        if not found.when.used or found.people or found.minutes or found.doubts:
            return None
        masked = _masked(core, found)
        taken = _none(masked, core, found) or _taken(masked, core, found)
    if taken is None:
        return None
    if yes:
        taken["yes"] = Slot(value=True, words=yes)
    return Understood(intent=Intent.CHOOSE, slots=taken)


def _core(bare: str) -> tuple[str, str]:
    """Return the words without the politeness around them, and the yes that was among it."""
    yes = ""
    while (match := _LEADS.match(bare)) is not None and match.end() < len(bare):
        yes, bare = yes or match["yes"] or "", bare[match.end() :]
    while (match := _TAILS.search(bare)) is not None:
        bare = bare[: match.start()]
    return bare.strip(" ,.!?;"), yes


def _masked(core: str, found: Slots) -> str:
    for start, end in found.when.used:
        core = core[:start] + MASK * (end - start) + core[end:]
    return re.sub(rf"{MASK}\s+(?:(?:at|on|in|the)\s+)*(?={MASK})", lambda m: MASK * len(m.group()), core)


def _slot(value: object, words: str) -> Slot:
    return Slot(value=value, words=words)


def _window(found: Slots | None) -> dict[str, Slot]:
    window = found.when.window if found is not None else None
    return {} if window is None else {"window": _slot(window, window.said)}


def _none(masked: str, core: str, found: Slots | None) -> dict[str, Slot] | None:
    if others := _OTHERS.fullmatch(masked):
        return {"none": _slot(True, core), **_window(found)} if bool(others["when"]) == (MASK in masked) else None
    match = _REFUSED.fullmatch(masked)
    if match is None or (MASK in masked) != bool(match["more"]):
        return None
    return {"none": _slot(True, match["none"].strip() or core), **_window(found)}


def _any(masked: str) -> dict[str, Slot] | None:
    match = _ANY.fullmatch(masked)
    said = match is not None and not re.fullmatch(r"(?:they|these|those|all|both|anything)", masked, _I)
    return {"any": _slot(True, masked)} if said else None


def _some_of(masked: str) -> dict[str, Slot] | None:
    match = _SOME_OF.fullmatch(masked)
    if match is None:
        return None
    many = 3 if match["many"].lower() in ("three", "3") else 2
    if match["end"].lower() == "last":
        return {"ordinals": _slot(tuple(range(-many, 0)), masked)}
    return {"ordinals": _slot(tuple(range(1, many + 1)), masked)}


def _taken(masked: str, core: str, found: Slots | None) -> dict[str, Slot] | None:
    if _OPEN_VERB.match(masked):
        return None
    for pattern in _TAKEN:
        match = pattern.fullmatch(masked)
        if match is None:
            continue
        refs = match["refs"]
        numbers = _numbers(refs)
        if MASK in masked[: match.start("refs")] + masked[match.end("refs") :]:
            return None
        if MASK in refs:
            if numbers or not _window(found):
                return None
            bare = match.re is _TAKEN[2] and not match["said"] and not re.search(rf"{MASK} (?:{_THING})$", refs, _I)
            return None if bare else _window(found)
        words = core[slice(*match.span("refs"))]
        return {"ordinals": _slot(numbers, words)} if numbers else None
    return None


def _numbers(refs: str) -> tuple[int, ...]:
    found: list[int] = []
    plain = re.sub(
        r"\b(?:of|from|among) (?:the|these|those|them|your)\b[^,]*?(?=,|\bor\b|\band\b|$)", "", refs, flags=_I
    )
    plain = re.sub(
        r"\b(?:option|opt|number|num|no|nr|slot|choice|proposal|suggestion|alternative)\b\.?", "", plain, flags=_I
    )
    plain = re.sub(rf"\b({_NTH}) one\b", r"\1", plain, flags=_I)
    for word in re.findall(r"[^\W_]+", plain.lower()):
        number = int(word) if word.isdigit() else _NUMBERS.get(word, 0)
        if number and number not in found:
            found.append(number)
    return tuple(found)


def _refusing(sentence: str, core: str) -> Understood | None:
    """ "Anything but the first": one option is out, and nobody knows which is in."""
    if re.match(
        r"(?:which|what)ever\b|(?:the )?other (?:one|two|option|slot)s?\b|(?:go with )?what(?:ever)? \w+ (?:picked"
        r"|chose|prefers|said)",
        core,
        _I,
    ):
        return Understood(intent=Intent.CHOOSE, doubts=(Doubt(words=sentence[:80], question=WHICH),))
    if _ASKED_BACK.match(core) or not _REFUSES.match(core):
        return None
    return Understood(intent=Intent.CHOOSE, doubts=(Doubt(words=sentence[:80], question=WHICH),))
