"""What every employee looks for: promises and tasks whose time runs out, what does not work, goals at risk or near.

A role adds detectors of its own (`PlanLibrary.detect`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.tasks.telling import short
from empla.mind.commitments import COMMITMENT, Commitment, promised
from empla.mind.health import HEALTH, Health
from empla.mind.learning import APPROACH, GAP, PATTERN
from empla.mind.noticing_detectors import Detector, Spotted
from empla.mind.noticing_looks import Eyes, Owed
from empla.mind.noticing_triggers import OWED
from empla.mind.plans import PlanLibrary
from empla.mind.tasks import TASK, TaskState

library = PlanLibrary()

TROUBLE_LASTS = timedelta(minutes=30)
"""How long a connection is troubled before it is a problem; one that is down, or lets nobody in, is one at once."""
NEARLY = 0.8
"""The share of its way from which on a goal is nearly reached."""
_DAY = timedelta(days=1)
_QUOTED = 80
_STATES = {Health.TROUBLED: "is troubled", Health.DOWN: "is down", Health.SIGNED_OUT: "does not let me in"}


def zone_of(eyes: Eyes) -> ZoneInfo:
    """Return the zone in which the manager reads times."""
    known = eyes.matching("profile", "zone")
    return ZoneInfo(str(known[-1].arguments[1]) if known else "UTC")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return "Tuesday, 1 December, 14:00"."""
    local = at.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B, %H:%M}"


def _promises(eyes: Eyes) -> Iterator[Spotted]:
    """Find the promises of which little time is left, and those that are late."""
    zone = zone_of(eyes)
    for belief in eyes.matching(COMMITMENT):
        made = promised(belief)
        if made is None or not made.open or made.due is None:
            continue
        late = made.due <= eyes.at
        yield Spotted(
            subject=str(belief.arguments[0]),
            words={"what": short(made.content, _QUOTED), "due": moment(made.due, zone)},
            weight=0.9 if late else 0.6,
            since=made.noticed_at or _last_quarter(made, made.due),
        )


def _last_quarter(made: Commitment, due: datetime) -> datetime:
    return due - min((due - made.made_at) / 4, _DAY)


def _tasks(eyes: Eyes) -> Iterator[Spotted]:
    """Find the tasks that are due soon and were not begun."""
    zone = zone_of(eyes)
    for belief in eyes.matching(TASK):
        task = belief.arguments[1]
        if task.due is None or task.state not in (TaskState.PENDING, TaskState.ACCEPTED):
            continue
        since = task.due - min((task.due - task.assigned_at) / 2, _DAY)
        words = {"what": short(task.text, _QUOTED), "due": moment(task.due, zone)}
        yield Spotted(subject=task.id, words=words, since=since)


def _owed(eyes: Eyes) -> Iterator[Spotted]:
    """Find the answers that are owed and have not come in time."""
    zone = zone_of(eyes)
    for belief in eyes.matching(OWED):
        owed: Owed = belief.arguments[2]
        words = {"who": owed.to.value, "about": short(owed.subject, _QUOTED), "since": moment(owed.since, zone)}
        yield Spotted(subject=belief.arguments[1], words=words, since=owed.due)


def _trouble(eyes: Eyes) -> Iterator[Spotted]:
    """Find the connections that do not work."""
    zone = zone_of(eyes)
    for belief in eyes.matching(HEALTH):
        name, state, since, why = belief.arguments
        if state == Health.WORKING:
            continue
        lasting = state == Health.TROUBLED
        words = {"name": name, "how": _STATES.get(state, "does not work"), "when": moment(since, zone), "why": why}
        yield Spotted(
            subject=str(name),
            words=words,
            weight=0.6 if lasting else 0.8,
            since=since + TROUBLE_LASTS if lasting else since,
        )


def _patterns(eyes: Eyes) -> Iterator[Spotted]:
    """Find what fails in the same way again and again."""
    for belief in eyes.matching(APPROACH):
        plan, context, approach = belief.arguments
        for code, count in approach.codes:
            if count >= PATTERN:
                where = f" ({context})" if context else ""
                yield Spotted(subject=f"{plan}:{context}:{code}", words={"plan": f"{plan}{where}", "code": code})


def _gaps(eyes: Eyes) -> Iterator[Spotted]:
    """Find what it is asked for again and again and cannot do."""
    for belief in eyes.matching(GAP):
        kind, gap = belief.arguments
        if gap.count >= PATTERN:
            yield Spotted(subject=kind, words={"what": kind.removeprefix("goal:"), "why": gap.reason})


def _goals(eyes: Eyes) -> Iterator[Spotted]:
    """Find the goals at risk, or late."""
    for goal in eyes.goals:
        if goal.aim is not None and goal.alarm:
            how = "is late" if goal.alarm == "late" else "is at risk"
            yield Spotted(subject=goal.id, words={"name": goal.name, "how": how}, weight=max(goal.risk, 0.5))


def _nearly(eyes: Eyes) -> Iterator[Spotted]:
    """Find the goals that are nearly reached."""
    for goal in eyes.goals:
        done = goal.progress or 0.0
        if goal.aim is not None and goal.kind == "achieve" and not goal.alarm and NEARLY <= done < 1.0:
            yield Spotted(subject=goal.id, words={"name": goal.name})


library.detect(
    Detector(
        name="promise-at-risk",
        kind="risk",
        says="I have promised this for {due}, and it is not done yet: {what}",
        look=_promises,
        reads=(COMMITMENT,),
    ),
    Detector(
        name="task-not-begun",
        kind="risk",
        weight=0.7,
        says="This task is due on {due}, and I have not begun it: {what}",
        look=_tasks,
        reads=(TASK,),
    ),
    Detector(
        name="not-answered",
        kind="problem",
        weight=0.6,
        says="{who} has had no answer to “{about}”, of {since}",
        look=_owed,
        reads=(OWED,),
    ),
    Detector(
        name="not-working",
        kind="problem",
        says="{name} {how} since {when}: {why}",
        look=_trouble,
        reads=(HEALTH,),
    ),
    Detector(
        name="fails-again",
        kind="problem",
        weight=0.4,
        says="{plan} has failed the same way again and again: {code}",
        look=_patterns,
        reads=(APPROACH,),
    ),
    Detector(
        name="cannot-do",
        kind="problem",
        weight=0.4,
        says="I was asked again and again for what I cannot do: {what} ({why})",
        look=_gaps,
        reads=(GAP,),
    ),
    Detector(name="goal-at-risk", kind="risk", says="The goal {name} {how}", look=_goals, goals=True),
    Detector(
        name="goal-nearly-reached",
        kind="opportunity",
        weight=0.4,
        says="The goal {name} is nearly reached",
        look=_nearly,
        goals=True,
    ),
)
