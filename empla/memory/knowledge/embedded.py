"""The knowledge graph in the tables themselves: recursive SQL, the same on SQLite and PostgreSQL.

There is nothing to bring up to date: what the last commit wrote is what is walked.
"""

# ruff: noqa: S608 - names in statements are our own, every value is bound

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from empla.memory.knowledge.graph import WIDEST, Edge, Neighbour, bounded
from empla.memory.knowledge.predicates import DIFFERENT, SAME
from empla.memory.knowledge.sight import seen_by
from empla.memory.knowledge.walking import WalkedGraph
from empla.memory.model import EVERYTHING, Viewer
from empla.store.store import Store, instant

_OWN: Final = "{0}.tenant_id = :by_tenant_id AND {0}.employee_id = :by_employee_id"
_STEP: Final = f"""
    CROSS JOIN entity m CROSS JOIN fact f CROSS JOIN entity o
    WHERE {_OWN.format("m")} AND m.seq IN (
            SELECT {{here}} UNION ALL SELECT x.seq FROM entity x WHERE {_OWN.format("x")} AND x.stands_for = {{here}})
        AND {_OWN.format("f")} AND f.seq IN (
            SELECT a.seq FROM fact a WHERE {_OWN.format("a")} AND a.subject = m.seq
            UNION ALL SELECT b.seq FROM fact b WHERE {_OWN.format("b")} AND b.object_entity = m.seq)
        AND {{counts}}
        AND {_OWN.format("o")} AND o.seq = CASE WHEN f.subject = m.seq THEN f.object_entity ELSE f.subject END"""
"""From an entity, by way of all that are one with it, over facts in either direction, to what they lead to.

A file has no statistics for its planner. So it is joined in this order (to SQLite a cross join says so), and conditions
that other indexes could serve, worse, are written so that none does.
"""
_OTHER: Final = "CASE WHEN o.stands_for > 0 THEN o.stands_for ELSE o.seq END"
_START: Final = (
    "SELECT CASE WHEN e.stands_for > 0 THEN e.stands_for ELSE e.seq END FROM entity e"
    " WHERE e.tenant_id = :by_tenant_id AND e.employee_id = :by_employee_id AND e.seq = :entity"
)


class EmbeddedGraph(WalkedGraph):
    """Walks the facts of a store (`empla.memory.knowledge.graph.KnowledgeGraph`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def neighbourhood(
        self,
        entity: int,
        depth: int = 1,
        *,
        predicates: Sequence[str] = (),
        viewer: Viewer = EVERYTHING,
        at: datetime | None = None,
    ) -> Sequence[Neighbour]:
        """Return what is reached in at most `depth` steps, in either direction, by these predicates (all if none)."""
        counts, values = _counting(predicates, viewer, at)
        text = (
            "WITH RECURSIVE begin(entity) AS ("
            f"{_START}), reached(entity, steps) AS (SELECT entity, 0 FROM begin UNION SELECT {_OTHER}, r.steps + 1"
            f" FROM reached r {_STEP.format(here='r.entity', counts=counts)} AND r.steps < :depth)"
            " SELECT entity, MIN(steps) FROM reached GROUP BY entity HAVING MIN(steps) > 0 ORDER BY 2, 1 LIMIT :widest"
        )
        bound = {**values, "entity": entity, "depth": bounded(depth), "widest": WIDEST}
        rows = self._store.select(text, bound, ("entity", "steps"), reads=("fact", "entity"))
        return [Neighbour(entity=row.entity, steps=row.steps) for row in rows]

    def catch_up(self) -> int:
        """Return 0: there is nothing to take over."""
        return 0

    def rebuild(self) -> None:
        """Do nothing: the tables are the truth."""

    def close(self) -> None:
        """Do nothing: the store is its owner's."""

    def _between(
        self, entities: Sequence[int], predicates: Sequence[str], viewer: Viewer, at: datetime | None
    ) -> list[Edge]:
        counts, values = _counting(predicates, viewer, at)
        start = ", ".join(f":s{n}" for n in range(len(entities)))
        text = (
            "WITH begin(entity) AS (SELECT DISTINCT CASE WHEN e.stands_for > 0 THEN e.stands_for ELSE e.seq END"
            " FROM entity e WHERE e.tenant_id = :by_tenant_id AND e.employee_id = :by_employee_id"
            f" AND e.seq IN ({start})) SELECT DISTINCT f.seq, f.predicate,"
            f" CASE WHEN f.subject = m.seq THEN b.entity ELSE {_OTHER} END,"
            f" CASE WHEN f.subject = m.seq THEN {_OTHER} ELSE b.entity END"
            f" FROM begin b {_STEP.format(here='b.entity', counts=counts)} AND b.entity <> {_OTHER} ORDER BY f.seq"
        )
        bound = {**values, **{f"s{n}": entity for n, entity in enumerate(entities)}}
        rows = self._store.select(text, bound, ("fact", "predicate", "subject", "object"), reads=("fact", "entity"))
        return [Edge(**row._asdict()) for row in rows]

    def _root(self, entity: int) -> int:
        rows = self._store.find("entity", {"seq": entity}, ("stands_for",))
        return int(rows[0].stands_for or entity) if rows else entity


def _counting(predicates: Sequence[str], viewer: Viewer, at: datetime | None) -> tuple[str, Mapping[str, Any]]:
    """Return the condition that a fact `f` counts and may be seen, and its values."""
    seen, more = seen_by(viewer, "f")
    bound = dict(more)
    where = ["f.object_entity + 0 > 0", "f.closed_at || '' = ''", "f.overruled_by = 0", "f.state = 'kept'", seen]
    if at is None:
        where.append("f.ends = ''")
    else:
        where.append("f.begins <= :at AND (f.ends = '' OR f.ends > :at)")
        bound["at"] = instant(at)
    if predicates:
        bound |= {f"p{n}": name for n, name in enumerate(predicates)}
        where.append(f"f.predicate || '' IN ({', '.join(f':p{n}' for n in range(len(predicates)))})")
    else:
        where.append(f"f.predicate || '' NOT IN ('{SAME}', '{DIFFERENT}')")
    return " AND ".join(where), bound
