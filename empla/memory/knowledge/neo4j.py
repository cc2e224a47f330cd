"""The knowledge graph in Neo4j: a copy of what counts, kept up to date from the tables, asked in Cypher.

Entities are nodes, each with the number of what stands for it; facts that count are relationships between what stands
for their ends. All carry tenant and employee, so one server serves many, and every statement is held to both and to
what the viewer may see. A copy that is lost, or newer than the tables, is made again.

How far the tables were read is a node of its own. Each portion is read and written while that node is locked: two
processes that catch up at once wait for each other, and neither writes what is older than what stands there.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from empla.errors import ExternalError, InputError, SignedOut
from empla.memory.knowledge.desk import padded
from empla.memory.knowledge.graph import WIDEST, Edge, Neighbour, bounded
from empla.memory.knowledge.predicates import DIFFERENT, SAME
from empla.memory.knowledge.walking import WalkedGraph
from empla.memory.model import EVERYTHING, Viewer
from empla.store.store import Store, instant

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

USER_VARIABLE: Final = "EMPLA_GRAPH_USER"
PASSWORD_VARIABLE: Final = "EMPLA_GRAPH_PASSWORD"  # noqa: S105 - the name of a variable

_PORTION: Final = 1_000
"""Changed rows that one transaction takes over."""
_WAIT_S: Final = 10.0
_FACT: Final = (
    "seq", "subject", "predicate", "object_entity", "closed_at", "overruled_by", "state", "begins", "ends",
    "visibility", "people", "changed",
)  # fmt: skip

_SEEN: Final = "($everything OR r.visibility >= $least OR any(a IN $addresses WHERE a IN r.people))"
_COUNTS: Final = (
    "r.tenant = $tenant AND r.employee = $employee AND (size($predicates) = 0 OR r.predicate IN $predicates) AND "
    "(CASE WHEN $at = '' THEN r.ends = '' ELSE r.begins <= $at AND (r.ends = '' OR r.ends > $at) END) AND " + _SEEN
)
_BETWEEN: Final = (
    "MATCH (a:EmplaEntity)-[r:EMPLA_FACT]-(b:EmplaEntity)"
    " WHERE a.tenant = $tenant AND a.employee = $employee AND a.number IN $entities AND " + _COUNTS + " RETURN DISTINCT"
    " r.fact AS fact, r.predicate AS predicate, startNode(r).number AS subject, endNode(r).number AS object"
    " ORDER BY fact"
)
_STEP: Final = (
    "MATCH (a:EmplaEntity)-[r:EMPLA_FACT]-(b:EmplaEntity)"
    " WHERE a.tenant = $tenant AND a.employee = $employee AND a.number IN $entities AND " + _COUNTS + " RETURN DISTINCT"
    " b.number AS number ORDER BY number"
)
_SCHEMA: Final = (
    "CREATE CONSTRAINT empla_entity IF NOT EXISTS FOR (n:EmplaEntity) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT empla_cursor IF NOT EXISTS FOR (n:EmplaCursor) REQUIRE n.key IS UNIQUE",
    "CREATE INDEX empla_number IF NOT EXISTS FOR (n:EmplaEntity) ON (n.tenant, n.employee, n.number)",
    "CREATE INDEX empla_fact IF NOT EXISTS FOR ()-[r:EMPLA_FACT]-() ON (r.key)",
)
_LOCK: Final = (
    "MERGE (c:EmplaCursor {key: $key}) ON CREATE SET c.tenant = $tenant, c.employee = $employee, c.facts = 0,"
    " c.entities = 0 SET c.asked = coalesce(c.asked, 0) + 1 RETURN c.facts AS facts, c.entities AS entities"
)
_ENTITIES: Final = (
    "UNWIND $rows AS row MERGE (n:EmplaEntity {key: row.key}) SET n.tenant = $tenant, n.employee = $employee,"
    " n.number = row.number, n.root = row.root, n.kind = row.kind, n.name = row.name"
)
_GONE: Final = "UNWIND $keys AS key MATCH ()-[r:EMPLA_FACT {key: key}]->() DELETE r"
_FACTS: Final = (
    "UNWIND $rows AS row MATCH (a:EmplaEntity {key: row.subject}), (b:EmplaEntity {key: row.object})"
    " CREATE (a)-[:EMPLA_FACT {key: row.key, tenant: $tenant, employee: $employee, fact: row.fact,"
    " predicate: row.predicate, begins: row.begins, ends: row.ends, visibility: row.visibility,"
    " people: row.people}]->(b)"
)
_READ: Final = "MATCH (c:EmplaCursor {key: $key}) SET c.facts = $facts, c.entities = $entities"
_ERASE: Final = (
    "MATCH (n) WHERE (n:EmplaEntity OR n:EmplaCursor) AND n.tenant = $tenant AND n.employee = $employee"
    " WITH n LIMIT $most DETACH DELETE n RETURN count(*) AS erased"
)


def driver_of(url: str) -> "Driver":
    """Return a driver for a server, signed in as the environment says (EMPLA_GRAPH_USER, EMPLA_GRAPH_PASSWORD).

    InputError for a URL that is none, for one that is not encrypted and not on this machine, or without the package.
    """
    found = urlsplit(url)
    if found.scheme not in ("bolt", "neo4j", "bolt+s", "neo4j+s") or not found.hostname or found.password:
        raise InputError(
            "the URL of the graph cannot be used", next_step="give bolt://127.0.0.1:7687 or neo4j+s://HOST"
        )
    if not found.scheme.endswith("+s") and found.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise InputError(
            f"{found.scheme} to {found.hostname} would not be encrypted", next_step=f"give {found.scheme}+s://..."
        )
    try:
        from neo4j import GraphDatabase  # imported on first use: few employees have a graph elsewhere
    except ModuleNotFoundError as error:
        raise InputError("a graph in Neo4j needs its driver", next_step="pip install 'empla[neo4j]'") from error
    user, password = os.environ.get(USER_VARIABLE, ""), os.environ.get(PASSWORD_VARIABLE, "")
    return GraphDatabase.driver(
        url,
        auth=(user or "neo4j", password) if password else None,
        connection_timeout=_WAIT_S,
        connection_acquisition_timeout=_WAIT_S,
        max_transaction_retry_time=_WAIT_S,
        warn_notification_severity="OFF",
        telemetry_disabled=True,
    )


class Neo4jGraph(WalkedGraph):
    """One employee's graph on a server (`empla.memory.knowledge.graph.KnowledgeGraph`); `store` is the truth to read.

    ExternalError when the server is away or refuses, SignedOut when it does not let us in.
    """

    def __init__(self, store: Store, driver: "Driver", *, tenant: str = "main") -> None:
        self._store = store
        self._driver = driver
        self._own = {"tenant": tenant, "employee": store.employee}
        self._key = f"{tenant}/{store.employee}"
        self._is_ready = False

    # asking ---------------------------------------------------------------------------------------------------

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
        start = self._root(entity)
        found: dict[int, int] = {start: 0}
        here = [start]
        for step in range(1, bounded(depth) + 1):
            rows = self._asked(_STEP, {"entities": here, **_conditions(predicates, viewer, at)})
            here = [row["number"] for row in rows if row["number"] not in found]
            found |= dict.fromkeys(here, step)
        del found[start]
        return [Neighbour(entity=number, steps=steps) for number, steps in _nearest(found)]

    def _between(
        self, entities: Sequence[int], predicates: Sequence[str], viewer: Viewer, at: datetime | None
    ) -> list[Edge]:
        roots = sorted({self._root(entity) for entity in entities})
        rows = self._asked(_BETWEEN, {"entities": roots, **_conditions(predicates, viewer, at)})
        return [Edge(**row) for row in rows]

    def _root(self, entity: int) -> int:
        text = "MATCH (n:EmplaEntity {key: $key}) RETURN n.root AS root"
        rows = self._asked(text, {"key": self._numbered(entity)})
        return int(rows[0]["root"]) if rows else entity

    def _asked(self, text: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._session() as session:
            found: list[dict[str, Any]] = session.execute_read(lambda tx: tx.run(text, {**values, **self._own}).data())
            return found

    # keeping up -----------------------------------------------------------------------------------------------

    def catch_up(self) -> int:
        """Take over what changed in the truth; return how many entities and facts that were."""
        self._prepare()
        taken = 0
        while True:
            with self._session() as session:
                portion: int = session.execute_write(self._take_over)
            if portion < 0:
                self.rebuild()
                return taken
            taken += portion
            if not portion:
                return taken

    def rebuild(self) -> None:
        """Erase this employee's copy and make it anew from the truth."""
        self.erase()
        with self._session() as session:
            while session.execute_write(self._take_over) > 0:
                pass

    def erase(self) -> None:
        """Erase this employee's copy."""
        self._prepare()
        with self._session() as session:
            while session.execute_write(lambda tx: tx.run(_ERASE, {**self._own, "most": _PORTION}).single()["erased"]):
                pass

    def close(self) -> None:
        """Let go of the server."""
        self._driver.close()

    def _prepare(self) -> None:
        if not self._is_ready:
            with self._session() as session:
                for text in _SCHEMA:
                    session.run(text).consume()
            self._is_ready = True

    def _take_over(self, tx: "ManagedTransaction") -> int:
        """Take over one portion; return how many rows that were, -1 if the copy is newer than the tables."""
        lock = tx.run(_LOCK, {"key": self._key, **self._own}).single(strict=True)
        facts, entities = int(lock["facts"]), int(lock["entities"])
        if facts > self._newest("fact") or entities > self._newest("entity"):
            return -1
        people = self._changed("entity", entities, ("seq", "kind", "name", "state", "stands_for", "changed"))
        tx.run(_ENTITIES, {"rows": [self._node(row) for row in people], **self._own}).consume()
        changed = [] if people else self._changed("fact", facts, _FACT)
        moved = self._about([row.seq for row in people])
        self._copy(tx, [*moved, *changed])
        entities = max([entities, *(row.changed for row in people)])
        facts = max([facts, *(row.changed for row in changed)])
        tx.run(_READ, {"key": self._key, "facts": facts, "entities": entities}).consume()
        return len(people) + len(changed)

    def _copy(self, tx: "ManagedTransaction", rows: Sequence[Any]) -> None:
        tx.run(_GONE, {"keys": [self._numbered(row.seq) for row in rows]}).consume()
        counting = [row for row in rows if _counts(row)]
        roots = self._roots({number for row in counting for number in (row.subject, row.object_entity)})
        ends = [(row, roots[row.subject], roots[row.object_entity]) for row in counting]
        edges = [self._relationship(row, one, other) for row, one, other in ends if one != other]
        tx.run(_FACTS, {"rows": edges, **self._own}).consume()

    # the truth ------------------------------------------------------------------------------------------------

    def _changed(self, table: str, since: int, columns: tuple[str, ...]) -> Sequence[Any]:
        return self._store.find(table, {}, columns, at_least={"changed": since + 1}, order="changed", limit=_PORTION)

    def _newest(self, table: str) -> int:
        rows = self._store.find(table, {}, ("changed",), order="changed", newest=True, limit=1)
        return int(rows[0].changed) if rows else 0

    def _about(self, entities: Sequence[int]) -> list[Any]:
        """Return the facts of which one of these is an end: what stands for it may be another now."""
        found: dict[int, Any] = {}
        for column in ("subject", "object_entity") if entities else ():
            found |= {row.seq: row for row in self._store.find("fact", {}, _FACT, one_of=(column, padded(entities)))}
        return [found[number] for number in sorted(found)]

    def _roots(self, entities: set[int]) -> dict[int, int]:
        if not entities:
            return {}
        rows = self._store.find("entity", {}, ("seq", "stands_for"), one_of=("seq", padded(sorted(entities))))
        return {row.seq: row.stands_for or row.seq for row in rows}

    def _node(self, row: Any) -> dict[str, Any]:
        name = "" if row.state == "forgotten" else row.name
        root = row.stands_for or row.seq
        return {"key": self._numbered(row.seq), "number": row.seq, "root": root, "kind": row.kind, "name": name}

    def _relationship(self, row: Any, subject: int, obj: int) -> dict[str, Any]:
        return {
            "key": self._numbered(row.seq),
            "subject": self._numbered(subject),
            "object": self._numbered(obj),
            "fact": row.seq,
            "predicate": row.predicate,
            "begins": row.begins,
            "ends": row.ends,
            "visibility": row.visibility,
            "people": json.loads(row.people or "[]"),
        }

    def _numbered(self, number: int) -> str:
        return f"{self._key}/{number}"

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Give a session; what the driver raises is put into our words."""
        from neo4j.exceptions import AuthError, DriverError, Neo4jError

        try:
            with self._driver.session() as session:
                yield session
        except AuthError as error:
            raise SignedOut(
                "the graph server does not let us in", next_step=f"set {USER_VARIABLE} and {PASSWORD_VARIABLE}"
            ) from error
        except (Neo4jError, DriverError, OSError) as error:
            code = getattr(error, "code", "") or type(error).__name__
            raise ExternalError(f"the graph server failed: {code}") from error


def _conditions(predicates: Sequence[str], viewer: Viewer, at: datetime | None) -> dict[str, Any]:
    return {
        "predicates": list(predicates),
        "everything": viewer.everything,
        "least": int(viewer.least),
        "addresses": [address.lower() for address in viewer.addresses],
        "at": instant(at) if at is not None else "",
    }


def _counts(row: Any) -> bool:
    is_edge = row.object_entity and row.predicate not in (SAME, DIFFERENT)
    return bool(is_edge and not row.closed_at and not row.overruled_by and row.state == "kept")


def _nearest(found: Mapping[int, int]) -> list[tuple[int, int]]:
    return sorted(found.items(), key=lambda one: (one[1], one[0]))[:WIDEST]
