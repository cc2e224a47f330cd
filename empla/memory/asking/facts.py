"""Answers out of facts: values over one step or several, who knows about something, and ways between two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from empla.memory.asking.looking import Known, Looking
from empla.memory.asking.parts import Part, cited_fact, ends_of, fact_sentence
from empla.memory.asking.questions import Question
from empla.memory.asking.relations import Hop
from empla.memory.asking.wording import day, listed, value
from empla.memory.knowledge.predicates import COLLEAGUES, SINGLE
from empla.memory.model import Basis, Entity

_INSTANT: Final = timedelta(microseconds=1)
_MOST: Final = 12
_MOST_FORMER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One fact that was walked along, and where it leads."""

    known: Known
    to: int


def one_named(looking: Looking, words: str, part: Part) -> Entity | None:
    """Return whom or what a name means; None if nobody, or several: then the part asks which."""
    found = looking.named(words)
    exact = [one for one in found if one.name.casefold() == words.casefold()]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if found:
        names = listed(
            (f"{one.name} ({one.addresses[0]})" if one.addresses else f"{one.name} (a {one.kind})" for one in found),
            "or",
        )
        part.say(f"I know several called {words}. Whom do you mean: {names}?")
    return None


def of_value(looking: Looking, question: Question, part: Part, zone: str) -> None:
    """Answer what stands in a relation to somebody or something, now or when the question says."""
    start = one_named(looking, question.about, part)
    if start is None:
        return
    since, until = _span(looking, question)
    here, walked = [start.number], list[_Step]()
    for hop in question.hops[:-1]:
        steps = [step for entity in here for step in _steps(looking, entity, hop, since, until)]
        steps = [step for step in steps if step.to]
        walked += steps
        here = list(dict.fromkeys(step.to for step in steps))
        if not here:
            return
    last = question.hops[-1]
    found = {s.known.id: s.known for entity in here for s in _steps(looking, entity, last, since, until)}
    former = [known for entity in here for known in _former(looking, entity, last)]
    if question.former:
        _tell_former(looking, former, part, zone)
    else:
        _tell(looking, list(found.values()), former, question, part, zone)
    if part.known:
        for step in walked:
            part.say(f"{fact_sentence(looking, step.known)}.", cited_fact(looking, step.known, part))


def _span(looking: Looking, question: Question) -> tuple[datetime, datetime]:
    """Return between which instants a value is asked for: now, just before an end, or as the question says."""
    since, until = question.since, question.until
    if since is None and until is None:
        return looking.at, looking.at + _INSTANT
    if since is None and until is not None:
        return until - _INSTANT, until
    assert since is not None
    return since, until or max(looking.at, since) + _INSTANT


def _steps(looking: Looking, entity: int, hop: Hop, since: datetime, until: datetime) -> Sequence[_Step]:
    if hop.predicate == COLLEAGUES:
        return _colleagues(looking, entity, until)
    found = _holding(looking, entity, hop, since, until)
    if not found and hop.otherwise:
        return _holding(looking, entity, replace(hop, predicate=hop.otherwise), since, until)
    return found


def _colleagues(looking: Looking, entity: int, until: datetime) -> Sequence[_Step]:
    """Return who works with somebody: by the fact of each of them, and where those lead."""
    at = until - _INSTANT if until - _INSTANT < looking.at else None
    return [_Step(known=facts[0], to=who) for who, facts in looking.colleagues(entity, at).items() if facts]


def _holding(looking: Looking, entity: int, hop: Hop, since: datetime, until: datetime) -> Sequence[_Step]:
    known = looking.facts(entity, hop.predicate, back=hop.back)
    held = [one for one in known if not one.overruled and one.holds(since, until)]
    strongest: dict[tuple[object, ...], Known] = {}
    for one in sorted(held, key=lambda one: list(Basis).index(one.fact.basis), reverse=True):
        strongest.setdefault((*ends_of(looking, one), one.begins), one)
    return [
        _Step(known=one, to=one.fact.subject if hop.back else one.fact.object_entity)
        for one in held
        if one in strongest.values()
    ]


def _former(looking: Looking, entity: int, hop: Hop) -> list[Known]:
    """Return what was so before and is over by now, the latest first."""
    known = looking.facts(entity, hop.predicate, back=hop.back)
    over = [one for one in known if not one.overruled and one.ends is not None and one.ends <= looking.at]
    return sorted(over, key=lambda one: (one.ends or looking.at, one.fact.number), reverse=True)


def _tell(looking: Looking, found: list[Known], former: list[Known], question: Question, part: Part, zone: str) -> None:
    if not found:
        if former and not question.when:
            part.say("I do not know what it is now.")
            part.near(f"{_was(looking, former[0], zone)}.", cited_fact(looking, former[0], part))
        return
    part.known = True
    part.fact = found[0].id if len(found) == 1 else ""
    over = bool(question.when)
    for known in found[:_MOST]:
        is_over = known.ends is not None and known.ends <= looking.at
        said = _was(looking, known, zone) if is_over else fact_sentence(looking, known)
        part.say(f"{said}.", cited_fact(looking, known, part))
    if len(found) > _MOST:
        part.say(f"And {len(found) - _MOST} more.")
    if former and not over and found[0].fact.predicate in SINGLE and not question.hops[-1].back:
        part.say(f"{_until(looking, former[0], zone)}.", cited_fact(looking, former[0], part))


def _tell_former(looking: Looking, former: list[Known], part: Part, zone: str) -> None:
    for known in former[:_MOST_FORMER]:
        part.known = True
        part.say(f"{_was(looking, known, zone)}.", cited_fact(looking, known, part))
    part.fact = former[0].id if len(former) == 1 else ""


def _was(looking: Looking, known: Known, zone: str) -> str:
    """Return a fact that is over, with since when and until when it was so as far as that is known."""
    since = f"since {day(known.begins, zone)}" if known.begins is not None else ""
    until = f"until {day(known.ends, zone)}" if known.ends is not None else ""
    when = f"from {since.removeprefix('since ')} {until}" if since and until else since or until
    return f"{fact_sentence(looking, known, then=True)} {when}".strip()


def _until(looking: Looking, known: Known, zone: str) -> str:
    when = f"Until {day(known.ends, zone)}" if known.ends is not None else "Before"
    return f"{when} it was {value(ends_of(looking, known)[1])}"


# who knows, and ways --------------------------------------------------------------------------------------------------


def of_knowing(looking: Looking, question: Question, part: Part) -> None:
    """Answer who knows about something, by facts."""
    for topic in looking.named(question.about):
        for known in looking.facts(topic.number, "knows_about", back=True):
            if not known.overruled and known.holds(looking.at, looking.at + _INSTANT):
                part.known = True
                part.say(f"{fact_sentence(looking, known)}.", cited_fact(looking, known, part))


def of_way(looking: Looking, question: Question, part: Part, asker: Sequence[str]) -> None:
    """Answer how two are joined: by the facts on the shortest way; from the asker where only one is named."""
    one = one_named(looking, question.about, part)
    if one is None:
        return
    other = one_named(looking, question.other, part) if question.other else _first_named(looking, asker)
    if other is None:
        return
    way = looking.way(other.number, one.number)
    for known in way:
        part.known = True
        part.say(f"{fact_sentence(looking, known)}.", cited_fact(looking, known, part))


def _first_named(looking: Looking, addresses: Sequence[str]) -> Entity | None:
    return next((found[0] for address in addresses if (found := looking.named(address))), None)
