"""The family of preferences: "call me Bob", "don't sign with Cheers", "keep mails to me under five lines", "just book".

They say how something is to be done, always, and of whom; a wish for one mail or one meeting is none. Slots:

    prefer             wanted: Wanted
    preferences        none
    drop-preference    ordinals: tuple[int, ...], or wanted: Wanted (the one that is meant; an empty value means any)
"""

import re
from collections.abc import Callable
from typing import Any, Final

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.nicknames import FORMAL
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.words import number
from empla.mind.preferences import (
    CALL,
    CLOSING,
    CORRECTION,
    DIAL_IN,
    GREETING,
    IN_PERSON,
    JUST_BOOK,
    LINES,
    NOT_CLOSING,
    PHONE,
    VIDEO,
    WAY,
    Wanted,
)
from empla.mind.readings import Mail, Slot

SHORT_LINES: Final = 6
"""Lines of a mail that is "short", where nobody says how many."""
LONGEST: Final = 300

_Q = r"[\"“”„'‘’«»]"
_NAME = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau)\.? ?)*[A-ZÀ-Þ][\w'’.-]*(?: (?:[A-ZÀ-Þ][\w'’.-]*|von|van|de|der)){0,3}"
_TITLED = r"(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau)\.? [A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)?"
_ADDRESS = r"[\w.+-]+@[\w.-]+\.\w+"
_WHOM = rf"(?:me|him|her|them|{_ADDRESS}|{_NAME})"
_WHOSE = rf"(?:my|his|her|their|{_NAME}['’]s?)"
_AGAIN = r"(?:,? (?:please|from now on|in future|in the future|always|any ?more|again))*"
_LEAD = re.compile(
    r"^(?:(?:please|pls|and|also|always|from now on|in (?:the )?future|you (?:can|may|should|could)|feel free to|just"
    r"|i(?:['’]d| would) (?:like|prefer) you to|i want you to|remember to|do)[\s,]+)+",
    re.IGNORECASE,
)
_NO_NAME: Final = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today tomorrow tonight later back again asap when if on at before after please once soon
    now first directly there here
    """.split()  # noqa: SIM905
)
"""What may follow "call me" and is no name."""
_FAMILIAR: Final = ("i", "y", "ie", "o", "chen")
"""How familiar forms of first names end that stand in no table: Jonas is Joni."""
_MAILS = r"(?:(?:your|the|all|any) )*(?:(?:e-?)?mails?|messages?|letters?|replies|answers|notes|them)"
_PHONES = {"phone": PHONE, "telephone": PHONE, "video": VIDEO, "person": IN_PERSON}


def _i(pattern: str) -> re.Pattern[str]:
    """Compile a pattern whose names keep their capitals: what is in lower case here may be written either way."""
    return re.compile(pattern)


_C = r"(?:[Cc]all|[Aa]ddress|[Rr]efer to)"
_CALLS: Final = (
    _i(rf"{_C} (?P<whom>me|him|her|them|{_ADDRESS}) (?:as |simply |just |by )?{_Q}?(?P<name>{_NAME}){_Q}?{_AGAIN}"),
    _i(rf"{_C} (?P<whom>{_NAME}) (?:as|simply|just|by) {_Q}?(?P<name>{_NAME}){_Q}?{_AGAIN}"),
    _i(rf"{_C} (?P<whom>[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)?) (?P<name>{_TITLED}){_AGAIN}"),
    _i(
        rf"{_C} (?P<whom>[A-ZÀ-Þ][\w'’-]+(?: (?:[A-ZÀ-Þ][\w'’-]+|von|van|de|der)){{0,3}}) "
        rf"(?P<short>[A-ZÀ-Þ][\w'’-]*){_AGAIN}"
    ),
    _i(rf"{_C} (?P<whom>{_NAME}) [\"“„«](?P<name>{_NAME})[\"”“»]{_AGAIN}"),
    _i(
        rf"[Uu]se (?:the )?(?:short(?:er)?|familiar|long|full|formal) (?:form|version) (?:of|for) (?P<whose>{_WHOSE})"
        rf"(?: (?:first )?name)?(?:(?:,|:| -| –|, (?:which|that) is)? {_Q}?(?P<name>{_NAME}){_Q}?)?{_AGAIN}"
    ),
    _i(rf"[Uu]se (?P<whose>{_WHOSE}) (?:nick|short |first )?name(?:,|:)? {_Q}?(?P<name>{_NAME}){_Q}?{_AGAIN}"),
    _i(
        rf"(?P<whom>I)(?: would|['’]d)? (?:go by|prefer (?:to be called|being called)|like to be called|am called) "
        rf"{_Q}?(?P<name>{_NAME}){_Q}?"
    ),
    _i(
        rf"(?P<whom>[Hh]e|[Ss]he|{_NAME}) (?:goes by|prefers (?:to be called|being called)|likes to be called) "
        rf"{_Q}?(?P<name>{_NAME}){_Q}?"
    ),
)
_UNCALLED = _i(
    rf"(?:[Ss]top calling|[Dd]on['’]t call|[Dd]o not call|[Nn]ever call) (?P<whom>{_WHOM}?)"
    rf"(?: {_Q}?(?P<name>{_NAME}){_Q}?)?{_AGAIN}"
)
_GREETS = _i(
    rf"(?:[Gg]reet|[Aa]ddress|[Ss]tart {_MAILS} to|[Bb]egin {_MAILS} to) (?P<whom>{_WHOM}) with "
    rf"{_Q}?(?P<word>Dear|Hi|Hello){_Q}?{_AGAIN}"
)

_SIGN = r"(?:sign(?: off)?|close|end|finish)"
_CLOSES = re.compile(
    rf"(?:{_SIGN}(?: {_MAILS})? with|use (?:the )?(?:closing"
    rf"|sign-off)) {_Q}?(?P<words>[\w’' ]{{2,40}}?),?{_Q}?{_AGAIN}", re.I
)  # fmt: skip
_NO_CLOSES = re.compile(
    rf"(?:(?:don['’]t|do not|never|stop|no more) (?:ever )?{_SIGN}(?:ing)?(?: off)?(?: {_MAILS})? with|(?:no more|never"
    rf" (?:use|write)|don['’]t (?:use|write)|do not (?:use|write))) {_Q}?(?P<words>[\w’' ]{{2,40}}?),?{_Q}?"
    rf"(?: (?:as|for) (?:a |the )?(?:closing|sign-off)| at the end(?: of {_MAILS})?){{0,1}}{_AGAIN}",
    re.IGNORECASE,
)
_LINES = re.compile(
    rf"(?:keep|make) {_MAILS}(?: to (?P<whom>me|him|her))? (?P<how>under|below|shorter than|less than|within|to|at most"
    r"|at|no longer than|no more than|to at most|to no more than) (?P<n>\w+) lines?(?: each)?" + _AGAIN,
    re.IGNORECASE,
)
_MOST_LINES = re.compile(
    r"(?P<how>no more than|at most|max(?:imum)?|not more than) (?P<n>\w+) lines? (?:per|a|in (?:a|your|each|every)) "
    r"(?:e-?mail|message|mails)(?: to (?P<whom>me|him|her))?" + _AGAIN,
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?:keep|make) {_MAILS}(?: to (?P<whom>me|him|her))? (?:short|brief|concise)(?:er)?{_AGAIN}", re.IGNORECASE
)
_DIAL_IN = re.compile(
    r"(?:always )?(?:add|include|put(?: in)?|attach|give) (?:the |my |our |a |these )?(?:dial-?in|dial in|video|meeting"
    r"|conference|zoom|teams|phone)(?: (?:link|details|number|numbers|code))?(?: (?:to|in|into|for) (?:all "
    r"|every |each |my "
    r"|the )*(?:meetings?|invitations?|invites?|calls?|entry|entries))?(?:\s*(?:,|:|is|-"
    r"|–)?\s*(?P<value>\+?\d[\d\s()/.-]{5,25}"
    r"\d(?:[ ,;]+(?:pin|code)[ :]*\d+)?#?|https?://\S+))?(?: (?:to|in|into|for) (?:all |every |each |my "
    r"|the )*(?:meetings?"
    r"|invitations?|invites?|calls?))?" + _AGAIN,
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"\b(?:always|generally|meetings|propose|every|each|all|from now on|in (?:the )?future)\b", re.IGNORECASE
)
_JUST_BOOK = re.compile(
    r"(?:(?:don['’]t|do not|stop|no need to|never) (?:propos|suggest|offer)(?:e|ing)?(?: me)?(?: (?:three|several"
    r"|some|any|"
    r"different|many|more|\d|two))*(?: (?:times|slots|options|dates))?(?: (?:to me|first))?[,;.]?(?: and| but|;)? )?"
    r"(?:just|simply|rather|instead) (?:book|take|pick|choose)(?: (?:it|one|the first(?: one| time"
    r"| slot)?(?: that (?:fits"
    r"|suits|works))?|whatever (?:fits|suits|works)))?(?:,? (?:without asking(?: me)?|don['’]t ask(?: me)?))?" + _AGAIN,
    re.IGNORECASE,
)
_NO_PROPOSALS = re.compile(
    r"(?:don['’]t|do not|stop|never) (?:propos|suggest|offer)(?:e|ing)?(?: me)? (?:(?:three|several|some|any"
    r"|different|many"
    r"|more|\d|two) )*(?:times|slots|options|dates)(?: any ?more| again)?,? (?:just book|book the first)(?: .{0,40})?",
    re.IGNORECASE,
)
_PREFER_WAY = re.compile(
    r"(?:i (?:always |generally |really )?prefer|prefer|rather|i(?:['’]d| would) rather (?:have|do)|make (?:them"
    r"|meetings|my"
    r" meetings)(?: by)?) (?P<in>in )?(?P<way>phone|telephone|video|person)(?: ?calls?| ?conferences?"
    r"| meetings?)?(?: (?:to|over"
    r"|than|rather than|instead of) (?P<other>[\w -]{3,30}))?" + _AGAIN,
    re.IGNORECASE,
)
_SAY = re.compile(
    rf"(?:say|write|use) {_Q}(?P<right>[^\"“”„]{{1,40}}?){_Q}(?:,? (?:and )?(?:not|never|instead of|rather than|for)) "
    rf"{_Q}(?P<wrong>[^\"“”„]{{1,40}}?){_Q}{_AGAIN}",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"(?:(?:[Ii]t|[Tt]hat)(?:['’]s| is)|(?:[Hh]is|[Hh]er|[Tt]heir|[Mm]y|[Tt]he)(?: last| first)? name is)"
    r" (?:spelled|spelt|"
    r"written) (?P<right>[A-ZÀ-Þ][\w'’-]+),? (?:and )?not (?P<wrong>[A-ZÀ-Þ][\w'’-]+)"
)
_LISTS = re.compile(
    r"(?:(?:what|which)(?:['’]s| are| is)?|show|list|tell|give)(?: me)?(?: all)?(?: of)? (?:my|the|your"
    r"|our) preferences"
    r"(?: (?:that )?(?:do )?(?:you|i) (?:know|have|keep|remember))?|what preferences (?:do you"
    r"|have you) \w+(?: of mine)?"
    r"|what (?:do you know|have you noted) (?:about|of) (?:my|our) preferences",
    re.IGNORECASE,
)
_DROPS = re.compile(
    r"(?:forget|drop|delete|remove|cancel|undo|take back|lift) (?:my |the )?preferences? (?:number |no\.? ?|#)?"
    r"(?P<n>\d{1,3}(?:(?:\s*,\s*(?:and )?|\s+and\s+)\d{1,3})*)",
    re.IGNORECASE,
)


def preferring(sentence: str, _setting: Setting, mail: Mail) -> Understood | None:
    """Read one sentence that says how things are to be done; None if it says nothing of the kind."""
    plain = " ".join(sentence.replace("’", "'").split()).strip(" \t\n.!,;")
    if not 4 < len(plain) <= LONGEST or plain.endswith("?"):
        return _listed(plain.rstrip("?"), plain)
    bare = _LEAD.sub("", plain)
    for read in _READERS:
        found = read(bare, plain)
        if found is not None:
            return None if mail.in_reply_to and _is_of_now(found, plain) else found
    return _listed(bare, plain)


def _is_of_now(found: Understood, plain: str) -> bool:
    """Whether it may be said of the one meeting that a conversation is about: "I prefer phone"."""
    wanted = found.slots["wanted"].value if found.intent is Intent.PREFER else None
    return isinstance(wanted, Wanted) and wanted.key == WAY and not _ALWAYS.search(plain)


def _listed(bare: str, plain: str) -> Understood | None:
    if _LISTS.fullmatch(bare):
        return Understood(intent=Intent.PREFERENCES)
    match = _DROPS.fullmatch(bare)
    if match is not None:
        ordinals = tuple(int(n) for n in re.findall(r"\d+", match["n"]))
        return _understood(Intent.DROP_PREFERENCE, plain, ordinals=ordinals)
    return None


def _called(bare: str, plain: str) -> Understood | None:
    for pattern in _CALLS:
        match = pattern.fullmatch(bare)
        if match is None:
            continue
        groups = match.groupdict()
        whom = _whom(groups.get("whom") or groups.get("whose") or "")
        if "short" in groups and not _is_form(match["short"], whom):
            continue  # "call Jonas Weber" asks for a call
        name = (groups.get("name") or groups.get("short") or "").strip(" .,'")
        if (name and name.split()[0].lower().strip(".") in _NO_NAME) or name.lower() == whom.lower():
            return None
        return _wanted(plain, key=CALL, value=name, person=whom)
    return None


def _is_form(name: str, whom: str) -> bool:
    """Return whether a name is a short or long form of somebody's first name, or their initials."""
    first, *rest = whom.lower().split()
    short = name.lower()
    if short == first or short in _NO_NAME:
        return False
    if rest and name.isupper() and short == "".join(word[0] for word in (first, *rest)):
        return True
    if first in FORMAL.get(short, ()) or (len(short) > 1 and first.startswith(short)):
        return True
    if rest and (short in FORMAL.get(first, ()) or (len(first) > 1 and short.startswith(first))):
        return True  # a long form: without a surname, "call Tom Thomas" asks for a call to somebody
    return short[:2] == first[:2] and short.endswith(_FAMILIAR) and len(short) <= len(first) + (2 if rest else 0)


def _uncalled(bare: str, plain: str) -> Understood | None:
    match = _UNCALLED.fullmatch(bare)
    if match is None or not match["name"]:
        return None
    if match["name"].split()[0].lower() in _NO_NAME:
        return None  # "don't call me Friday"
    wanted = Wanted(key=CALL, value=match["name"], person=_whom(match["whom"]), said=plain)
    return _understood(Intent.DROP_PREFERENCE, plain, wanted=wanted)


def _greeted(bare: str, plain: str) -> Understood | None:
    match = _GREETS.fullmatch(bare)
    return _wanted(plain, key=GREETING, value=match["word"], person=_whom(match["whom"])) if match else None


def _closed(bare: str, plain: str) -> Understood | None:
    match = _NO_CLOSES.fullmatch(bare)
    if match is not None and (re.search(rf"\b{_SIGN}|closing|at the end", bare, re.IGNORECASE)):
        words = _closing_words(match["words"])
        return _wanted(plain, key=NOT_CLOSING, value=words, scope=words.casefold())
    match = _CLOSES.fullmatch(bare)
    return _wanted(plain, key=CLOSING, value=_closing_words(match["words"])) if match else None


def _closing_words(words: str) -> str:
    return words.strip(" ,'").capitalize()


def _short(bare: str, plain: str) -> Understood | None:
    if (match := _SHORT.fullmatch(bare)) is not None:
        return _wanted(plain, key=LINES, value=str(SHORT_LINES), person=_whom(match["whom"] or "me"))
    match = _LINES.fullmatch(bare) or _MOST_LINES.fullmatch(bare)
    lines = number(match["n"].lower()) if match else 0
    if match is None or not 1 < lines <= 200:
        return None
    under = match["how"].lower() in ("under", "below", "shorter than", "less than")
    return _wanted(plain, key=LINES, value=str(lines - under), person=_whom(match["whom"] or "me"))


def _dialled(bare: str, plain: str) -> Understood | None:
    match = _DIAL_IN.fullmatch(bare)
    if match is None or not _ALWAYS.search(plain):
        return None  # said of one meeting
    return _wanted(plain, key=DIAL_IN, value=(match["value"] or "").strip())


def _done(bare: str, plain: str) -> Understood | None:
    if _NO_PROPOSALS.fullmatch(bare) or (_JUST_BOOK.fullmatch(bare) and re.search(r"propos|suggest|offer", bare, re.I)):
        return _wanted(plain, key=WAY, value=JUST_BOOK, scope=JUST_BOOK)
    match = _PREFER_WAY.fullmatch(bare)
    if match is None or (match["way"].lower() == "person") != bool(match["in"]):
        return None
    way = _PHONES[match["way"].lower()]
    return _wanted(plain, key=WAY, value=way, scope=way)


def _said(bare: str, plain: str) -> Understood | None:
    match = _SAY.fullmatch(bare) or _SPELLED.fullmatch(bare)
    if match is None or match["right"] == match["wrong"]:
        return None
    return _wanted(plain, key=CORRECTION, value=match["right"].strip(), wrong=match["wrong"].strip())


_READERS: Final[tuple[Callable[[str, str], Understood | None], ...]] = (
    _called,
    _uncalled,
    _greeted,
    _closed,
    _short,
    _dialled,
    _done,
    _said,
)


def _whom(words: str) -> str:
    """Return whom words mean: "me", an address, or the words; "my" is "me"."""
    bare = re.sub(r"'s?$", "", words.strip())
    own = {"i": "me", "me": "me", "my": "me", "he": "him", "his": "him", "she": "her", "their": "them", "they": "them"}
    return own.get(bare.lower(), bare)


def _wanted(plain: str, **values: str) -> Understood:
    return _understood(Intent.PREFER, plain, wanted=Wanted(said=plain, **values))


def _understood(intent: Intent, plain: str, **values: Any) -> Understood:
    slots = {name: Slot(value=value, words=plain[:200], start=0, end=len(plain)) for name, value in values.items()}
    return Understood(intent=intent, slots=slots)
