"""Sentences that say something of people and companies, in plain English, and what they claim.

Only what is said outright is taken: a question, a wish, a condition, a doubt or a denial claims nothing. What is said
of oneself is surer than what is said of others. "I", "my" and "we" are the author's.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from empla.capabilities.email.reading.times.grammar import times
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.consolidation.clauses import clauses
from empla.memory.consolidation.rates import LIKELY, SURE
from empla.mind.values import Origin, Source

_N = r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )*[A-ZÀ-Þ][\w'’-]+(?: (?:[A-ZÀ-Þ][\w'’-]+|von|van|de|der)){0,3}"
_C = r"(?:the )?[A-Z0-9À-Þ][\w&'’.-]*(?: (?:[A-Z0-9À-Þ&][\w&'’.-]*|of|and|for)){0,5}"
_SPLIT = re.compile(r"(?<=[.!?])\s+(?=[\"“A-ZÀ-Þ0-9])|\n+")
_UNSURE = re.compile(
    r"\?|\b(?:if|whether|maybe|perhaps|might|(?-i:may)|could|would|should|hope|wish|think|guess|suppose|probably|apparently"
    r"|rumou?r|not sure|unless|pretend|imagine|not|never|no longer sure|isn['’]t|doesn['’]t|don['’]t|won['’]t|used to)\b",  # noqa: E501
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:by the way|btw|fyi|just so you know|please note(?: that)?|note that|as you know|also|and|so|well|ps|p\.s\."
    r"|for your information|just a quick note|remember(?: that)?|quick update|update)[\s,:]+)+",
    re.IGNORECASE,
)
_PRONOUN: Final = frozenset({"i", "we", "he", "she", "they", "it", "this", "that", "there", "who", "what", "please"})
_WEEKDAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday today tomorrow".split())  # noqa: SIM905
_LONGEST = 300


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that claim something for certain, as they were written."""
    for bare in sentences_of(text):
        if not _UNSURE.search(bare):
            yield bare


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a text that are its author's and no question, without their marks and leading words."""
    for piece in _SPLIT.split(text):
        plain = " ".join(piece.split())
        bare = _LEAD.sub("", plain.rstrip(" .!"))
        if 2 < len(bare) <= _LONGEST and not plain.startswith(">"):
            yield bare


def claims(turn: Turn) -> Iterator[Claim]:
    """Yield what the sentences of a turn claim."""
    for sentence in sentences(turn.text):
        for clause in clauses(sentence):
            yield from _claimed(turn, clause)


def _claimed(turn: Turn, clause: str) -> Iterator[Claim]:
    for pattern, make in _PATTERNS:
        match = pattern.search(clause)
        if match is not None:
            made = list(make(turn, match, clause))
            yield from made
            if made:
                return


# who and what --------------------------------------------------------------------------------------------------------


def _me(turn: Turn, name: str = "") -> Named:
    return Named(words=name or turn.author, address=turn.author)


def _person(words: str, turn: Turn) -> Named | None:
    """Return whom words name, None if they name nobody."""
    bare = words.strip(" ,")
    if bare.lower() in ("i", "me", "my", "myself"):
        return _me(turn) if turn.author else None
    first = bare.split()[0].lower() if bare else ""
    return None if first in _PRONOUN or first in _WEEKDAYS else Named(words=bare)


def _bare(words: str) -> str:
    """Return how a thing is called: without article, and without what only says whose it is."""
    plain = re.sub(r"^(?:(?:the|our|your|my|a|an)\b\s*)+", "", words.strip(" ,"), flags=re.IGNORECASE)
    return re.sub(r"['’]s(?: (?:contract|licen[cs]e|subscription))?$", "", plain)


def _thing(named: str, kind: str, turn: Turn) -> Named | None:
    """Return what is spoken of: what is named, else what the mail is about."""
    if named:
        return Named(words=named, kind=kind)
    about = re.sub(r"^(?:(?:re|fwd?|aw|wg)\s*:\s*)+", "", turn.subject.strip(), flags=re.IGNORECASE)
    return Named(words=about, kind="topic") if about else None


def _company(words: str) -> Named:
    return Named(words=re.sub(r"^the ", "", words.strip(" ,.")), kind="company")


def _one(
    subject: Named | None, predicate: str, thing: str | Named | None, sentence: str, turn: Turn, *, ends: bool = False,
    since: datetime | None = None,
) -> Iterator[Claim]:  # fmt: skip
    if subject is None or not thing or (isinstance(thing, Named) and thing == subject):
        return
    sure = SURE if subject.address and subject.address == turn.author else LIKELY
    yield Claim(
        subject=subject, predicate=predicate, object=thing, words=sentence, confidence=sure, ends=ends, valid_from=since
    )


def day_in(words: str, turn: Turn) -> str:
    """Return the one day that words name, as ISO 8601; "" if they name none, or several."""
    return _day(f"on {re.sub(r'^(?:on|by) ', '', words)}", turn)


def _day(words: str, turn: Turn) -> str:
    try:
        found = times(words, turn.at, turn.zone, Origin(Source.RECORD), days_off=frozenset())
    except ValueError:
        return ""
    days = found.window.days() if found.window is not None else ()
    return days[0].isoformat() if len(days) == 1 and not found.doubts else ""


def _since(sentence: str, turn: Turn) -> datetime | None:
    """Return from when on something holds, where a sentence says so."""
    match = re.search(r"\b(?:since|as of|starting|from)\s+(.{3,40})$", sentence, re.IGNORECASE)
    day = _day(f"on {match[1]}", turn) if match else ""
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") if day else None


# what sentences claim ------------------------------------------------------------------------------------------------

Make = Callable[[Turn, re.Match[str], str], Iterator[Claim]]


def _works_for(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["who"], turn), "works_for", _company(m["what"]), s, turn, since=_since(s, turn))


def _left(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["who"], turn), "works_for", _company(m["what"]), s, turn, ends=True)


def _moved(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    place = m["what"].strip(" .,")
    home = re.match(r"(?:a |an |our |my |the )?(?:new )?(?:office|flat|house|apartment|desk|building)\b", place, re.I)
    if not home and place[:1].isupper():
        yield from _one(_person(m["who"], turn), "lives_in", place, s, turn)


def _role(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    who = _person(m["who"], turn)
    yield from _one(who, "title", m["title"].strip(" ,"), s, turn)
    if m["what"]:
        yield from _one(who, "works_for", _company(m["what"]), s, turn)


def _reports(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["who"], turn), "reports_to", _person(m["boss"], turn), s, turn)


def _assists(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["boss"], turn), "assistant", _person(m["who"], turn), s, turn)


def _contact(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["who"], turn), "contact_at", _company(m["what"]), s, turn)


def _phone(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    who = _me(turn) if m["who"].lower() == "my" else _person(re.sub(r"['’]s$", "", m["who"]), turn)
    number = " ".join(m["number"].split()).rstrip(" .,")
    if sum(c.isdigit() for c in number) >= 5:
        yield from _one(who, "phone", number, s, turn)


def _dated(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    what = m["of2"] or m["of"] or ""
    day = _day(f"on {m['when']}", turn)
    predicate = {"renew": "renewal_date", "deadl": "deadline", "birth": "birthday"}[m["kind"][:5].lower()]
    named = _bare(what)
    if predicate == "birthday":
        who = _me(turn) if what.lower() == "my" else (_person(named, turn) if named else None)
        yield from _one(who, predicate, day[5:] if day else "", s, turn)
    elif day:
        kind = "company" if predicate == "renewal_date" and re.fullmatch(_C, named) else "topic"
        yield from _one(_thing(named, kind, turn), predicate, day, s, turn)


def _price(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    subject = _thing(_bare(m["of"] or m["of2"] or ""), "product", turn)
    yield from _one(subject, "price", " ".join(m["amount"].split()), s, turn)


def _prefers(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_person(m["who"], turn), "prefers", m["what"].strip(" ,"), s, turn)


def _called(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    if m["name"].lower() not in _WEEKDAYS:
        yield from _one(_me(turn) if turn.author else None, "prefers", f"to be called {m['name']}", s, turn)


def _uses(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    yield from _one(_company(m["who"]), "uses", Named(words=m["what"].strip(" ."), kind="product"), s, turn)


def _relation(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    other = _company(m["whose"]) if m["whose"] and m["whose"].lower() not in ("our", "ours") else None
    predicate = f"{m['what'].lower()}_of"
    if other is not None:
        yield from _one(_company(m["who"]), predicate, other, s, turn)


def _knows(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    topic = re.sub(r"^(?:the|our|everything about) ", "", m["what"].strip(" ."))
    yield from _one(_person(m["who"], turn), "knows_about", Named(words=topic, kind="topic"), s, turn)


_WHO = rf"(?P<who>I|{_N})"
_IS = r"(?:['’]s|['’]m| is| am)(?: now| still| currently| also)?"
_MONEY = r"(?:(?:EUR|USD|GBP|CHF|[€$£])\s?\d[\d.,]*(?:\s?(?:k|m|million))?|\d[\d.,]*\s?(?:EUR|USD|GBP|CHF|euros?|dollars|pounds|[€$£]))"  # noqa: E501
_PER = r"(?: (?:per|a|an|each)(?: \w+)?)?"
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Make], ...]] = (
    (re.compile(rf"^{_WHO} (?:have|has) left (?P<what>{_C})"), _left),
    (re.compile(rf"^{_WHO} (?:no longer works?|(?:have|has) stopped working) (?:for|at) (?P<what>{_C})"), _left),
    (re.compile(rf"^{_WHO}(?: (?:have|has)|['’]ve)? (?:moved|relocated) to (?P<what>[^,.;]{{2,40}})"), _moved),
    (re.compile(rf"^{_WHO}(?: now| currently)? works? (?:for|at|with) (?P<what>{_C})"), _works_for),
    (re.compile(rf"^{_WHO}(?: (?:have|has)|['’]ve)? (?:joined|started at|moved over to) (?P<what>{_C})"), _works_for),
    (
        re.compile(
            rf"^{_WHO}{_IS} (?:the |our |their |your )?(?:new )?(?:main |key )?contact(?: person)? (?:at|for|with) "
            rf"(?P<what>{_C})"
        ),
        _contact,
    ),
    (
        re.compile(
            rf"^(?:[Oo]ur|[Tt]he|[Yy]our) (?:new )?contact(?: person)? (?:at|for|with) (?P<what>{_C}) is (?:now )?(?P<who>{_N})"  # noqa: E501
        ),
        _contact,
    ),
    (re.compile(rf"^{_WHO}(?: now)? reports? (?:directly )?to (?P<boss>me|{_N})"), _reports),
    (
        re.compile(rf"^(?P<boss>{_N}) is (?P<who>my|{_N}['’]s) (?:boss|manager|supervisor|superior)"),
        lambda t, m, s: _reports_back(t, m, s),
    ),
    (
        re.compile(rf"^[Mm]y (?:boss|manager|supervisor) is (?P<boss>{_N})"),
        lambda t, m, s: _one(_me(t), "reports_to", _person(m["boss"], t), s, t),
    ),
    (re.compile(rf"^{_WHO}{_IS} (?:the )?assistant (?:of|to) (?P<boss>{_N})"), _assists),
    (
        re.compile(
            rf"^{_WHO}{_IS} (?:the |our |their |a |an )?(?:new )?(?P<title>(?:[A-Z]{{2,4}}|(?:[Hh]ead|[Dd]irector|[Vv]ice "  # noqa: E501
            r"[Pp]resident) of [\w &]{2,40}?|(?:[A-Za-z]+ ){0,3}(?:[Mm]anager|[Ee]ngineer|[Dd]irector|[Oo]fficer|[Ll]ead"  # noqa: E501
            rf"|[Cc]onsultant|[Aa]nalyst|[Bb]uyer|[Cc]ounsel)))(?: (?:at|of|for) (?P<what>{_C}))?$"
        ),
        _role,
    ),
    (
        re.compile(
            rf"\b(?P<who>[Mm]y|{_N}['’]s) (?:new )?(?:direct |mobile |office |cell )?(?:phone |telephone )?(?:number|phone"  # noqa: E501
            r"|mobile|cell) (?:is|:)(?: now)?:? (?P<number>\+?\d[\d\s()/.-]{4,22}\d)"
        ),
        _phone,
    ),
    (
        re.compile(
            r"^(?:(?P<of>(?:[Tt]he |[Oo]ur |[Yy]our |[Mm]y)?[\w&'’. -]{0,60}?) )?(?:contract |licen[cs]e |the )?"
            r"(?P<kind>renewal|deadline|birthday)(?: date)?(?: (?:for|of) (?P<of2>[\w&'’ -]{2,60}?))?"
            r" (?:is|falls|comes up|is due)(?: on| by)? (?P<when>.{3,40})$"
        ),
        _dated,
    ),
    (
        re.compile(
            r"^(?P<of>(?:[Tt]he |[Oo]ur |[Yy]our )?[A-Za-z][\w&'’ -]{1,60}?) (?P<kind>renew)(?:s|ed|al) (?:is )?(?:due )?"  # noqa: E501
            r"on (?P<when>.{3,40})(?P<of2>)$"
        ),
        _dated,
    ),
    (
        re.compile(
            r"^(?:[Tt]he|[Oo]ur|[Yy]our) (?:new |final |agreed )?price(?: (?:for|of) (?P<of>[\w&'’ -]{2,60}?))? (?:is|will be"  # noqa: E501
            rf"|stays at)(?: now)? (?P<amount>{_MONEY}{_PER})(?P<of2>)"
        ),
        _price,
    ),
    (
        re.compile(
            rf"^(?P<of>(?:[Tt]he |[Oo]ur |[Aa] )?[A-Za-z][\w&'’ -]{{1,60}}?) (?:now )?costs? (?P<amount>{_MONEY}{_PER})(?P<of2>)"  # noqa: E501
        ),
        _price,
    ),
    (re.compile(r"^(?:[Pp]lease |[Yy]ou can |[Jj]ust |[Dd]o )*[Cc]all me (?P<name>[A-ZÀ-Þ][\w'’-]+)$"), _called),
    (re.compile(r"^I (?:go by|prefer to be called|am called) (?P<name>[A-ZÀ-Þ][\w'’-]+)$"), _called),
    (re.compile(rf"^{_WHO}(?: really| always| generally| much)? prefers? (?P<what>[^.;]{{3,80}})$"), _prefers),
    (
        re.compile(
            rf"^(?P<who>{_C}) (?:is|are) (?:a |our |one of our )?(?P<what>customer|supplier)s? of (?P<whose>{_C})"
        ),
        _relation,
    ),
    (
        re.compile(rf"^(?P<who>{_C}) (?:uses?|is using|runs on) (?P<what>[A-Z][\w.+-]*(?: [A-Z0-9][\w.+-]*){{0,3}})$"),
        _uses,
    ),
    (
        re.compile(rf"^{_WHO} knows? (?:all about|everything about|a lot about|about) (?P<what>[\w &'’-]{{3,60}})$"),
        _knows,
    ),
)


def _reports_back(turn: Turn, m: re.Match[str], s: str) -> Iterator[Claim]:
    who = _me(turn) if m["who"] == "my" else _person(re.sub(r"['’]s$", "", m["who"]), turn)
    yield from _one(who, "reports_to", _person(m["boss"], turn), s, turn)
