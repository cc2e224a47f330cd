"""Weights learned on all conversations but one, and tested on that one: whether the product's own are overfitted.

A listwise softmax over the parts of each question's candidates (Adam, a little L2). What is learned here is never
kept: the product's weights are round numbers, set by hand.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.bench.memory.measuring import Asked

_ROUNDS, _RATE, _L2 = 400, 0.1, 1e-3


def fit(questions: Sequence[tuple[Any, list[int]]]) -> Any:
    """Return weights of the parts; each question has a matrix of candidates by parts, and which of them are gold."""
    sizes = [len(parts) for parts, _ in questions]
    starts = np.cumsum([0, *sizes[:-1]])
    of = np.repeat(np.arange(len(sizes)), sizes)
    parts = np.concatenate([parts for parts, _ in questions])
    wanted = np.zeros(len(parts))
    for start, (_, gold) in zip(starts, questions, strict=True):
        wanted[start + np.asarray(gold)] = 1 / len(gold)
    weights, mean, square = (np.zeros(parts.shape[1]) for _ in range(3))
    for turn in range(1, _ROUNDS + 1):
        logits = parts @ weights
        shares = np.exp(logits - np.maximum.reduceat(logits, starts)[of])
        shares /= np.add.reduceat(shares, starts)[of]
        gradient = parts.T @ (shares - wanted) / len(sizes) + _L2 * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights -= _RATE * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.99**turn)) + 1e-8)
    return weights


def leave_one_out(asked: Sequence[Asked]) -> list[tuple[float, float]]:
    """Return recall at 5 and 10 of each answerable question by weights that were learned on other conversations."""
    names = sorted({name for one in asked for parts in one.parts[1] for name in parts})
    made = [(one, _matrix(one, names)) for one in asked]
    found = []
    for conversation in dict.fromkeys(one.conversation for one in asked):
        others = [(parts, gold) for one, (parts, gold) in made if one.conversation != conversation and gold]
        weights = fit(others)
        for one, (parts, gold) in made:
            if one.conversation == conversation:
                best = np.argsort(-(parts @ weights), kind="stable") if len(parts) else []
                wanted = one.parts[2]
                found.append(tuple(len(set(best[:k]).intersection(gold)) / len(wanted) for k in (5, 10)))
    return found


def _matrix(one: Asked, names: Sequence[str]) -> tuple[Any, list[int]]:
    numbers, parts, gold = one.parts
    matrix = np.array([[some.get(name, 0.0) for name in names] for some in parts]).reshape(len(parts), len(names))
    return matrix, [place for place, number in enumerate(numbers) if number in gold]
