"""What is known about somebody or something, by kinds: facts, people, what is open, last contacts, documents."""

from collections.abc import Sequence, Set
from datetime import timedelta
from typing import Final

from empla.memory.asking.happenings import addresses_named, found_for, own_share
from empla.memory.asking.looking import Known, Looking
from empla.memory.asking.parts import Part, cited_episode, cited_fact, fact_sentence, own_question
from empla.memory.asking.questions import Question
from empla.memory.asking.wording import day, quote, short
from empla.memory.knowledge.predicates import DIFFERENT, DOMAIN, MAIL_DOMAIN, SAME
from empla.memory.model import Cue, Entity, EpisodeKind
from empla.memory.text.analysis import roots

_NOT_TOLD: Final = frozenset({SAME, DIFFERENT, DOMAIN, MAIL_DOMAIN, "above"})
"""Predicates that are of use to us alone, or that say once more what others say."""
_FACTS, _PEOPLE, _CONTACTS, _DOCUMENTS, _MORE = 12, 10, 4, 3, 3
_ALL: Final = 1.0


def of_everything(looking: Looking, entity: Entity | None, question: Question, part: Part, zone: str) -> None:
    """Tell what is known, under headings."""
    if entity is not None:
        _facts(looking, entity, part)
    told = set(part.cited)  # words out of which relations alone were read are still to be told
    if entity is not None:
        _people(looking, entity, part)
    _open(looking, question.about, part, zone)
    addresses = [address for some in addresses_named(looking, [question.about]) for address in some]
    _contacts(looking, addresses, question, part, zone)
    _documents(looking, question, part, zone)
    told |= {cited for said in part.said for cited in said.cites}
    _said(looking, question, part, zone, told)
    part.known = part.known or bool(part.said)


def _now(looking: Looking, known: Known) -> bool:
    counts = not known.overruled and known.fact.predicate not in _NOT_TOLD
    return counts and known.holds(looking.at, looking.at + timedelta(microseconds=1))


def _facts(looking: Looking, entity: Entity, part: Part) -> None:
    known = [one for one in looking.facts(entity.number) if _now(looking, one)]
    for one in known[-_FACTS:]:
        part.say(f"{fact_sentence(looking, one)}.", cited_fact(looking, one, part), under="What is so")


def _people(looking: Looking, entity: Entity, part: Part) -> None:
    known = [one for one in looking.facts(entity.number, back=True) if _now(looking, one)]
    for one in known[-_PEOPLE:]:
        part.say(f"{fact_sentence(looking, one)}.", cited_fact(looking, one, part), under="Who and what belongs to it")


def _open(looking: Looking, about: str, part: Part, zone: str) -> None:
    """Tell the promises that are open; they are the manager's business, and shown to nobody else."""
    for content, due in looking.promises(about):
        until = f", due {day(due, zone)}" if due is not None else ""
        part.say(f"{short(content)}{until}.", under="Open promises")


def _contacts(looking: Looking, addresses: Sequence[str], question: Question, part: Part, zone: str) -> None:
    found = looking.together(addresses, since=question.since, until=question.until, limit=3 * _CONTACTS)
    own = own_question(looking, found)
    for one in [one for one in found if one.hit.id not in own][:_CONTACTS]:
        cited = cited_episode(looking, one.hit)
        when = day(one.hit.at, zone) if one.hit.at is not None else ""
        part.say(f"{when}: {quote(cited.text or cited.subject)}", cited, under="Last contacts")


def _documents(looking: Looking, question: Question, part: Part, zone: str) -> None:
    cue = Cue(words=question.about, at=looking.at, zone=zone, kinds=(EpisodeKind.PASSAGE,))
    for hit in [hit for hit in found_for(looking, cue, part) if own_share(hit, question.about) >= _ALL][:_DOCUMENTS]:
        cited = cited_episode(looking, hit, question.about)
        part.say(quote(cited.text), cited, under="In documents")


def _said(looking: Looking, question: Question, part: Part, zone: str, told: Set[str]) -> None:
    cue = Cue(words=question.about, at=looking.at, zone=zone, since=question.since, until=question.until)
    hits = [hit for hit in found_for(looking, cue, part) if hit.id.startswith("e") and hit.id not in told]
    named = [hit for hit in hits if own_share(hit, question.about) >= _ALL and roots(question.about)]
    for hit in [hit for hit in named if hit.kind != EpisodeKind.PASSAGE][:_MORE]:
        cited = cited_episode(looking, hit, question.about)
        part.say(quote(cited.text), cited, under="What was said")
