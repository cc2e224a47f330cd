"""Facts beside episodes: weighed by the same parts, so that both stand in one list."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from empla.memory.model import Entity, Recollection
from empla.memory.recall.scoring import WEIGHTS, WITH_MEANING, Scored
from empla.memory.recall.sought import Sought
from empla.memory.recall.sources import FactSource
from empla.memory.text.analysis import bare, roots, words

_LOOKED_AT: Final = 50
_STANDS: Final = 2.0
"""What a fact has for being one, as far as it has the words: it says in a sentence what episodes let guess."""


def facts(sought: Sought, source: FactSource, scored: Sequence[Scored]) -> list[Recollection]:
    """Return facts that belong to a question, with their scores; `scored` are the episodes that were found for it."""
    entities = source.named(sought.text)
    found = source.recall(
        tuple(sought.weights), tuple(entity.number for entity in entities), sought.bounds.viewer, _LOOKED_AT
    )
    meanings = [one.parts["meaning"] for one in scored if "meaning" in one.parts]
    usual = sum(meanings) / len(meanings) if meanings else 0.0
    return [_scored(fact, sought, entities, usual) for fact in found]


def _scored(fact: Recollection, sought: Sought, entities: Sequence[Entity], meaning: float) -> Recollection:
    """Return a fact with its score; it has no vector, so it is as near in meaning as episodes are on the average."""
    own = roots(fact.text)
    weights = WITH_MEANING if meaning else WEIGHTS
    about = any(_is_about(fact, entity) for entity in entities)
    if total := sum(sought.weights.values()):
        share = sum(sought.weights.get(root, 0.0) for root in set(own)) / total
    else:
        share = 1.0 if about else 0.0  # "who is Bob?" asks for nothing but what is about him
    parts = {
        "near": weights["near"] * share,
        "covered": weights["covered"] * share,
        "own": weights.get("own", 0.0) * share,
        "author": weights["author"] if about else 0.0,
        "length": weights["length"] * math.log1p(len(own)),
        "fact": _STANDS * share,
        "meaning": meaning,
    }
    parts = {name: value for name, value in parts.items() if value}
    return replace(fact, score=sum(parts.values()), parts=parts)


def _is_about(fact: Recollection, entity: Entity) -> bool:
    if not set(entity.addresses).isdisjoint(fact.people):
        return True
    said = {bare(word) for word in words(fact.text)}
    return any(said.issuperset(map(bare, words(name))) for name in (entity.name, *entity.names) if name)
