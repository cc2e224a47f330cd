"""From a question to an answer; each kind of question has its own way.

Facts come first, each a sentence; then what is remembered of what happened, quoted with who, when and where. What
cannot be told for certain is no answer: it is said not to be known, with what comes nearest.
"""

from collections.abc import Sequence
from datetime import datetime

from empla.memory.asking import facts, happenings, overview
from empla.memory.asking.answers import Answer, Said
from empla.memory.asking.looking import Looking
from empla.memory.asking.parts import Part
from empla.memory.asking.questions import Kind, Question, understood

NOT_KNOWN = "I do not know."


def answered(words: str, looking: Looking, at: datetime, zone: str, asker: Sequence[str] = ()) -> Answer:
    """Answer a question by what one viewer may look up; `asker` are the addresses of who asks."""
    question = understood(words, at, zone)
    part = Part()
    _answer(question, looking, part, zone, asker)
    if not (part.known or part.said):
        part.say(NOT_KNOWN)
    elif not part.known and not part.is_unsure and not part.said[0].text.endswith("?"):
        part.said.insert(0, Said(text=NOT_KNOWN))
    return Answer(
        question=words,
        kind=question.kind.value,
        known=part.known,
        said=tuple(part.said),
        nearest=() if part.known else tuple(part.nearest),
        cited=tuple(part.cited.values()),
        fact=part.fact,
        answerable=part.answerable,
        scores=part.scores,
        left_out=part.left_out,
    )


def _answer(question: Question, looking: Looking, part: Part, zone: str, asker: Sequence[str]) -> None:
    kind = question.kind
    if kind is Kind.VALUE:
        facts.of_value(looking, question, part, zone)
    elif kind is Kind.WAY:
        facts.of_way(looking, question, part, asker)
        if not part.said:
            happenings.of_beginning(looking, question, part, zone)
    elif kind is Kind.KNOWS:
        facts.of_knowing(looking, question, part)
        if not part.known:
            happenings.of_writers(looking, question, part, zone, asker)
    elif kind is Kind.LAST:
        happenings.of_contact(looking, question, part, zone)
    elif kind is Kind.SAID:
        happenings.of_saying(looking, question, part, zone, asker)
    elif kind is Kind.LIKE:
        happenings.of_likeness(looking, question, part, zone)
    elif kind is Kind.ABOUT:
        entity = facts.one_named(looking, question.about, part)
        if not part.said:
            overview.of_everything(looking, entity, question, part, zone)
    if not (part.known or part.said) and kind not in (Kind.ABOUT, Kind.LAST, Kind.LIKE):
        happenings.of_anything(looking, question, part, zone)
