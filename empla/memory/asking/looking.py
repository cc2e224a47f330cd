"""What is looked up for an answer: entities, facts now and before, episodes; never more than the viewer may see.

The viewer's bounds stand in every statement, so what may not be seen is never read.
"""

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from empla.errors import ExternalError, SignedOut
from empla.memory.knowledge.embedded import EmbeddedGraph
from empla.memory.knowledge.facts import Facts, fact_of, moment
from empla.memory.knowledge.graph import KnowledgeGraph
from empla.memory.knowledge.names import folded, folded_company, name_in_address
from empla.memory.knowledge.sight import like, seen_by
from empla.memory.model import Cue, Entity, EpisodeKind, Fact, Recalled, Recollection, Viewer, Visibility
from empla.memory.text.analysis import roots
from empla.mind import codec
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.values import Source
from empla.store.store import Store, instant

CONTACT: Final = (EpisodeKind.MAIL, EpisodeKind.SENT, EpisodeKind.EVENT, EpisodeKind.QUESTION)
"""Kinds of episode in which people have to do with one another."""
_MOST: Final = 200
_Found = TypeVar("_Found")
_BANG: Final = "'!'"
_FACT: Final = (
    "seq", "subject", "predicate", "object", "object_entity", "basis", "confidence", "said_by", "valid_from",
    "valid_to", "recorded_at", "closed_at", "closed_why", "replaces", "rule", "visibility", "begins", "ends",
    "overruled_by",
)  # fmt: skip
_EPISODE: Final = (
    "seq", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "source",
    "visibility", "intention", "document", "percept",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact as it counts: from `begins` until `ends` by all that is believed now."""

    fact: Fact
    begins: datetime | None
    ends: datetime | None
    overruled: bool = False

    @property
    def id(self) -> str:
        """By what it is cited."""
        return f"f{self.fact.number}"

    def holds(self, since: datetime | None, until: datetime | None) -> bool:
        """Return whether it held at some instant from `since` until before `until`."""
        begun = self.begins is None or until is None or self.begins < until
        return begun and (self.ends is None or since is None or self.ends > since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An episode as an answer needs it."""

    hit: Recollection
    outcome: str = ""
    rationale: str = ""
    intention: str = ""
    percept: str = ""


class Looking:
    """Looks up for one viewer, at one time."""

    def __init__(
        self,
        store: Store,
        recall: Callable[[Cue], Recalled],
        viewer: Viewer,
        at: datetime,
        without: str = "",
        graph: KnowledgeGraph | None = None,
    ) -> None:
        self._store = store
        self._recall = recall
        self._graph = graph or EmbeddedGraph(store)
        self.viewer = viewer
        self.without = without
        self.at = at
        self._known = Facts(store)
        self._entities: dict[int, Entity | None] = {}

    # entities -------------------------------------------------------------------------------------------------

    def named(self, words: str) -> Sequence[Entity]:
        """Return whom or what a name may mean: by the whole name, else by a word of it, else by an address."""
        plain = folded(words)
        if not plain:
            return ()
        numbers = self._aliases("value", sorted({plain, folded_company(words), words.strip().lower()}))
        if not numbers:
            numbers = self._by_word(plain)
        found = {entity.number: entity for n in numbers if (entity := self.entity(n)) is not None}
        return tuple(found[n] for n in sorted(found)) or self._writing(plain)

    def _writing(self, plain: str) -> Sequence[Entity]:
        """Return who writes under a name by their address, where nobody is known by it yet: each as entity 0."""
        name = like(plain.replace(" ", "."))
        either = {"whole": f"{name}@%", "first": f"{name}.%@%", "last": f"%.{name}@%"}
        seen, more = seen_by(self.viewer, "episode")
        text = (
            "SELECT author FROM episode WHERE tenant_id = :by_tenant_id AND employee_id = :by_employee_id"  # noqa: S608
            f" AND state = 'kept' AND ({' OR '.join(f'author LIKE :{key} ESCAPE {_BANG}' for key in either)})"
            f" AND {seen} GROUP BY author ORDER BY author LIMIT :most"
        )
        rows = self._store.select(text, {**either, **more, "most": _MOST}, ("author",), reads=("episode",))
        return tuple(
            Entity(
                number=0, kind="person", name=(name_in_address(row.author) or plain).title(), addresses=(row.author,)
            )
            for row in rows
        )

    def _aliases(self, column: str, values: Sequence[Any]) -> list[int]:
        rows = self._store.find("alias", {"closed_at": ""}, ("entity",), one_of=(column, values))
        return [row.entity for row in rows]

    def _by_word(self, plain: str) -> list[int]:
        text = (
            "SELECT entity FROM alias WHERE tenant_id = :by_tenant_id AND employee_id = :by_employee_id"
            " AND closed_at = '' AND kind = 'name' AND (value LIKE :first ESCAPE '!' OR value LIKE :last ESCAPE '!')"
        )
        values = {"first": f"{like(plain)} %", "last": f"% {like(plain)}"}
        return [row.entity for row in self._store.select(text, values, ("entity",), reads=("alias",))]

    def entity(self, number: int) -> Entity | None:
        """Return an entity, or the one that stands for it; None if it is forgotten."""
        if number not in self._entities:
            self._entities[number] = self._known.entity(number)
        return self._entities[number]

    def name_of(self, address: str) -> str:
        """Return how whoever has an address is called; the address where nobody knows."""
        for number in self._aliases("value", [address.lower()]) if address else ():
            if (entity := self.entity(number)) is not None and entity.kind == "person":
                return entity.name
        return name_in_address(address).title() or address

    # facts ----------------------------------------------------------------------------------------------------

    def facts(self, entity: int, predicate: str = "", *, back: bool = False) -> Sequence[Known]:
        """Return what is believed of an entity as subject, or with `back` as object: now and before, the latest
        last."""
        column = "object_entity" if back else "subject"
        where = ["closed_at = ''", "state = 'kept'"]
        values: dict[str, Any] = {}
        for place, member in enumerate(self._known.members(entity)):
            values[f"m{place}"] = member
        where.append(f"{column} IN ({', '.join(f':{name}' for name in values)})")
        if predicate:
            where.append("predicate = :predicate")
            values["predicate"] = predicate
        return self._facts(where, values)

    def fact(self, number: int) -> Known | None:
        """Return a fact, also one that is believed no more; None if the viewer may not see it."""
        found = self._facts(["seq = :number"], {"number": number})
        return found[0] if found else None

    def history(self, entity: int, predicate: str) -> Sequence[Known]:
        """Return all that was ever recorded of what an entity is in one way, also what is believed no more."""
        bound = {f"m{place}": member for place, member in enumerate(self._known.members(entity))}
        where = [f"subject IN ({', '.join(f':{name}' for name in bound)})", "predicate = :predicate"]
        return self._facts(where, {**bound, "predicate": predicate})

    def _facts(self, where: Sequence[str], values: Mapping[str, Any]) -> Sequence[Known]:
        seen, more = seen_by(self.viewer, "fact")
        # The table's columns are fixed names and every value is bound.
        text = (
            f"SELECT {', '.join(_FACT)} FROM fact WHERE tenant_id = :by_tenant_id"  # noqa: S608
            f" AND employee_id = :by_employee_id AND {' AND '.join([*where, seen])} ORDER BY begins, seq"
        )
        rows = self._store.select(text, {**values, **more}, _FACT, reads=("fact",))
        rests = self._known.rests_on(row.seq for row in rows)
        return [_known(row, rests.get(row.seq, ())) for row in rows]

    def way(self, one: int, other: int) -> Sequence[Known]:
        """Return the facts on a shortest way between two entities; none if there is none."""
        edges = self._walked(lambda graph: graph.path(one, other, viewer=self.viewer))
        return [known for edge in edges if (known := self.fact(edge.fact)) is not None]

    def colleagues(self, person: int, at: datetime | None) -> Mapping[int, Sequence[Known]]:
        """Return who is a colleague of somebody at a time (None: now), each with the facts that make them so."""
        found = self._walked(lambda graph: graph.colleagueships(person, viewer=self.viewer, at=at))
        return {
            who: [known for edge in edges if (known := self.fact(edge.fact)) is not None]
            for who, edges in found.items()
        }

    def _walked(self, ask: Callable[[KnowledgeGraph], _Found]) -> _Found:
        try:
            return ask(self._graph)
        except (ExternalError, SignedOut):  # a copy elsewhere, which is away: the tables have it all
            return ask(EmbeddedGraph(self._store))

    # episodes -------------------------------------------------------------------------------------------------

    def recall(self, cue: Cue) -> Recalled:
        """Recall as this viewer."""
        return self._recall(replace(cue, viewer=self.viewer))

    def episodes(self, ids: Iterable[str]) -> Mapping[str, Looked]:
        """Return episodes by their ids, those that the viewer may see."""
        numbers = sorted({int(i[1:]) for i in ids if i[:1] == "e" and i[1:].isdigit()})[:_MOST]
        if not numbers:
            return {}
        bound = {f"n{place}": number for place, number in enumerate(numbers)}
        where = [f"seq IN ({', '.join(f':{name}' for name in bound)})"]
        return {f"e{row.seq}": _looked(row) for row in self._episodes(where, bound, "seq", len(numbers))}

    def together(
        self,
        addresses: Sequence[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        kinds: Sequence[EpisodeKind] = CONTACT,
        newest: bool = True,
        limit: int = 10,
    ) -> Sequence[Looked]:
        """Return episodes in which one of these has taken part, the newest first, or the eldest."""
        where, bound = _of(addresses, "who")
        if since is not None:
            where.append("at >= :since")
            bound["since"] = instant(since)
        where.append("at < :until")
        bound["until"] = instant(min(until, self.at) if until is not None else self.at)
        where.append(f"kind IN ({', '.join(f':k{n}' for n in range(len(kinds)))})")
        bound |= {f"k{n}": kind.value for n, kind in enumerate(kinds)}
        return [_looked(row) for row in self._episodes(where, bound, "at DESC" if newest else "at", limit)]

    def after(self, one: Recollection, limit: int = 6) -> Sequence[Looked]:
        """Return what came next in the thread of an episode."""
        if not one.thread or one.at is None:
            return ()
        where = ["thread = :thread", "at > :since", "at < :until"]
        bound = {"thread": one.thread, "since": instant(one.at), "until": instant(self.at)}
        return [_looked(row) for row in self._episodes(where, bound, "at", limit)]

    def plans(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the plan of each of these intentions."""
        wanted = sorted({i for i in ids if i})
        rows = self._store.find("intention", {}, ("id", "plan"), one_of=("id", wanted)) if wanted else ()
        return {row.id: row.plan for row in rows}

    def percepts_of(self, plans: Container[str], percepts: Sequence[str]) -> frozenset[str]:
        """Return those of these percepts that set off one of these plans."""
        wanted = sorted({key for key in percepts if key})
        rows = self._store.find("intention", {}, ("percept", "plan"), one_of=("percept", wanted)) if wanted else ()
        return frozenset(row.percept for row in rows if row.plan in plans)

    def document(self, episode: str) -> str:
        """Return the name of the document that an episode is a passage of; of what a colleague shares, whose it is."""
        if not episode[1:].isdecimal():
            return episode.partition("/")[0].removeprefix("@")
        rows = self._store.find("episode", {"seq": int(episode[1:])}, ("document",))
        found = self._store.find("document", {"seq": rows[0].document}, ("name",)) if rows else ()
        return str(found[0].name) if found else ""

    def promises(self, about: str) -> Sequence[tuple[str, datetime | None]]:
        """Return the open promises whose words name something, with when they are due; for who sees everything."""
        if not self.viewer.everything:
            return ()
        wanted = set(roots(about))
        found = []
        for functor in (COMMITMENT, EXPECTATION):
            for row in self._store.find("belief", {"functor": functor, "held": 1}, ("body",)):
                made = codec.loads(row.body).arguments[1]
                if (
                    isinstance(made, Commitment)
                    and made.standing is Standing.OPEN
                    and wanted <= set(roots(made.content))
                ):
                    found.append((made.content, made.due))
        return found

    def _episodes(self, where: Sequence[str], bound: Mapping[str, Any], order: str, limit: int) -> list[Any]:
        seen, more = seen_by(self.viewer, "episode")
        text = (
            f"SELECT {', '.join(_EPISODE)} FROM episode WHERE tenant_id = :by_tenant_id"  # noqa: S608
            f" AND employee_id = :by_employee_id AND state = 'kept' AND {' AND '.join([*where, seen])}"
            f" ORDER BY {order} LIMIT :most"
        )
        return self._store.select(text, {**bound, **more, "most": limit}, _EPISODE, reads=("episode",))


def _of(addresses: Sequence[str], name: str) -> tuple[list[str], dict[str, Any]]:
    """Return the condition that one of these takes part; `people` is a JSON list of addresses."""
    bound = {f"{name}{n}": f"%{like(json.dumps(one.lower()))}%" for n, one in enumerate(addresses)}
    either = " OR ".join(f"people LIKE :{key} ESCAPE '!'" for key in bound)
    return [f"({either})" if either else "1 = 0"], bound


def _known(row: Any, rests_on: tuple[str, ...]) -> Known:
    fact = fact_of(row, (row.valid_from, row.valid_to), rests_on)
    begins, ends = moment(row.begins or row.valid_from), moment(row.ends or row.valid_to)
    return Known(fact=fact, begins=begins, ends=ends, overruled=bool(row.overruled_by))


def _looked(row: Any) -> Looked:
    hit = Recollection(
        id=f"e{row.seq}",
        kind=row.kind,
        at=datetime.fromisoformat(row.at),
        text=row.text,
        author=row.author,
        people=tuple(json.loads(row.people or "[]")),
        thread=row.thread,
        subject=row.subject,
        source=Source(row.source) if row.source else Source.PERCEPT,
        visibility=Visibility(row.visibility),
    )
    return Looked(hit=hit, outcome=row.outcome, rationale=row.rationale, intention=row.intention, percept=row.percept)


def address_like(text: str) -> bool:
    """Return whether words are an address."""
    with suppress(ValueError):
        local, domain = text.split("@")
        return bool(local and "." in domain and " " not in text)
    return False
