"""What answers are put together from: statements, what they cite, and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from empla.memory.asking.answers import Cited, Said
from empla.memory.asking.looking import Known, Looked, Looking
from empla.memory.asking.wording import QUOTED, only_asks, sentence, short, telling
from empla.memory.model import Basis, Entity, Recollection

NOT_SURE: Final = "I am not sure, but"
_BEHIND: Final = 3
"""Episodes and facts that are shown behind a fact."""


@dataclass(slots=True, kw_only=True)
class Part:
    """An answer, or a part of one, while it is put together."""

    said: list[Said] = field(default_factory=list)
    nearest: list[Said] = field(default_factory=list)
    cited: dict[str, Cited] = field(default_factory=dict)
    known: bool = False
    is_unsure: bool = False
    fact: str = ""
    answerable: float = 0.0
    scores: dict[str, Mapping[str, float]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    def say(self, text: str, *cites: Cited, under: str = "") -> None:
        """Add a statement that rests on what it cites."""
        self.said.append(Said(text=text, cites=self._cite(cites), under=under))

    def near(self, text: str, *cites: Cited) -> None:
        """Add something that is no answer but comes near one."""
        self.nearest.append(Said(text=text, cites=self._cite(cites)))

    def unsure(self, quoted: str, *cites: Cited) -> None:
        """Say what may be the answer, and that it is not certain."""
        self.is_unsure = True
        self.say(f"{NOT_SURE} {quoted}", *cites)

    def _cite(self, cites: Iterable[Cited]) -> tuple[str, ...]:
        found = tuple(cites)
        self.cited |= {one.id: one for one in found}
        return tuple(one.id for one in found)

    def behind(self, found: Iterable[Cited]) -> None:
        """Let something be known that a cited fact rests on."""
        self.cited |= {one.id: one for one in found if one.id not in self.cited}


def cited_episode(looking: Looking, hit: Recollection, question: str = "") -> Cited:
    """Return an episode as it is cited, with the sentence of it that tells most."""
    return Cited(
        id=hit.id,
        kind=hit.kind,
        at=hit.at,
        who=looking.name_of(hit.author),
        subject=short(hit.subject, 80),
        text=telling(hit.text, question, QUOTED),
        place=looking.document(hit.id) if hit.kind == "passage" else "",
    )


def cited_fact(looking: Looking, known: Known, part: Part) -> Cited:
    """Return a fact as it is cited; what it rests on and may be seen goes with it into the part."""
    fact = known.fact
    visible = looking.episodes(fact.rests_on)
    episodes = sorted(visible.values(), key=lambda one: one.hit.at or looking.at)[-_BEHIND:]
    rests = [cited_episode(looking, one.hit, fact.object) for one in reversed(episodes)]
    premises = _premises(looking, known) if fact.basis is Basis.DERIVED else []
    part.behind([*rests, *premises])
    return Cited(
        id=known.id,
        kind="fact",
        at=fact.recorded_at,
        who=looking.name_of(fact.said_by),
        text=fact_sentence(looking, known),
        predicate=fact.predicate,
        rests_on=tuple(one.id for one in (*rests, *premises)),
    )


def _premises(looking: Looking, known: Known) -> list[Cited]:
    """Return the facts from which a fact follows, as far as they may be seen."""
    numbers = [int(one[1:]) for one in known.fact.rests_on if one.startswith("f")]
    found = [premise for n in numbers[:_BEHIND] if (premise := looking.fact(n)) is not None]
    return [Cited(id=one.id, kind="fact", at=one.fact.recorded_at, text=fact_sentence(looking, one)) for one in found]


def fact_sentence(looking: Looking, known: Known, *, then: bool = False) -> str:
    """Return a fact in words, without a full stop."""
    subject, obj = ends_of(looking, known)
    return sentence(subject, known.fact.predicate, obj, then=then)


def ends_of(looking: Looking, known: Known) -> tuple[str, str]:
    """Return how subject and object of a fact are called."""
    subject = looking.entity(known.fact.subject)
    entity = looking.entity(known.fact.object_entity) if known.fact.object_entity else None
    return (subject.name if subject else "somebody"), (entity.name if entity else known.fact.object)


def addresses_of(entities: Sequence[Entity]) -> tuple[str, ...]:
    """Return the addresses of all of them."""
    return tuple(dict.fromkeys(address for one in entities for address in one.addresses))


def own_question(looking: Looking, found: Sequence[Looked]) -> set[str]:
    """Return the ids of episodes that are the question, or answers of memory: an answer never rests on another."""
    plans = looking.plans([one.intention for one in found])
    asking = looking.percepts_of(ASKING, [one.percept for one in found])
    asked = {one.hit.id for one in found if looking.without and one.percept == looking.without}
    asked |= {one.hit.id for one in found if one.percept in asking and only_asks(one.hit.text)}
    return asked | {one.hit.id for one in found if plans.get(one.intention) in OWN_PLANS}


ASKING: Final = frozenset({"tell-from-memory", "tell-a-colleague", "tell-task-from-memory", "tell-status"})
"""Plans that answer out of memory: what set them off is a question to it."""
OWN_PLANS: Final = ASKING | {"correct-memory", "remember-told"}
"""Plans whose mails and decisions tell what is remembered already."""
