"""Random graphs of goals, and random days on which they are pursued, drawn by hypothesis or from a seed.

Run as a script it prints the digest of what many of them came to: the same in every process, on every hash seed.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind import codec, desiring
from empla.mind.goals import Aim, Goal, Metric
from empla.mind.terms import lit, no, query
from tests.mind.goals.wanting import DONE, FAILED, Wanting

Choose = Callable[[int], int]
"""Gives a number from 0 to below its argument."""

NAMES = ("a", "b", "c", "d", "e", "f")
FACTS = ("p", "q", "r")
KINDS = ("achieve", "achieve", "achieve", "maintain", "query", "perform")
DEADLINES = (None, None, timedelta(hours=3), timedelta(days=1), timedelta(days=5))
DEEDS = (
    "believe",
    "forget",
    "measure",
    "done",
    "failed",
    "suspend",
    "resume",
    "drop",
    "achieve",
    "word",
    "wait",
    "pursue",
    "begin",
)


def seeded(seed: int) -> Choose:
    """Return a source of numbers that gives the same ones for the same seed."""
    return random.Random(seed).randrange


def random_aim(choose: Choose, name: str, depth: int = 1) -> Aim:
    """Draw an aim; its ties may be to anything, to itself even."""
    kind = KINDS[choose(len(KINDS))]
    fact = lit(FACTS[choose(len(FACTS))])
    holds = query(no(fact)) if kind == "maintain" else query(fact)
    given = kind in ("maintain", "query") or (kind == "achieve" and choose(2) == 0)
    drawn = [_part(choose, name, depth) for _ in range(choose(3))] if kind == "achieve" else []
    parts = tuple({_name(part): part for part in drawn}.values())
    split = choose(len(parts) + 1)
    return Aim(
        name=name,
        kind=kind,
        holds=holds if given else None,
        metric=Metric(of="sales", target=5.0, baseline=0.0) if kind == "achieve" and choose(4) == 0 else None,
        all_of=parts[:split],
        any_of=parts[split:],
        parent=_some(choose),
        depends_on=tuple(filter(None, (_some(choose),))),
        conflicts_with=tuple(filter(None, (_some(choose), _some(choose)))),
        importance=choose(5) / 4,
        deadline=DEADLINES[choose(len(DEADLINES))],
        hard=choose(2) == 0,
    )


def _part(choose: Choose, name: str, depth: int) -> Aim | str:
    inside = depth > 0 and choose(2) == 0
    return random_aim(choose, f"{name}{choose(3)}", depth - 1) if inside else NAMES[choose(len(NAMES))]


def _name(part: Aim | str) -> str:
    return part if isinstance(part, str) else part.name


def _some(choose: Choose) -> str:
    return NAMES[choose(len(NAMES))] if choose(4) == 0 else ""


def begun(choose: Choose) -> Wanting:
    """Return a mind whose role wants up to six things, those of them that can be wanted together."""
    mind = Wanting()
    for name in NAMES[: 1 + choose(len(NAMES))]:
        aims = {**mind.library.aims, name: random_aim(choose, name)}
        try:
            type(mind.library)().want(*aims.values())
        except ValidationError:
            continue  # it needs itself, say
        mind.library.want(aims[name])
    mind.begin()
    return mind


def live(mind: Wanting) -> list[Goal]:
    """Return the goals that are not over, eldest first."""
    return sorted(mind.state.goals.values(), key=lambda goal: int(goal.id[1:]))


def do(mind: Wanting, choose: Choose) -> None:
    """Do one random thing."""
    deed = DEEDS[choose(len(DEEDS))]
    goals = live(mind)
    goal = goals[choose(len(goals))] if goals else None
    at_work = [g for g in goals if g.at_work]
    match deed:
        case "believe":
            mind.believe(FACTS[choose(len(FACTS))])
        case "forget":
            mind.forget(FACTS[choose(len(FACTS))])
        case "measure":
            mind.believe("sales", choose(7))
        case "wait":
            mind.wait(hours=1 + choose(30))
        case "begin":
            mind.begin()
        case "pursue":
            with suppress(ValidationError):
                mind.pursue(random_aim(choose, f"x{choose(3)}"), parent=goal.id if goal and choose(2) else "")
        case "done" | "failed" if at_work:
            worked = at_work[choose(len(at_work))]
            outcome = DONE if deed == "done" else FAILED
            mind.step(lambda d: desiring.ended(d, mind.library, worked, outcome))
        case "word" if goal is not None:
            mind.step(lambda d: desiring.word(d, mind.library, goal, choose(7) - 3.0 if choose(3) else None))
        case "suspend" | "resume" | "drop" | "achieve" if goal is not None:
            act: Any = getattr(desiring, deed)
            mind.step(lambda d: act(d, mind.library, goal, "somebody said so"))


def days(seeds: range, deeds: int) -> Iterator[Wanting]:
    """Play one random time for each seed."""
    for seed in seeds:
        choose = seeded(seed)
        mind = begun(choose)
        for _ in range(deeds):
            do(mind, choose)
        yield mind


if __name__ == "__main__":
    digest = hashlib.sha256()
    for played in days(range(60), 25):
        rows = [*played.over.values(), *live(played)]
        digest.update(codec.dumps([rows, played.events, played.dues]).encode())
    print(digest.hexdigest())
