"""What befalls a run besides its mails: deaths, absences, an office that is away, clocks that jump, a full disk.

How much is said by a word, `none`, `some` or `many`; when and where is drawn from the seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from runtime.simulation.chance import Chance
from runtime.simulation.desk import NO_TROUBLE, Trouble

LEVELS: Final = ("none", "some", "many")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much of everything: deaths as shares of the fault points passed, the rest as so many a week."""

    at_commits: float = 0.0
    at_effects: float = 0.0
    absences: float = 0.0
    outages: float = 0.0
    jumps: float = 0.0
    full: float = 0.0
    trouble: Trouble = NO_TROUBLE


LEVEL: Final = {
    "none": Level(),
    "some": Level(
        at_commits=0.0002,
        at_effects=0.0006,
        absences=0.5,
        outages=0.3,
        jumps=0.1,
        full=0.1,
        trouble=Trouble(before=0.01, unseen=0.01, lost=0.01, later=0.01, slow=0.01, raced=0.02, again=0.005),
    ),
    "many": Level(
        at_commits=0.0008,
        at_effects=0.0025,
        absences=2.0,
        outages=1.0,
        jumps=0.5,
        full=0.5,
        trouble=Trouble(before=0.03, unseen=0.04, lost=0.04, later=0.03, slow=0.02, raced=0.08, again=0.02),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Something that lasts from an instant to another; `by` is how far a clock is moved meanwhile."""

    since: datetime
    until: datetime
    by: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Misfortune:
    """Everything that befalls one run."""

    level: Level
    chance: Chance
    begins: datetime
    ends: datetime

    def dies(self, slug: str) -> Callable[[int, str], bool]:
        """Return a function (number of the point, its name) that says whether an employee dies there."""

        def dies(number: int, name: str) -> bool:
            effect = not name.startswith(("commit:cycle", "commit:send", "commit:timers"))
            share = self.level.at_effects if effect else self.level.at_commits
            return share > 0 and self.chance.happens(share, "dies", slug, number, name)

        return dies

    def back_after(self, slug: str, epoch: int) -> float:
        """Return after how many seconds a process that has died is there again: mostly at once."""
        if self.chance.happens(0.8, "at once", slug, epoch):
            return self.chance.between(0.2, 3.0, "back", slug, epoch)
        return self.chance.between(5.0, 1200.0, "back", slug, epoch)

    def absences(self, slug: str) -> Sequence[Spell]:
        """Return when an employee's process is not there: for minutes, for hours, now and then for days."""
        return self._spells(self.level.absences, ((0.6, 60, 3600), (0.3, 3600, 36_000), (0.1, 86_400, 200_000)), slug)

    def outages(self) -> Sequence[Spell]:
        """Return when the office is not there."""
        return self._spells(self.level.outages, ((0.8, 10, 1800), (0.2, 1800, 20_000)), "office")

    def full(self) -> Sequence[Spell]:
        """Return when the disk is full."""
        return self._spells(self.level.full, ((1.0, 30, 1800),), "disk")

    def jumps(self) -> Sequence[Spell]:
        """Return when the employees' clocks are wrong, and by how much."""
        found = self._spells(self.level.jumps, ((1.0, 600, 14_400),), "clock")
        by = [self.chance.pick((3600, -600, 60, -60, 7200), "by", each.since.isoformat()) for each in found]
        return [
            Spell(since=each.since, until=each.until, by=timedelta(seconds=seconds))
            for each, seconds in zip(found, by, strict=True)
        ]

    def _spells(self, a_week: float, lengths: Sequence[tuple[float, float, float]], whose: str) -> list[Spell]:
        """Return spells that do not overlap: so many a week, of one of these lengths (share, shortest, longest)."""
        found: list[Spell] = []
        whole = (self.ends - self.begins).total_seconds()
        count = self.chance.count(a_week * whole / (7 * 86_400), "how many", whose)
        for number in range(count):
            since = self.begins + timedelta(seconds=int(whole * self.chance.share("since", whose, number)))
            left, lasts = self.chance.share("which", whose, number), 0.0
            for share, shortest, longest in lengths:
                lasts = self.chance.between(shortest, longest, "lasts", whose, number)
                if left < share:
                    break
                left -= share
            found.append(Spell(since=since, until=min(since + timedelta(seconds=int(lasts)), self.ends)))
        found.sort(key=lambda each: each.since)
        apart: list[Spell] = []
        for each in found:
            if not apart or apart[-1].until + timedelta(minutes=1) < each.since:
                apart.append(each)
        return apart
