"""The predicates that are known: whether one value at a time counts, what their objects are, and how they are said.

Others may be used; of them several values hold at once, and objects are texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from empla.errors import InputError

SAME: Final = "same_as"
"""Two entities are one: what a merge is."""
DIFFERENT: Final = "different_from"
"""Two entities are not one, however alike they look."""
MAIL_DOMAIN: Final = "mail_domain"
"""The domain of an address of somebody."""
DOMAIN: Final = "domain"
"""A domain that is a company's."""
COLLEAGUES: Final = "colleague_of"
"""Two work together. Of whom that is not said it is worked out when it is asked, from whom they work for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """What is known of a predicate.

    `said` and, seen from the object, `said_back` put it into words; what begins with "'s" is written to the name.
    `single`: of each subject one value counts at a time, and a later one ends the former. `subject_kind` is the kind of
    entity of which it is said, "" where that may be any; `object_kind` the kind that its objects are, "" for texts.
    `symmetric`: it holds as well from object to subject.
    """

    said: str
    said_back: str = ""
    single: bool = False
    subject_kind: str = ""
    object_kind: str = ""
    symmetric: bool = False


PREDICATES: Final[Mapping[str, Predicate]] = {
    "works_for": Predicate(
        said="works for", subject_kind="person", said_back="employs", single=True, object_kind="company"
    ),
    "contact_at": Predicate(
        said="is our contact at", said_back="has as our contact", subject_kind="person", object_kind="company"
    ),
    "reports_to": Predicate(
        said="reports to", subject_kind="person", said_back="has as a report", single=True, object_kind="person"
    ),
    "assistant": Predicate(
        said="has as an assistant", subject_kind="person", said_back="assists", single=True, object_kind="person"
    ),
    "above": Predicate(said="is above", subject_kind="person", said_back="is below", object_kind="person"),
    "title": Predicate(said="is", subject_kind="person", single=True),
    "role": Predicate(said="has the role", single=True),
    "phone": Predicate(said="has the phone number", subject_kind="person", single=True),
    "birthday": Predicate(said="has the birthday", subject_kind="person", single=True),
    "lives_in": Predicate(said="lives in", subject_kind="person", single=True),
    "located_in": Predicate(said="is located in", single=True),
    "zone": Predicate(said="is in the time zone", single=True),
    "language": Predicate(said="writes in", single=True),
    "status": Predicate(said="has the status", single=True),
    "price": Predicate(said="costs", single=True),
    "budget": Predicate(said="has a budget of", single=True),
    "deadline": Predicate(said="is due on", single=True),
    "renewal_date": Predicate(said="'s renewal is on", subject_kind="company", single=True),
    "account_owner": Predicate(
        said="is looked after by", subject_kind="company", said_back="looks after", single=True, object_kind="person"
    ),
    "part_of": Predicate(said="is part of", said_back="has as a part", single=True, object_kind="company"),
    "member_of": Predicate(said="is in", subject_kind="person", said_back="has in it", object_kind="team"),
    "customer_of": Predicate(
        said="is a customer of", subject_kind="company", said_back="has as a customer", object_kind="company"
    ),
    "supplier_of": Predicate(
        said="is a supplier of", subject_kind="company", said_back="has as a supplier", object_kind="company"
    ),
    "uses": Predicate(said="uses", said_back="is used by", object_kind="product"),
    "works_on": Predicate(said="works on", subject_kind="person", said_back="is worked on by", object_kind="project"),
    "knows_about": Predicate(said="knows about", subject_kind="person", said_back="is known to", object_kind="topic"),
    "wrote_about": Predicate(
        said="has written about", subject_kind="person", said_back="was written about by", object_kind="topic"
    ),
    "interested_in": Predicate(
        said="is interested in", subject_kind="person", said_back="interests", object_kind="topic"
    ),
    "knows": Predicate(said="knows", subject_kind="person", said_back="knows", object_kind="person", symmetric=True),
    "married_to": Predicate(
        said="is married to", subject_kind="person", said_back="is married to", object_kind="person", symmetric=True
    ),
    COLLEAGUES: Predicate(
        said="is a colleague of",
        subject_kind="person",
        said_back="is a colleague of",
        object_kind="person",
        symmetric=True,
    ),
    "likes": Predicate(said="likes"),
    "prefers": Predicate(said="prefers"),
    MAIL_DOMAIN: Predicate(said="writes from"),
    DOMAIN: Predicate(said="has the domain"),
    SAME: Predicate(said="is the same as", said_back="is the same as", symmetric=True),
    DIFFERENT: Predicate(said="is somebody else than", said_back="is somebody else than", symmetric=True),
}

_OTHER: Final = Predicate(said="")
SINGLE: Final = frozenset(name for name, known in PREDICATES.items() if known.single)
SYMMETRIC: Final = frozenset(name for name, known in PREDICATES.items() if known.symmetric)
LONGEST_NAME: Final = 80
"""Characters that the name of a predicate may have."""


def predicate(name: str) -> Predicate:
    """Return what is known of a predicate."""
    return PREDICATES.get(name, _OTHER)


def said(name: str, *, back: bool = False) -> str:
    """Return the words for a predicate between subject and object, or between object and subject."""
    known = predicate(name)
    words = (known.said_back if back else known.said) or name.replace("_", " ")
    return f"{words} of" if back and not known.said_back else words


def stated(name: str, subject: str, obj: str) -> str:
    """Return what a predicate says of a subject and an object: "Acme's renewal is on 3 March 2027"."""
    words = said(name)
    return f"{subject}{words} {obj}" if words.startswith("'s ") else f"{subject} {words} {obj}"


def predicate_name(text: str) -> str:
    """Return the name of the predicate that a person typed ("works for"); InputError if it is none."""
    words = " ".join(text.lower().replace("_", " ").replace("-", " ").split())
    for name, known in PREDICATES.items():
        if words in (name.replace("_", " "), known.said.removeprefix("'s ")) and name not in (SAME, DIFFERENT):
            return name
    made = words.replace(" ", "_")
    if not made or not made.isidentifier() or len(made) > LONGEST_NAME:
        raise InputError(f"{text!r} names no predicate", next_step="a few words, such as `works for` or `title`")
    return made
