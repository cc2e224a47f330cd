"""What befalls the processes, and when: fixed by the seed, in simulated time.

Most of it comes a moment (of real time, fixed by the seed as well) after a mail has reached its employee, so that it
finds somebody in the middle of something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from runtime.simulation.chance import Chance
from runtime.simulation.correspondents import Script

LONGEST_DELAY_S: Final = 0.35
"""A blow comes at most so long after the mail: while the employee works on it."""
JUMPS: Final = (timedelta(hours=1), timedelta(minutes=-10), timedelta(hours=8), timedelta(hours=-1))
"""By what clocks are moved, forward and back, for everybody at once."""
SPARED: Final = 2
"""How many employees are never killed."""
FALLS_UNTIL: Final = 0.35
"""The supervisor, with whom everybody ends, falls in this first part of a run; the rest of it the spared live through
in one process each, so that their memory can be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One thing that befalls the company: what, whom (a slug; empty: not an employee), and how soon after `at`."""

    at: datetime
    kind: str
    whom: str = ""
    delay_s: float = 0.0
    by: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of each."""

    kills: int
    offices: int
    falls: int
    stops: int
    hangs: int
    jumps: int
    full: int
    brokers: int


def counts(days: int) -> Counts:
    """Return how much befalls a run of so many days."""
    if days >= 21:
        return Counts(kills=310, offices=22, falls=20, stops=20, hangs=1, jumps=8, full=3, brokers=5)
    whole = max(1, days)
    return Counts(kills=10 * whole, offices=whole, falls=1, stops=whole, hangs=0, jumps=2, full=1, brokers=1)


def blows(script: Script, slugs: dict[str, str], seed: int, much: Counts) -> Sequence[Blow]:
    """Return everything that befalls a run, in order. `slugs` are the employees' by address."""
    chance = Chance(seed, "blows")
    spared = set(list(slugs.values())[:SPARED])
    posts = [post for post in script.deeds if post.to in slugs]
    began, ended = posts[0].at, posts[-1].at
    early = [post for post in posts if post.at < began + (ended - began) * FALLS_UNTIL] or posts
    others = [post for post in posts if slugs[post.to] not in spared]

    def chosen(kind: str, count: int, among: Sequence = others) -> list[Blow]:
        found = sorted(among, key=lambda post: chance.number(kind, post.nonce))[:count]
        return [
            Blow(
                at=post.at,
                kind=kind,
                whom=slugs[post.to],
                delay_s=chance.between(0.0, LONGEST_DELAY_S, kind, "delay", post.nonce),
                by=chance.pick(JUMPS, kind, "by", post.nonce),
            )
            for post in found
        ]

    on_disk = [post for post in others if post.to == others[0].to]
    found = [
        *chosen("kill", much.kills),
        *chosen("office", much.offices),
        *chosen("fall", much.falls, early),
        *chosen("stop", much.stops),
        *chosen("hang", much.hangs),
        *chosen("jump", much.jumps),
        *chosen("full", much.full, on_disk),  # the one who has a small disk of its own
        *chosen("broker", much.brokers),
    ]
    return sorted(found, key=lambda blow: (blow.at, blow.kind, blow.whom))
