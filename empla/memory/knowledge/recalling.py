"""Facts as recall asks for them: whom words name, facts as sentences, and what stands in a relation that words name."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from empla.memory.knowledge.desk import COLUMNS
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.names import folded, folded_company
from empla.memory.knowledge.predicates import DIFFERENT, DOMAIN, MAIL_DOMAIN, PREDICATES, SAME, said, stated
from empla.memory.knowledge.sight import like, seen_by
from empla.memory.model import Basis, Entity, Recollection, Viewer, Visibility
from empla.mind.values import Source
from empla.store.store import Store

_LONGEST_NAME: Final = 6
"""Words that a name may have which is looked for in a text."""
_MOST_NAMES: Final = 400
_MOST_ROOTS: Final = 12
_UNSAID: Final = (SAME, DIFFERENT, MAIL_DOMAIN, DOMAIN)
"""Predicates that are evidence for others and answer nothing themselves."""
_PARTLY: Final = (
    "SELECT a.value, a.entity FROM alias a WHERE a.tenant_id = :by_tenant_id AND a.employee_id = :by_employee_id"
    " AND a.closed_at = '' AND a.kind = 'name'"
    " AND (a.value LIKE :first ESCAPE '!' OR a.value LIKE :last ESCAPE '!')"
)
_SPOKEN: Final = "(lower(f.object) LIKE :r{0} ESCAPE '!' OR f.predicate LIKE :r{0} ESCAPE '!')"
_CALLED: Final = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’-]+")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class RecalledFacts(Facts):
    """What recall asks of facts (`empla.memory.recall.sources.FactSource`)."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._sql = store.select

    # who is named ---------------------------------------------------------------------------------------------

    def named(self, words: str) -> Sequence[Entity]:
        """Return the entities that a text names, each where it stands for exactly one, in the order of the text."""
        found: dict[int, None] = {}
        taken: set[str] = set()
        for value, entities in sorted(self._full(words).items(), key=lambda one: (-len(one[0]), one[0])):
            if not any(f" {value} " in f" {longer} " for longer in taken):
                taken.add(value)
                if len(entities) == 1:
                    found[entities.pop()] = None
        for word in _CALLED.findall(words):
            plain = folded(re.sub(r"['’]s$", "", word))
            if plain and not any(plain in one.split() for one in taken):
                entities = self._partly(plain)
                if len(entities) == 1:
                    found[entities.pop()] = None
        return [entity for number in found if (entity := self.entity(number)) is not None]

    def _full(self, words: str) -> dict[str, set[int]]:
        """Return what names and addresses in a text may stand for."""
        plain = folded(re.sub(r"['’]s\b", "", words)).split()
        runs = {
            " ".join(plain[start:end])
            for start in range(len(plain))
            for end in range(start + 1, min(start + _LONGEST_NAME, len(plain)) + 1)
        }
        values = {*runs, *map(folded_company, runs), *(a.lower() for a in _ADDRESS.findall(words))}
        asked = sorted(values - {""}, key=lambda v: (-len(v), v))[:_MOST_NAMES]
        if not asked:
            return {}
        return self._meant(self._store.find("alias", {"closed_at": ""}, ("value", "entity"), one_of=("value", asked)))

    def _partly(self, word: str) -> set[int]:
        """Return who has a first or last name."""
        bound = {"first": f"{like(word)} %", "last": f"% {like(word)}"}
        rows = self._sql(_PARTLY, bound, ("value", "entity"), reads=("alias",))
        return {entity for entities in self._meant(rows).values() for entity in entities}

    def _meant(self, rows: Iterable[Any]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for row in rows:
            found.setdefault(row.value, set()).add(self.root(row.entity))
        return found

    # facts as sentences ---------------------------------------------------------------------------------------

    def recall(
        self, roots: Sequence[str], entities: Sequence[int], viewer: Viewer, limit: int
    ) -> Sequence[Recollection]:
        """Return facts that a viewer may see and that are about these entities or speak of these roots.

        What has ended is among them, and says so. First those about an entity that speak of most roots; what people
        said before what rules derived.
        """
        roots = [root for root in dict.fromkeys(roots) if len(root) > 2][:_MOST_ROOTS]
        if not roots and not entities:
            return ()
        members = sorted({member for entity in entities for member in self.members(entity)})
        bound: dict[str, Any] = {"most": limit}
        about = self._one_of("f.subject", members, bound) + " OR " + self._one_of("f.object_entity", members, bound)
        spoken = [_SPOKEN.format(n) for n in range(len(roots))]
        bound |= {f"r{n}": f"%{like(root.lower())}%" for n, root in enumerate(roots)}
        points = [f"(CASE WHEN {about} THEN 2 ELSE 0 END)", *(f"(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in spoken)]
        score = " + ".join(points)
        either = " OR ".join([about, *spoken])
        seen, more = seen_by(viewer, "f")
        unsaid = ", ".join(f"'{name}'" for name in _UNSAID)
        columns = ", ".join(f"f.{name}" for name in COLUMNS)
        # Names are our own, and every value is bound.
        text = (
            f"SELECT {columns} FROM fact f WHERE f.tenant_id = :by_tenant_id AND f.employee_id = :by_employee_id"  # noqa: S608
            f" AND f.closed_at = '' AND f.overruled_by = 0 AND f.state = 'kept' AND f.predicate NOT IN ({unsaid})"
            f" AND ({either}) AND {seen}"
            f" ORDER BY {score} DESC, (CASE WHEN f.basis = '{Basis.DERIVED}' THEN 1 ELSE 0 END), f.seq DESC LIMIT :most"
        )
        rows = self._sql(text, {**bound, **more}, COLUMNS, reads=("fact",))
        rests = self.rests_on(row.seq for row in rows)
        return [self._recollection(row, rests.get(row.seq, ())) for row in self._strongest(rows)]

    def _one_of(self, column: str, members: Sequence[int], bound: dict[str, Any]) -> str:
        if not members:
            return "1 = 0"
        bound |= {f"m{n}": member for n, member in enumerate(members)}
        return f"{column} IN ({', '.join(f':m{n}' for n in range(len(members)))})"

    def _recollection(self, row: Any, rests_on: tuple[str, ...]) -> Recollection:
        subject = self.entity(row.subject)
        obj = self.entity(row.object_entity) if row.object_entity else None
        people = [address for one in (subject, obj) if one is not None for address in one.addresses]
        return Recollection(
            id=f"f{row.seq}",
            kind="fact",
            at=datetime.fromisoformat(row.begins or row.recorded_at),
            text=sentence(row, subject.name if subject else "somebody", obj.name if obj else row.object),
            author=row.said_by,
            people=tuple(dict.fromkeys(people)),
            source=Source(row.source) if row.source else Source.PERCEPT,
            visibility=Visibility(row.visibility),
            rests_on=rests_on,
        )

    # relations ------------------------------------------------------------------------------------------------

    def related(self, words: str, entity: int, viewer: Viewer) -> Sequence[Entity]:
        """Return what stands to an entity in the relation that the words name ("the company that Bob works for")."""
        plain = f" {folded(words)} "
        found: dict[int, None] = {}
        for name, known in PREDICATES.items():
            if not known.object_kind or name in _UNSAID:
                continue
            past = known.said.replace("works", "worked").replace("reports", "reported")
            forms = {known.said, past, name.replace("_", " ")}
            if any(f" {form} " in plain for form in forms):
                found |= {f.object_entity: None for f in self.about(entity, predicates=(name,), viewer=viewer)}
                if not known.symmetric and f" {known.object_kind} " not in plain:
                    found |= {f.subject: None for f in self.pointing(entity, predicates=(name,), viewer=viewer)}
            elif known.said_back and f" {known.said_back} " in plain:
                found |= {f.subject: None for f in self.pointing(entity, predicates=(name,), viewer=viewer)}
        others = dict.fromkeys(self.root(number) for number in found if number)
        return [one for number in others if number != self.root(entity) and (one := self.entity(number)) is not None]


def sentence(row: Any, subject: str, obj: str) -> str:
    """Return a fact as a sentence: "Bob Stone works for Acme (until 2026-03-01)"."""
    if row.predicate in ("title", "role"):
        words = f"{subject} is {obj}"
    elif row.predicate in PREDICATES:
        words = stated(row.predicate, subject, obj)
    else:
        words = f"{subject}: {said(row.predicate)} {obj}"
    since = f"since {row.begins[:10]}" if row.begins else ""
    until = f"until {row.ends[:10]}" if row.ends else ""
    spans = ", ".join(part for part in (since, until) if part)
    return f"{words} ({spans})" if spans else words
