"""What a question to memory wants: told by rules from its words. Pure.

    understood("When did we last speak to Bob about the budget?", now, "Europe/Berlin")
        Question(kind=LAST, people=("Bob",), topic="the budget")
    understood("What is the phone number of Bob's boss?", now, "Europe/Berlin")
        Question(kind=VALUE, about="Bob", hops=(reports_to, phone))

Names stay as they are written; who or what they mean is looked up by who asks memory.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from empla.capabilities.email.reading.times.bounds import bounds
from empla.memory.asking.relations import Hop, by_noun, turned, verb_first, verb_last


class Kind(StrEnum):
    """What sort of answer a question wants."""

    ABOUT = "about"  # all that matters of somebody or something
    LAST = "last"  # when there was contact last
    SAID = "said"  # what was said, by whom, about what
    KNOWS = "knows"  # who knows about something
    WAY = "way"  # how somebody or something is joined to another
    LIKE = "like"  # what was done in a situation like this one
    VALUE = "value"  # what stands in a relation to something, over one step or several
    OPEN = "open"  # anything else: what is recalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, taken apart.

    `about` is the name that it begins from, `hops` lead from there to what is asked, `other` is the second end of a
    way. `people` are who has to have taken part; `by` is whose words are meant. `topic` are the other words that count.
    `since` and `until` bound when; `former`: what was before is asked for.
    """

    words: str
    kind: Kind = Kind.OPEN
    about: str = ""
    other: str = ""
    hops: tuple[Hop, ...] = ()
    people: tuple[str, ...] = ()
    by: str = ""
    topic: str = ""
    since: datetime | None = None
    until: datetime | None = None
    when: str = ""
    former: bool = False


_I: Final = re.IGNORECASE
_POLITE: Final = re.compile(
    r"^(?:(?:hi|hello|hey|so|and|btw|also|please|pls|now|then|well|ok|okay)[,:;!]?\s+)*"
    r"(?:(?:please |pls )?(?:can|could|would|will) you (?:please )?(?:tell|remind) me(?: again)?,?\s+"
    r"|(?:please )?(?:tell|remind) me(?: again)?,?\s+(?=what|when|who|where|which|how)"
    r"|(?:do|would) you (?:happen to )?(?:know|remember|recall),?\s+(?=what|when|who|where|which|how)"
    r"|i(?:'d| would) like to know,?\s+|i wonder,?\s+|just (?:wondering|checking)[,:]?\s+)?",
    _I,
)
_INDIRECT: Final = re.compile(
    r"^(?P<ask>who|what|when|where|how much) (?P<rest>(?!is\b|was\b|are\b|were\b|do\b|does\b|did\b).+)"
    r" (?P<verb>is|was|are|were)$",
    _I,
)
"""A question inside another sentence: "tell me what Bob's number is"."""
_FORMER: Final = re.compile(
    r"\s*\b(?:previously|formerly|originally|in the past|back then|before that|used to|earlier|former|previous|old|"
    r"(?<=\w )before)\b(?=\s|$)",
    _I,
)
_WE: Final = r"(?:i|we|you|you and i|anna and i)"
_ON: Final = r"(?:about|on|of|regarding|concerning|as to)"
_SPOKE: Final = (
    r"(?:speak|talk|spoke|spoken|talked|meet|met|hear|heard|write|wrote|written|exchange mails?|be|been|have contact"
    r"|had contact|correspond|e?mail)"
)
_TOLD: Final = (
    r"(?:say|said|write|wrote|tell|told|ask|asked|promise|promised|want|wanted|suggest|suggested|report|reported"
    r"|think|thought|answer|answered|send|sent|mention|mentioned|propose|proposed|reply|replied|offer|offered)"
)
_NAMES: Final = r"(?-i:[A-ZÀ-Þ][\w.@&'’-]*(?: [A-ZÀ-Þ][\w.@&'’-]*)*)"
_DISCUSS: Final = (
    r"(?:discuss(?:ed)?|talk(?:ed)?(?: about)?|agree(?:d)?|decide(?:d)?|speak about|spoken about|settle(?:d)?)"
)

ASKER: Final = "i"
EMPLOYEE: Final = "you"
"""Whose words are meant where no name says it."""

Reader = Callable[["re.Match[str]", Question], Question | None]


def understood(text: str, now: datetime, zone: str) -> Question:
    """Return what a question wants, as asked at `now` in `zone`; whatever it is, it is something."""
    words = " ".join(text.split())
    plain = _POLITE.sub("", words).strip(" ?!.;,")
    plain = _INDIRECT.sub(r"\g<ask> \g<verb> \g<rest>", plain)
    like = _first(_LIKE, plain, Question(words=words))
    if like is not None:
        return like
    when = bounds(plain, now, zone)
    question = Question(words=words)
    if when is not None:
        plain = _tidy(f"{plain[: when.start]} {plain[when.end :]}")
        question = replace(question, since=when.since, until=when.until, when=when.said)
    found = _first(_KINDS, plain, question)
    if found is not None:
        return found
    former = _FORMER.search(plain)
    if former is not None:
        plain = _tidy(_FORMER.sub("", plain))
        question = replace(question, former=True)
    value = _value(plain, question) or _first(_WHO, plain, question)
    return value or replace(question, kind=Kind.OPEN, topic=plain)


def _tidy(text: str) -> str:
    return re.sub(r"\s+([,.;?!])", r"\1", " ".join(text.split())).strip(" ,;?!.")


def _first(table: tuple[tuple[re.Pattern[str], Reader], ...], plain: str, question: Question) -> Question | None:
    for pattern, reader in table:
        match = pattern.fullmatch(plain)
        found = reader(match, question) if match is not None else None
        if found is not None:
            return found
    return None


# kinds that are told by their first words ----------------------------------------------------------------------------


def _about(match: re.Match[str], question: Question) -> Question:
    return replace(question, kind=Kind.ABOUT, about=_name(match["x"]))


def _last(match: re.Match[str], question: Question) -> Question:
    given = match.groupdict()
    return replace(question, kind=Kind.LAST, people=(_name(match["x"]),), topic=given.get("topic") or "")


def _said_by(match: re.Match[str], question: Question) -> Question | None:
    who, topic = _name(match["x"]), match["topic"] or ""
    to = _name(match["to"] or "")
    people = (to,) if to.lower() not in ("", "i", "me", "us", "we", "you") else ()
    if who.lower() in (ASKER, EMPLOYEE):
        return replace(question, kind=Kind.SAID, people=people, by=who.lower(), topic=topic)
    if who.lower() == "we":
        return replace(question, kind=Kind.SAID, people=people, topic=topic) if topic or people else None
    return replace(question, kind=Kind.SAID, people=(who, *people), by=who, topic=topic)


def _discussed(match: re.Match[str], question: Question) -> Question:
    given = match.groupdict()
    people = (_name(given["x"]),) if given.get("x") else ()
    return replace(question, kind=Kind.SAID, people=people, topic=given.get("topic") or "")


def _knows(match: re.Match[str], question: Question) -> Question:
    topic = _name(match["x"])
    return replace(question, kind=Kind.KNOWS, about=topic, topic=topic)


def _way(match: re.Match[str], question: Question) -> Question:
    given = match.groupdict()
    return replace(question, kind=Kind.WAY, about=_name(match["x"]), other=_name(given.get("y") or ""))


def _like(match: re.Match[str], question: Question) -> Question:
    return replace(question, kind=Kind.LIKE, topic=match["x"].strip(" ,"))


_LIKE: Final = tuple(
    (re.compile(pattern, _I), _like)
    for pattern in (
        rf"(?:the )?last time(?: that| when)? (?P<x>.+?),? (?:what|how) (?:did|have) {_WE} (?:do|done|react"
        rf"|handle it|decide)(?: then| about it)?",
        rf"(?:what|how) (?:did|have) {_WE} (?:do|done|react|handle it|decide)(?: then)?,? (?:the )?last time(?:"
        rf" that| when)? (?P<x>.+)",
        rf"(?:what|how) did {_WE} (?:do|react) when (?P<x>.+)",
        rf"(?:have|had|did) {_WE} (?:ever )?(?:seen|had|have|see) (?:this|that|something like (?:this|that))"
        rf" before:? (?P<x>.+)",
    )
)  # fmt: skip

_KINDS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = tuple(
    (re.compile(pattern, _I), reader)
    for reader, patterns in (
        (
            _last,
            (
                rf"when (?:did|have) {_WE} last {_SPOKE}(?: (?:to|with|from|in touch with))? (?P<x>.+?)(?: {_ON}"
                rf" (?P<topic>.+))?",
                rf"when (?:was|is|were) the last time (?:that )?{_WE} {_SPOKE}(?: (?:to|with|from))?"
                rf" (?P<x>.+?)(?: {_ON} (?P<topic>.+))?",
                rf"(?:when (?:was|is) )?(?:my|our|your|the) last (?:contact|call|meeting|conversation|mail"
                rf"|exchange)s?(?: with| from| to) (?P<x>.+?)(?: {_ON} (?P<topic>.+))?",
                rf"when did (?P<x>.+?) last (?:write|call|answer|reply|mail|get in touch|say something)(?: (?:to"
                rf" )?(?:us|me|you))?(?: {_ON} (?P<topic>.+))?",
            ),
        ),
        (
            _discussed,
            (
                rf"what (?:did|have|had) {_WE} {_DISCUSS} with (?P<x>.+?)(?: {_ON} (?P<topic>.+))?",
                rf"what (?:did|have|had) {_WE} (?:speak|talk|spoken|talked) (?:to|with) (?P<x>.+?) {_ON}(?:"
                rf" (?P<topic>.+))?",
                rf"what (?:was|were|is|has been) (?:said|discussed|agreed|decided|settled) with (?P<x>.+?) {_ON}"
                rf" (?P<topic>.+)",
                rf"what (?:was|were|is|has been) (?:said|discussed|agreed|decided|written|settled)(?: {_ON}"
                rf" (?P<topic>.+?))?(?: with (?P<x>.+))?",
                rf"what (?:did|have|had) {_WE} {_DISCUSS}(?: (?:on|about))? (?P<topic>.+)",
            ),
        ),
        (
            _said_by,
            (
                rf"what (?:did|has|had|have|does) (?P<x>.+?) {_TOLD}(?: (?:to )?(?P<to>me|us|you|{_NAMES}))?"
                rf"(?: {_ON} (?P<topic>.+))?",
            ),
        ),
        (
            _knows,
            (
                r"who(?: (?:here|of us|among us|else))? know(?:s|n)? (?:(?:anything|something|most|a lot|best"
                r"|more|all) )?(?:about|of) (?P<x>.+)",
                r"who (?:is|are|'s) (?:the |our |an? )?(?:experts?|specialists?) (?:on|for|in|about|at) (?P<x>.+)",
                r"who (?:has|have|had) (?:any )?(?:experience|expertise|knowledge) (?:with|in|of|on|about) (?P<x>.+)",
                r"whom? (?:should|can|could|shall|must) (?:i|we|you) (?:ask|talk to|speak to|turn to) (?:about"
                r"|on|for|regarding) (?P<x>.+)",
                r"who (?:can|could|might) help (?:(?:me|us|you) )?(?:with|on) (?P<x>.+)",
            ),
        ),
        (
            _way,
            (
                r"how do (?:i|we|you) know (?P<x>.+)",
                r"how (?:are|is) (?P<x>.+?) (?:and|to|with) (?P<y>.+?) (?:connected|related|linked|joined)",
                r"how (?:are|is) (?P<x>.+?) (?:connected|related|linked|joined) (?:to|with) (?P<y>.+)",
                r"how does (?P<x>.+?) know (?P<y>.+)",
                r"what (?:connects|links|joins) (?P<x>.+?) (?:and|to|with) (?P<y>.+)",
                r"what(?: is|'s) the (?:connection|link|relation|relationship) between (?P<x>.+?) and (?P<y>.+)",
            ),
        ),
        (
            _about,
            (
                rf"what (?:else )?(?:do|did|does) (?:{_WE}|one) (?:know|remember|have|recall)(?: so far)? {_ON}"
                rf" (?P<x>.+)",
                rf"what have (?:{_WE}) (?:got|heard|learned|learnt|noted|remembered|stored|found out) {_ON} (?P<x>.+)",
                rf"(?:tell me |give me |show me )?(?:all|everything|anything|what(?:ever)?)(?: that)? {_WE}"
                rf" (?:know|remember|have) {_ON} (?P<x>.+)",
                rf"(?:do|did) {_WE} (?:know|remember|have|recall) (?:anything|something|much) {_ON} (?P<x>.+)",
                r"(?:please )?tell me (?:more )?about (?P<x>.+)",
            ),
        ),
    )
    for pattern in patterns
)  # fmt: skip
_WHO: Final = (
    (re.compile(r"(?:who|what) (?:is|was|are|were|'s) (?P<x>.+)|who's (?P<y>.+)", _I), lambda m, q: _who(m, q)),
)


def _who(match: re.Match[str], question: Question) -> Question:
    return replace(question, kind=Kind.ABOUT, about=_name(match["x"] or match["y"]))


# values over one step or several -------------------------------------------------------------------------------------

_ARTICLE: Final = re.compile(r"^(?:the|our|my|your|a|an|this|that)\s+", _I)
_OF: Final = re.compile(r"(?P<noun>[\w -]+?) (?:of|at|for|in|with|on) (?P<rest>.+)", _I)
_POSSESSIVE: Final = re.compile(r"(?P<rest>.+?)(?:['’]s|(?<=s)['’]) (?P<noun>(?:(?!['’]s ).)+)", _I)
_WHICH: Final = re.compile(
    r"(?P<thing>persons?|people|ones?|man|woman|company|companies|firm|employer|project|team|colleague|customer"
    r"|supplier"
    r"|product|topic|department)(?: (?:that|which|whom?|where))? (?P<rest>.+)",
    _I,
)
_WHO_VERB: Final = re.compile(r"(?:who|whom|what|which \w+)(?: (?:all|else))? (?P<rest>.+)", _I)
_DOES: Final = re.compile(
    r"(?P<ask>who|whom|what|where|which|when|how much|for whom|to whom|for which \w+|at which \w+|which \w+|what"
    r" \w+(?: \w+)?)"
    r" (?:does|do|did|has|had|is|was) (?P<rest>.+)",
    _I,
)
_IS: Final = re.compile(
    r"(?P<ask>who|whom|what|where|which|when|how much|how high|how big|on which \w+|what \w+|which \w+)(?:'s| is"
    r"| was| are| were) (?P<rest>.+)",
    _I,
)
_HAVE: Final = re.compile(
    r"(?:what|which) (?P<noun>[\w -]+?) (?:does|do|did|has|had) (?P<rest>.+?)(?: (?:have|had|use|hold))?", _I
)
_ENDINGS: Final = (
    (re.compile(r"(?:up for renewal|renewed|due for renewal|to be renewed|going to be renewed)$", _I), "renewal_date"),
    (re.compile(r"(?:due|to be finished|to be done|supposed to be (?:done|finished))$", _I), "deadline"),
    (re.compile(r"(?:based|located|headquartered|situated)$", _I), "located_in"),
    (re.compile(r"called$", _I), "title"),
)
_DOES_WHAT: Final = (
    (re.compile(r"(?P<x>.+) (?:cost|costs|cost us)$", _I), "price"),
    (re.compile(r"(?P<x>.+) (?:renew|renews|(?:come|comes) up for renewal)$", _I), "renewal_date"),
    (re.compile(r"(?P<x>.+) (?:do|do for a living)$", _I), "title"),
    (re.compile(r"(?P<x>.+) (?:live|lives)$", _I), "lives_in"),
    (re.compile(r"(?P<x>.+) (?:sit|sits)$", _I), "located_in"),
    (re.compile(r"(?P<x>.+) (?:work|works|working|employed)$", _I), "works_for"),
    (re.compile(r"(?P<x>.+) (?:report|reports)$", _I), "reports_to"),
)


def chain(words: str) -> tuple[str, tuple[Hop, ...]]:
    """Return the name that a phrase begins from, and the steps from there: "Bob's boss" is Bob, then reports_to."""
    plain = _ARTICLE.sub("", words.strip(" ,")).strip()
    which = _WHICH.fullmatch(plain)
    if which is not None and (found := _related(which["rest"])) is not None:
        return found
    of = _OF.fullmatch(plain)
    if of is not None and (hop := by_noun(_ARTICLE.sub("", of["noun"]))) is not None:
        root, hops = chain(of["rest"])
        return root, (*hops, hop)
    if (possessive := _POSSESSIVE.fullmatch(plain)) is not None:
        root, hops = chain(possessive["rest"])
        return root, (*hops, _hop(possessive["noun"]))
    return plain, ()


def _related(rest: str) -> tuple[str, tuple[Hop, ...]] | None:
    """Read what stands after "the person who": "reports to Bob", or "Bob reports to"."""
    first = verb_first(rest)
    if first is not None and first[1]:
        root, hops = chain(first[1])
        return root, (*hops, turned(first[0]))
    last = verb_last(rest) or verb_last(f"{rest} for")
    if last is not None:
        root, hops = chain(last[0])
        return root, (*hops, last[1])
    return None


def _hop(noun: str) -> Hop:
    plain = " ".join(noun.lower().replace("-", " ").split())
    return by_noun(plain) or Hop(predicate=re.sub(r"\W+", "_", plain).strip("_"))


def _value(plain: str, question: Question) -> Question | None:
    """Read a question for what stands in a relation to somebody or something."""
    for reader in (_by_have, _by_is, _by_does, _by_who):
        found = reader(plain)
        if found is not None and found[1] and found[0]:
            return replace(question, kind=Kind.VALUE, about=_name(found[0]), hops=found[1])
    return None


_Chain = tuple[str, tuple[Hop, ...]]


def _by_have(plain: str) -> _Chain | None:
    match = _HAVE.fullmatch(plain)
    hop = by_noun(match["noun"]) if match is not None else None
    if match is None or hop is None:
        return None
    if verb_last(match["rest"]) is not None:
        return _by_does(plain)
    root, hops = chain(match["rest"])
    return root, (*hops, hop)


def _by_does(plain: str) -> _Chain | None:
    match = _DOES.fullmatch(plain)
    if match is None:
        return None
    rest = match["rest"]
    for pattern, name in _DOES_WHAT:
        if (does := pattern.fullmatch(rest)) is not None:
            root, hops = chain(does["x"])
            return root, (*hops, Hop(predicate=name))
    last = verb_last(rest)
    if last is None:
        return None
    root, hops = chain(last[0])
    return root, (*hops, last[1])


def _by_is(plain: str) -> _Chain | None:
    match = _IS.fullmatch(plain)
    if match is None:
        return None
    rest, ask = match["rest"], match["ask"].lower()
    for pattern, name in _ENDINGS:
        if (end := pattern.search(rest)) is not None:
            root, hops = chain(rest[: end.start()])
            return root, (*hops, Hop(predicate=name))
    root, hops = chain(rest)
    if not hops and ask == "where":
        return root, (Hop(predicate="located_in"),)
    if not hops and ask == "how much":
        return root, (Hop(predicate="price"),)
    return root, hops


def _by_who(plain: str) -> _Chain | None:
    match = _WHO_VERB.fullmatch(plain)
    found = verb_first(match["rest"]) if match is not None else None
    if found is None or not found[1]:
        return None
    root, hops = chain(found[1])
    return root, (*hops, turned(found[0]))


def _name(words: str) -> str:
    """Return a name without an article, quotes and what politeness hangs on."""
    plain = re.sub(
        r",? (?:please|again|exactly|so far|now|today|at the moment|these days)$", "", words.strip(), flags=_I
    )
    return re.sub(r"^(?:the|our|my|your)\s+", "", plain.strip(" \"'“”‘’?.!,"), flags=_I)
