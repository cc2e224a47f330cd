"""Publishing what may be shared, after it was committed: an employee's shareable memories into the pools.

`publish_some` reads its own truth by a mark (new episodes, changes that the log names, facts by the number of their
last change) and brings the pools to what that says now: there as it is, or not there. So it does not matter how often
it is done, or where a process dies between the pool's commit and its own.

In a pool a memory has the key OWNER/ID ("clara.diaz/e12"), and its words are data, whoever said them: what was an order
to one employee is none to another. A fact is there as a sentence. What is no longer shared becomes a row without words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from empla.faults import point
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.predicates import DIFFERENT, DOMAIN, MAIL_DOMAIN, SAME
from empla.memory.knowledge.recalling import sentence
from empla.memory.model import EpisodeKind, Importance, Kept
from empla.memory.sharing.pools import COMPANY, Pools, pool_of, shared_key, team
from empla.mind import codec
from empla.mind.codec import registered
from empla.mind.values import Source
from empla.store.leasing import LeaseLost
from empla.store.store import Store, instant

SENSOR: Final = "sharing"
"""Under which the table of cursors keeps how far it has come."""
AT_ONCE: Final = 50
"""Memories that one piece looks at."""

_EPISODE: Final = (
    "seq", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "importance",
    "visibility", "state",
)  # fmt: skip
_FACT: Final = (
    "seq", "subject", "predicate", "object", "object_entity", "visibility", "state", "closed_at", "overruled_by",
    "recorded_at", "begins", "ends", "people", "changed",
)  # fmt: skip
_UNSAID: Final = frozenset({SAME, DIFFERENT, MAIL_DOMAIN, DOMAIN})
_COLUMNS: Final = (
    "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "importance", "visibility",
    "source", "percept", "intention", "action", "document", "part", "state", "stands_for",
)  # fmt: skip
"""Columns of a shared memory."""
_GONE: Final[Mapping[str, Any]] = {
    "thread": "", "author": "", "people": "[]", "subject": "", "text": "", "outcome": "", "rationale": "",
    "state": Kept.FORGOTTEN.value,
}  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How far the truth was published: the last episode, change and fact; and as whose, for a team is a manager's.

    `pools` are those in which something was put: one that is gone is filled anew.
    """

    episode: int = 0
    change: int = 0
    fact: int = 0
    manager: str = ""
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One memory as it is to be shared: its key, the pool it belongs to ("" for none), and its columns."""

    key: str
    pool: str
    values: Mapping[str, Any]


def publish_some(store: Store, pools: Pools, at: datetime, *, wiped: Callable[[str], None]) -> bool:
    """Publish the next memories of an employee; return whether there may be more. `store` has its lease.

    Where nothing is new it costs three looks at a row. `wiped` is told of a pool of which words were withdrawn that
    are to be forgotten.
    """
    known = _so_far(store)
    manager = manager_of(store)
    moved = manager != known.manager
    if moved:
        if known.manager:
            leave(store.employee, pools, known.manager, at)
        known = Published(manager=manager)  # all of it is looked at again: it is another team
    if not all(map(pools.exists, known.pools)):
        known, moved = Published(manager=manager), True  # what was shared is made of the truth, and can be again
    following, told = _news(store, known)
    following = replace(following, pools=tuple(sorted({*known.pools, *(one.pool for one in told if one.pool)})))
    both = (COMPANY, team(manager))
    if not any(map(pools.exists, both)):
        told = [one for one in told if one.pool]
    if not told and not moved and _total(following) < _total(known) + AT_ONCE:
        return False  # nothing to tell: how far it has come is written down with what there is, or with many
    for pool in both:
        try:
            if _share(pools, pool, told, at):
                wiped(pool)
        except LeaseLost:  # somebody else publishes just now
            return True
        point("share:published")
    with store.transaction("share"):
        store.put("cursor", ("sensor",), ("body",), {"sensor": SENSOR, "body": codec.dumps(following)})
    return True


def leave(owner: str, pools: Pools, manager: str, at: datetime) -> None:
    """Withdraw what an employee who leaves shared with its team; what the company may know stays. Twice is as once."""
    pool = team(manager)
    if not pools.exists(pool):
        return
    with closing(pools.open(pool)) as shared:  # a look without the lease: who shared nothing makes no pool
        if next(_of(shared, owner), None) is None:
            return
    with pools.writing(pool) as shared, shared.transaction("leave"):
        for row in _of(shared, owner):
            _withdraw(shared, row.seq, at)


def manager_of(store: Store) -> str:
    """Return the address of whom an employee works for, "" if it does not know yet."""
    for row in store.find("belief", {"functor": "profile", "held": 1}, ("body",)):
        name, value = codec.loads(row.body).arguments
        if name == "manager":
            return str(value).lower()
    return ""


# what is new ----------------------------------------------------------------------------------------------------------


def _so_far(store: Store) -> Published:
    rows = store.find("cursor", {"sensor": SENSOR}, ("body",))
    found: Published = codec.loads(rows[0].body) if rows else Published()
    return found


def _total(known: Published) -> int:
    return known.episode + known.change + known.fact


def _news(store: Store, known: Published) -> tuple[Published, list[_Told]]:
    """Return what came or changed since, and the mark after it."""
    with store.reading():
        fresh = store.find("episode", (), _EPISODE, at_least={"seq": known.episode + 1}, limit=AT_ONCE)
        changes = store.find("consolidation", (), ("seq", "memory"), at_least={"seq": known.change + 1}, limit=AT_ONCE)
        numbers = sorted({int(row.memory[1:]) for row in changes if row.memory[:1] == "e"})
        changed = store.find("episode", (), _EPISODE, one_of=("seq", numbers)) if numbers else ()
        facts = store.find("fact", (), _FACT, at_least={"changed": known.fact + 1}, limit=AT_ONCE, order="changed")
        told = [_episode(store.employee, known.manager, row) for row in changed]
        # What is new and private was never shared: what made it private after it was has its place in the log.
        told += [new for row in fresh if (new := _episode(store.employee, known.manager, row)).pool]
        told += [_fact(store, known.manager, row) for row in facts]
    following = replace(
        known,
        episode=fresh[-1].seq if fresh else known.episode,
        change=changes[-1].seq if changes else known.change,
        fact=facts[-1].changed if facts else known.fact,
    )
    return following, list({one.key: one for one in told}.values())


def _episode(owner: str, manager: str, row: Any) -> _Told:
    values = {
        **{name: getattr(row, name) for name in _EPISODE if name not in ("seq", "state")},
        "thread": shared_key(owner, row.thread) if row.thread else "",
        "source": Source.PERCEPT.value,
        "state": row.state,
    }
    pool = pool_of(row.visibility, manager) if row.state == Kept.KEPT else ""
    return _Told(key=shared_key(owner, f"e{row.seq}"), pool=pool, values=values)


def _fact(store: Store, manager: str, row: Any) -> _Told:
    """Return a fact as a sentence."""
    facts = Facts(store)
    counts = row.state == Kept.KEPT and not row.closed_at and not row.overruled_by and row.predicate not in _UNSAID
    pool = pool_of(row.visibility, manager) if counts else ""
    words = sentence(row, _name(facts, row.subject), _name(facts, row.object_entity) or row.object) if pool else ""
    values = {
        "kind": EpisodeKind.TOLD.value,
        "at": row.recorded_at,
        "thread": "",
        "author": "",
        "people": row.people or "[]",
        "subject": "",
        "text": words,
        "outcome": "",
        "rationale": "",
        "importance": int(Importance.MEDIUM),
        "visibility": row.visibility,
        "source": Source.PERCEPT.value,
        "state": row.state,
    }
    return _Told(key=shared_key(store.employee, f"f{row.seq}"), pool=pool, values=values)


def _name(facts: Facts, entity: int) -> str:
    known = facts.entity(entity) if entity else None
    return known.name if known is not None else ""


# the pools ------------------------------------------------------------------------------------------------------------


def _share(pools: Pools, pool: str, told: Iterable[_Told], at: datetime) -> bool:
    """Bring a pool to what is told; return whether words went from it that are forgotten."""
    there = pools.exists(pool)
    mine = [one for one in told if there or one.pool == pool]
    if not mine:
        return False
    gone = False
    if all(one.pool != pool for one in mine):  # nothing to write for most: a look without the lease is enough
        with closing(pools.open(pool)) as shared:
            mine = [one for one in mine if shared.find("episode", {"key": one.key}, ("seq",))]
        if not mine:
            return False
    with pools.writing(pool) as shared, shared.transaction("share"):
        for one in mine:
            gone |= _put(shared, one, pool, at)
    return gone


def _put(shared: Store, one: _Told, pool: str, at: datetime) -> bool:
    rows = shared.find("episode", {"key": one.key}, ("seq", *_COLUMNS))
    if one.pool != pool:
        if rows and rows[0].state != Kept.FORGOTTEN:
            _withdraw(shared, rows[0].seq, at)
        return bool(rows) and one.values["state"] == Kept.FORGOTTEN
    values = {**dict.fromkeys(("percept", "intention", "action"), ""), "document": 0, "part": 0, "stands_for": 0}
    values |= one.values
    if not rows:
        shared.add("episode", {**values, "key": one.key, "recorded_at": instant(at)})
    elif changed := {name: values[name] for name in _COLUMNS if getattr(rows[0], name) != values[name]}:
        shared.change("episode", {"seq": rows[0].seq}, changed)
        _log(shared, rows[0].seq, "shared", at)
    return False


def _withdraw(shared: Store, number: int, at: datetime) -> None:
    shared.change("episode", {"seq": number}, _GONE)
    _log(shared, number, "withdrawn", at)


def _log(shared: Store, number: int, what: str, at: datetime) -> None:
    """Tell the pool's index that a row is otherwise now."""
    row = {"run": SENSOR, "step": what, "at": instant(at), "memory": f"e{number}", "what": what}
    shared.add("consolidation", {**row, "before": "", "after": ""})


def _of(shared: Store, owner: str) -> Iterator[Any]:
    """Iterate over what somebody shares in a pool."""
    prefix = shared_key(owner, "")
    for row in shared.find("episode", {"state": Kept.KEPT.value}, ("seq", "key")):
        if row.key.startswith(prefix):
            yield row
