"""How people name, in a question, the relation that they ask about: "number", "reports to", "works for". Pure."""

import re
from dataclasses import dataclass, replace
from typing import Final

from empla.memory.knowledge.predicates import COLLEAGUES


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step from what is known to what is asked: a predicate, or `back` from its object to its subjects.

    Where nothing is known of that, `otherwise` is the predicate that comes next to it.
    """

    predicate: str
    back: bool = False
    otherwise: str = ""


_NOUNS: Final[dict[str, tuple[str, ...]]] = {
    "phone": ("phone number", "mobile number", "telephone number", "phone", "mobile", "telephone", "number", "cell"),
    "title": ("job title", "title", "job", "position", "function"),
    "role": ("role",),
    "birthday": ("birthday", "date of birth"),
    "lives_in": ("home town", "hometown", "residence", "home"),
    "located_in": ("location", "headquarters", "head office", "seat", "site"),
    "zone": ("time zone", "timezone"),
    "language": ("language",),
    "status": ("status", "state"),
    "price": ("price", "cost", "fee", "rate", "list price"),
    "budget": ("budget",),
    "deadline": ("deadline", "due date"),
    "renewal_date": ("renewal date", "renewal", "contract renewal", "date of renewal"),
    "account_owner": ("account owner", "account manager", "key account manager", "owner"),
    "reports_to": ("boss", "manager", "supervisor", "superior", "line manager"),
    "assistant": ("assistant", "secretary", "pa"),
    "works_for": ("company", "employer", "firm", "organisation", "organization"),
    "part_of": ("parent company", "parent", "group"),
    "member_of": ("team", "department"),
    "married_to": ("wife", "husband", "spouse", "partner"),
    COLLEAGUES: ("colleagues", "colleague", "coworkers", "co workers", "co-workers"),
    "knows_about": ("expertise", "field", "area of expertise"),
    "works_on": ("project", "projects"),
    "uses": ("tool", "tools", "software"),
}
_NOUNS_BACK: Final[dict[str, tuple[str, ...]]] = {
    "works_for": ("employees", "staff", "people"),
    "reports_to": ("reports", "direct reports", "team members"),
    "contact_at": ("contacts", "contact", "contact person"),
    "customer_of": ("customers", "customer", "clients"),
    "supplier_of": ("suppliers", "supplier", "vendors", "vendor"),
    "part_of": ("subsidiaries", "subsidiary"),
    "works_on": ("project team",),
    "knows_about": ("expert", "experts", "specialist"),
}
_NEXT: Final = {"contact_at": "works_for"}
_BY_NOUN: Final[dict[str, Hop]] = {
    **{noun: Hop(predicate=name) for name, nouns in _NOUNS.items() for noun in nouns},
    **{
        noun: Hop(predicate=name, back=True, otherwise=_NEXT.get(name, ""))
        for name, nouns in _NOUNS_BACK.items()
        for noun in nouns
    },
}

_VERBS: Final = (
    # between a thing and what it does: "the company that Bob works for", "who looks after Acme"
    ("works_for", r"(?:(?:is )?work(?:s|ed|ing)?|is employed|was employed) (?:for|at|with)|is with|was with"),
    ("reports_to", r"report(?:s|ed)? to|work(?:s|ed)? under"),
    ("account_owner", r"(?:is|was) looked after by"),
    ("contact_at", r"(?:is|was) (?:our|the|my) (?:main |key )?contact(?: person)? (?:at|for|with)"),
    ("works_on", r"work(?:s|ed|ing)? on|(?:is|was) (?:working|busy) (?:on|with)"),
    ("knows_about", r"know(?:s|n|ew)? (?:(?:anything|something|most|a lot|best|more) )?about"),
    ("knows_about", r"(?:is|are) the experts? (?:on|for|in)"),
    ("uses", r"use[sd]?"),
    ("lives_in", r"live[sd]? in"),
    ("located_in", r"(?:is|was) (?:located|based|headquartered) in"),
    ("part_of", r"(?:is|was) (?:a )?part of|belong(?:s|ed)? to"),
    ("member_of", r"(?:is|was) (?:in|a member of|on)(?: the)? team"),
    ("customer_of", r"(?:is|was|buys|bought) (?:a customer of|from)"),
    ("supplier_of", r"(?:is|was) a supplier of|suppl(?:ies|ied)"),
    ("married_to", r"(?:is|was) married to"),
    ("likes", r"like[sd]?"),
    ("prefers", r"prefer(?:s|red)?"),
    ("knows", r"know(?:s|n)?|knew"),
)  # fmt: skip
_BACK_VERBS: Final = (
    ("account_owner", r"look(?:s|ed)? after|(?:is|was) responsible for|(?:take|took|takes) care of|own(?:s|ed)?"),
    ("works_for", r"employ(?:s|ed)?"),
    ("reports_to", r"manage[sd]?|(?:is|was) the (?:boss|manager) of|lead(?:s)?|led"),
    ("assistant", r"assist(?:s|ed)?"),
    ("part_of", r"own(?:s|ed)?"),
)
_SAID: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), Hop(predicate=name, back=back))
    for back, verbs in ((False, _VERBS), (True, _BACK_VERBS))
    for name, pattern in verbs
)


def by_noun(words: str) -> Hop | None:
    """Return the relation that a noun names: "boss", "phone number"; None if it is none that is known."""
    plain = " ".join(words.lower().split())
    return _BY_NOUN.get(plain) or _BY_NOUN.get(plain.removeprefix("current ").removeprefix("new "))


def by_verb(words: str) -> Hop | None:
    """Return the relation from subject to object that a verb names: "reports to", "looks after"."""
    plain = " ".join(words.split())
    return next((hop for pattern, hop in _SAID if pattern.fullmatch(plain)), None)


def turned(hop: Hop) -> Hop:
    """Return a relation seen from its other end."""
    return replace(hop, back=not hop.back)


def verb_first(words: str) -> tuple[Hop, str] | None:
    """Take the verb of a relation off the front of words, the longest that fits; return it and what follows."""
    best: tuple[int, Hop] | None = None
    for pattern, hop in _SAID:
        match = pattern.match(words)
        if (
            match is not None
            and words[match.end() : match.end() + 1] in (" ", "")
            and (best is None or match.end() > best[0])
        ):
            best = match.end(), hop
    return (best[1], words[best[0] :].strip()) if best is not None else None


def verb_last(words: str) -> tuple[str, Hop] | None:
    """Take the verb of a relation off the end of words: "Bob works for" gives Bob, works for."""
    for place in (match.start() for match in re.finditer(r"(?<= )\S", words)):
        hop = by_verb(words[place:])
        if hop is not None:
            return words[:place].strip(), hop
    return None
