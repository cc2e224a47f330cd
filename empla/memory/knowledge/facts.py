"""Reading facts: what counts now, what did at a time in the world, and what was believed at a time before.

Facts are about what stands for an entity and all that is one with it. Of several that say the same the strongest is
returned; `history` has them all. Who is one with whom is as it is believed now, also where the past is asked for.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from empla.memory.knowledge import policy
from empla.memory.knowledge.desk import COLUMNS
from empla.memory.knowledge.predicates import SINGLE, SYMMETRIC
from empla.memory.knowledge.sight import seen_by
from empla.memory.model import EVERYTHING, Basis, Entity, Fact, Viewer, Visibility
from empla.store.store import Store, instant

_MANY: Final = 400
_KEYED: Final = "f.tenant_id = :by_tenant_id AND f.employee_id = :by_employee_id"


class Facts:
    """Reads what is known from a store; `viewer` of each question holds in its statement."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # entities -------------------------------------------------------------------------------------------------

    def entity(self, number: int) -> Entity | None:
        """Return what stands for an entity, with all names and addresses of those that are one with it."""
        rows = self._store.find("entity", {"seq": number}, ("kind", "name", "state", "stands_for"))
        if rows and rows[0].stands_for:
            number = rows[0].stands_for
            rows = self._store.find("entity", {"seq": number}, ("kind", "name", "state", "stands_for"))
        if not rows or rows[0].state == "forgotten":
            return None
        known = self._store.find(
            "alias", {"closed_at": ""}, ("kind", "value", "shown"), one_of=("entity", self.members(number))
        )
        names = dict.fromkeys(row.shown for row in known if row.kind == "name" and row.shown != rows[0].name)
        addresses = dict.fromkeys(row.value for row in known if row.kind == "address")
        return Entity(
            number=number, kind=rows[0].kind, name=rows[0].name, names=tuple(names), addresses=tuple(addresses)
        )

    def root(self, entity: int) -> int:
        """Return what stands for an entity."""
        rows = self._store.find("entity", {"seq": entity}, ("stands_for",))
        return int(rows[0].stands_for or entity) if rows else entity

    def members(self, entity: int) -> tuple[int, ...]:
        """Return all that are one with an entity, what stands for them first."""
        root = self.root(entity)
        return (root, *(row.seq for row in self._store.find("entity", {"stands_for": root}, ("seq",))))

    # facts ----------------------------------------------------------------------------------------------------

    def fact(self, number: int, viewer: Viewer = EVERYTHING) -> Fact | None:
        """Return a fact, believed or not; None if there is none, or the viewer may not see it."""
        found = self._read("f.seq = :number", {"number": number}, viewer)
        return self._made(found)[0] if found else None

    def about(
        self,
        entity: int,
        *,
        predicates: Sequence[str] = (),
        at: datetime | None = None,
        known_at: datetime | None = None,
        viewer: Viewer = EVERYTHING,
    ) -> Sequence[Fact]:
        """Return what counts of an entity as subject, in order of predicate and number.

        `at` is a time in the world, None for what has no end yet; `known_at` is the time as of whose belief it is
        asked, None for now. Facts that hold in both directions are found from their objects, too.
        """
        members = self.members(entity)
        rows = self._around(members, "subject", predicates, viewer)
        both = [p for p in (predicates or sorted(SYMMETRIC)) if p in SYMMETRIC]
        if both:
            here = {row.seq for row in rows}
            rows += [row for row in self._around(members, "object_entity", both, viewer) if row.seq not in here]
        return self._counting(rows, at, known_at)

    def pointing(
        self,
        entity: int,
        *,
        predicates: Sequence[str] = (),
        at: datetime | None = None,
        known_at: datetime | None = None,
        viewer: Viewer = EVERYTHING,
    ) -> Sequence[Fact]:
        """Return what counts of an entity as object (see `about`): who works for a company, say."""
        return self._counting(self._around(self.members(entity), "object_entity", predicates, viewer), at, known_at)

    def history(self, entity: int, predicate: str = "", *, viewer: Viewer = EVERYTHING) -> Sequence[Fact]:
        """Return all that was ever recorded of an entity, closed and overruled ones too, the oldest in the world first.

        `overruled_by` and `closed_why` say why one does not count.
        """
        rows = self._around(self.members(entity), "subject", (predicate,) if predicate else (), viewer)
        rows.sort(key=lambda r: (r.predicate, r.begins or r.valid_from or r.recorded_at, r.seq))
        return self._made(rows)

    def _around(self, members: Sequence[int], column: str, predicates: Sequence[str], viewer: Viewer) -> list[Any]:
        bound: dict[str, Any] = {f"m{n}": member for n, member in enumerate(members)}
        where = f"f.{column} IN ({', '.join(f':{name}' for name in bound)})"
        if predicates:
            named = {f"p{n}": name for n, name in enumerate(predicates)}
            where += f" AND f.predicate IN ({', '.join(f':{name}' for name in named)})"
            bound |= named
        return self._read(where, bound, viewer)

    def _read(self, where: str, bound: Mapping[str, Any], viewer: Viewer) -> list[Any]:
        seen, more = seen_by(viewer, "f")
        columns = ", ".join(f"f.{name}" for name in COLUMNS)
        # Names are our own, and every value is bound.
        text = f"SELECT {columns} FROM fact f WHERE {_KEYED} AND {where} AND {seen} ORDER BY f.predicate, f.seq"  # noqa: S608
        return self._store.select(text, {**bound, **more}, COLUMNS, reads=("fact",))

    # what counts ----------------------------------------------------------------------------------------------

    def _counting(self, rows: Sequence[Any], at: datetime | None, known_at: datetime | None) -> Sequence[Fact]:
        rows = [row for row in rows if row.state == "kept"]
        if known_at is None:
            spans = {row.seq: (row.begins, row.ends) for row in rows if not row.closed_at and not row.overruled_by}
        else:
            spans = self._believed_then(rows, instant(known_at))
        when = instant(at) if at is not None else ""
        counting = [row for row in rows if row.seq in spans and _covers(spans[row.seq], when)]
        return self._made(self._strongest(counting), spans)

    def _believed_then(self, rows: Sequence[Any], then: str) -> dict[int, tuple[str, str]]:
        """Return from when to when each fact counted that was believed then.

        What overruled what follows from all that was believed, seen or not; of that only numbers and times are read.
        """
        believed = [row for row in rows if was_believed(row, then)]
        spans = {row.seq: (row.valid_from, row.valid_to) for row in believed}
        groups = {(self.root(row.subject), row.predicate) for row in believed if row.predicate in SINGLE}
        for root, predicate in sorted(groups):
            all_of_it = self._around(self.members(root), "subject", (predicate,), EVERYTHING)
            said = [
                policy.Said(r.seq, r.basis, r.valid_from, r.valid_to, r.recorded_at)
                for r in all_of_it
                if was_believed(r, then)
            ]
            for number, how in policy.counted(said).items():
                if number in spans and how.overruled_by:
                    del spans[number]
                elif number in spans:
                    spans[number] = (how.begins, how.ends)
        return spans

    def _strongest(self, rows: Sequence[Any]) -> list[Any]:
        """Return of the facts that say the same the strongest, in the order in which they came."""
        best: dict[tuple[Any, ...], Any] = {}
        ends = {number for row in rows for number in (row.subject, row.object_entity) if number}
        roots = {number: self.root(number) for number in sorted(ends)}
        for row in rows:
            subject, obj = roots[row.subject], roots.get(row.object_entity, row.object)
            if subject == obj:
                continue
            both = row.predicate in SYMMETRIC and row.object_entity
            key = (row.predicate, *(sorted((subject, obj)) if both else (subject, obj)))
            if key not in best or _strength(row) > _strength(best[key]):
                best[key] = row
        return sorted(best.values(), key=lambda row: (row.predicate, row.seq))

    def _made(self, rows: Sequence[Any], spans: Mapping[int, tuple[str, str]] | None = None) -> list[Fact]:
        rests = self.rests_on(row.seq for row in rows)
        return [fact_of(row, (spans or {}).get(row.seq), rests.get(row.seq, ())) for row in rows]

    def rests_on(self, facts: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the ids of what facts rest on, of all their proofs."""
        numbers = list(dict.fromkeys(facts))
        found: dict[int, dict[str, None]] = {}
        for start in range(0, len(numbers), _MANY):
            some = numbers[start : start + _MANY]
            for row in self._store.find("support", {}, ("fact", "supporter"), one_of=("fact", some)):
                found.setdefault(row.fact, {})[row.supporter] = None
        return {number: tuple(ids) for number, ids in found.items()}


def was_believed(row: Any, then: str) -> bool:
    """Return whether a fact was believed at an instant: after it was recorded, before it was closed, in no gap."""
    if row.recorded_at > then or (row.closed_at and row.closed_at <= then):
        return False
    return not any(closed <= then < reopened for closed, reopened in json.loads(row.gaps or "[]"))


def _covers(span: tuple[str, str], at: str) -> bool:
    begins, ends = span
    return (begins <= at and (not ends or at < ends)) if at else not ends


def _strength(row: Any) -> tuple[int, float, int]:
    return list(Basis).index(Basis(row.basis)), row.confidence, -row.seq


def moment(text: str) -> datetime | None:
    """Return the instant that a column holds; None where it is open."""
    return datetime.fromisoformat(text) if text else None


def fact_of(row: Any, span: tuple[str, str] | None, rests_on: tuple[str, ...]) -> Fact:
    """Return the fact of a row; `span` is from when to when it holds, None as it counts by all that is believed now."""
    begins, ends = span or (row.begins, row.ends)
    return Fact(
        number=row.seq,
        subject=row.subject,
        predicate=row.predicate,
        object=row.object,
        object_entity=row.object_entity,
        basis=Basis(row.basis),
        confidence=row.confidence,
        said_by=row.said_by,
        valid_from=moment(begins),
        valid_to=moment(ends),
        recorded_at=moment(row.recorded_at),
        closed_at=moment(row.closed_at),
        closed_why=row.closed_why,
        replaces=row.replaces,
        overruled_by=row.overruled_by,
        rule=row.rule,
        visibility=Visibility(row.visibility),
        rests_on=rests_on,
    )
