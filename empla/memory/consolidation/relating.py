"""Who works with whom, by how often they write to each other; and what somebody is called by themselves.

Neither is said in words, so both are the weaker for it: a relation is put down anew when the count passes a mark, and
grows surer with each. How somebody signs is an observation that the mind weighs (`empla.mind.preferences`): only of the
manager and of those in one house with the employee, never of outsiders (law 5).
"""

import json
from datetime import datetime
from typing import Final

from empla.capabilities.email.domains import domain_of, house
from empla.memory.consolidation.claims import Turn
from empla.memory.consolidation.progress import Tell
from empla.memory.consolidation.rates import INFERRED, WORKS_WITH_STEPS
from empla.memory.consolidation.signatures import signed_name
from empla.memory.knowledge.names import folded, is_shared_box, words_of
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.resolving import entity_of
from empla.memory.knowledge.statements import Statement
from empla.memory.model import EpisodeKind
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.mind.preferences import CALL, MOST, OBSERVED_PREFERENCE, PREFERENCE_SEEN, Preferred
from empla.mind.values import Origin, Source
from empla.store.store import Store

WORKS_WITH: Final = "works_with"
_MOST_COUNTED: Final = max(WORKS_WITH_STEPS)


def relate(store: Store, turn: Turn, own: str, at: datetime) -> None:
    """Note whom the author of a mail works with, where this mail makes it often enough."""
    others = [one for one in turn.people if one not in (turn.author, own) and "@" in one and not is_shared_box(one)]
    if turn.kind is not EpisodeKind.MAIL or not turn.author or turn.author == own or not others:
        return
    least = {"seq": int(turn.id[1:])}
    rows = store.find("episode", {"author": turn.author}, ("people",), at_most=least, limit=_MOST_COUNTED, newest=True)
    written = [set(json.loads(row.people)) for row in rows]
    for other in others[:5]:  # of a mail to many, the first are those it is to
        count = sum(other in people for people in written)
        if count in WORKS_WITH_STEPS:
            _put_down(store, turn, other, count, at)


def _put_down(store: Store, turn: Turn, other: str, count: int, at: datetime) -> None:
    one, two = entity_of(store, turn.author, at, evidence=turn.id), entity_of(store, other, at, evidence=turn.id)
    if one == two:
        return
    statement = Statement(
        key=f"read:{turn.id}:{WORKS_WITH}:{other}",
        subject=one,
        predicate=WORKS_WITH,
        object_entity=two,
        confidence=round(INFERRED + 0.1 * WORKS_WITH_STEPS.index(count), 2),
        rests_on=(turn.id,),
        visibility=turn.visibility,
        source=Source.RECORD,
    )
    record_fact(store, statement, at)


def observe(store: Store, turn: Turn, own: str, tell: Tell, at: datetime) -> None:
    """Tell the mind how somebody of the house signs, where that is not the name they have."""
    name = signed_name(turn.signature)
    inside = bool(turn.author) and house(domain_of(turn.author)) == house(domain_of(own))
    if turn.kind is not EpisodeKind.MAIL or len(words_of(name)) != 1 or not inside or turn.author == own:
        return
    known = _observed(store, turn.author)
    formal = {words_of(full)[0] for full in _names(store, turn.author) if len(words_of(full)) > 1}
    if known is None and (not formal or folded(name) in formal):
        return  # as anybody would call them
    if known is not None and known.value == name and known.confidence >= MOST:
        return  # there is no more to learn
    fields = {"person": turn.author, "key": CALL, "scope": "", "value": name, "evidence": (turn.id,)}
    origin = Origin(Source.RECORD, turn.id)
    tell(store, Percept(key=f"{PREFERENCE_SEEN}:{turn.id}", kind=PREFERENCE_SEEN, fields=fields, origin=origin), at)


def _observed(store: Store, person: str) -> Preferred | None:
    for row in store.find("belief", {"functor": OBSERVED_PREFERENCE, "held": 1}, ("body",)):
        about, key, _, value = codec.loads(row.body).arguments
        if (about, key) == (person, CALL) and isinstance(value, Preferred):
            return value
    return None


def _names(store: Store, address: str) -> list[str]:
    rows = store.find("alias", {"value": address, "kind": "address", "closed_at": ""}, ("entity",))
    return [n.shown for row in rows for n in store.find("alias", {"entity": row.entity, "kind": "name"}, ("shown",))]
