"""What a goal's numbers say: how far it is, which way it goes, what threatens it, how much it matters now.

Every function is pure. The formulas are this program's own convention; each is stated where it stands. All results are
rounded to hundredths, so that a row changes when something happened and not with every minute.
"""

from datetime import datetime, timedelta

from empla.mind.goals import Goal, Horizon, Measure, Metric
from empla.mind.persona import Persona

SPAN: dict[Horizon, timedelta] = {
    "strategic": timedelta(days=91),
    "tactical": timedelta(days=30),
    "immediate": timedelta(days=7),
}
"""How long a goal is taken to last that has no deadline."""
NEAR: dict[Horizon, timedelta] = {
    "strategic": timedelta(days=14),
    "tactical": timedelta(days=3),
    "immediate": timedelta(days=1),
}
"""How long before its deadline a goal is half as urgent as at it."""
FAR: dict[Horizon, float] = {"strategic": 0.5, "tactical": 0.25, "immediate": 0.0}
"""What a longer horizon takes off the priority: of two goals alike, the nearer comes first."""

MOST_POINTS = 50
"""Points that a metric's history keeps: one for each fiftieth of the goal's time, at most."""
TREND_POINTS = 8
TREND_WEIGHT = 0.5
BLOCK_WEIGHT = 0.4
_DAY = timedelta(days=1)


def span_of(goal: Goal) -> timedelta:
    """Return the time a goal is meant to take: up to its deadline, else that of its horizon."""
    if goal.deadline is not None and goal.adopted_at is not None and goal.deadline > goal.adopted_at:
        return goal.deadline - goal.adopted_at
    return SPAN[goal.horizon]


# the metric -----------------------------------------------------------------------------------------------------------


def reached(metric: Metric, value: float | None) -> bool:
    """Return whether a value is at the target or beyond."""
    if value is None:
        return False
    return value >= metric.target if metric.direction == "up" else value <= metric.target


def measured(metric: Metric, before: Measure | None, value: float | None, at: datetime, span: timedelta) -> Measure:
    """Return how a metric stands after `value` was seen at `at`; None (nothing is known) leaves it as it was.

    A value that comes less than a fiftieth of `span` after the last point but one takes the last one's place.
    """
    known = before or Measure(baseline=metric.baseline)
    if value is None or value == known.current:
        return known
    history = known.history
    if len(history) > 1 and at - history[-2][0] < span / MOST_POINTS:
        history = history[:-1]
    baseline = value if known.baseline is None else known.baseline
    return Measure(baseline=baseline, current=value, history=(*history, (at, value))[-MOST_POINTS:])


def progress(metric: Metric, measure: Measure | None) -> float | None:
    """Return how much of the way from baseline to target is done, 0 to 1; None while no value is known.

    Where the baseline is beyond the target already (a thing to maintain), what is missed is taken in shares of the
    target: 1 - |target - current| / |target|.
    """
    if measure is None or measure.current is None or measure.baseline is None:
        return None
    if reached(metric, measure.current):
        return 1.0
    if reached(metric, measure.baseline):
        return _bounded(1.0 - abs(metric.target - measure.current) / (abs(metric.target) or 1.0))
    return _bounded((measure.current - measure.baseline) / (metric.target - measure.baseline))


def trend(metric: Metric, measure: Measure | None) -> float | None:
    """Return the progress made a day, negative where the metric moves away; None with fewer than two points.

    It is the slope of the least-squares line through the last eight points of the history.
    """
    if measure is None or measure.baseline is None or len(measure.history) < 2:
        return None
    way = metric.target - measure.baseline
    if way == 0 or reached(metric, measure.baseline):
        way = (abs(metric.target) or 1.0) * (1.0 if metric.direction == "up" else -1.0)
    points = measure.history[-TREND_POINTS:]
    days = [(at - points[0][0]) / _DAY for at, _ in points]
    mean_day = sum(days) / len(days)
    mean = sum(value for _, value in points) / len(points)
    spread = sum((day - mean_day) ** 2 for day in days)
    if spread == 0:
        return None
    slope = sum((d - mean_day) * (value - mean) for d, (_, value) in zip(days, points, strict=True)) / spread
    return slope / way


# risk -----------------------------------------------------------------------------------------------------------------


def elapsed(goal: Goal, at: datetime) -> float:
    """Return the share of the time to its deadline that is over, 0 without a deadline."""
    if goal.deadline is None or goal.adopted_at is None:
        return 0.0
    if at >= goal.deadline:
        return 1.0
    return max(0.0, (at - goal.adopted_at) / (goal.deadline - goal.adopted_at))


def risk(goal: Goal, at: datetime, *, done: float | None, a_day: float | None, blocked: bool) -> float:
    """Return how likely a goal is to be missed, 0 to 1, as far as its numbers tell.

        risk = 1 - (1 - pace) x (1 - 0.5 x away) x (1 - 0.4 x blocked)

    `pace` is the share of what remains that would be missing at the deadline if it went on as evenly as planned:
    (e - p) / (1 - p), with `e` the share of the time that is over and `p` the progress `done`, and never below 0. Where
    progress cannot be told, half of the way is assumed. Past the deadline it is 1, and so it is while what is to be
    maintained does not hold. `away` is the progress that would be
    lost by the deadline (without one, within the horizon) if its trend of `a_day` went on, 0 if it does not fall.
    `blocked` is 1 while something stands in its way.
    """
    gone, way = elapsed(goal, at), 0.5 if done is None else done
    if done == 1.0:
        pace = 0.0
    elif gone == 1.0 or (goal.kind == "maintain" and done is not None):
        pace = 1.0
    else:
        pace = _bounded((gone - way) / (1.0 - way))
    left = span_of(goal) if goal.deadline is None else max(goal.deadline - at, timedelta(0))
    away = _bounded(-a_day * (left / _DAY)) if a_day is not None else 0.0
    return round(1.0 - (1.0 - pace) * (1.0 - TREND_WEIGHT * away) * (1.0 - BLOCK_WEIGHT * blocked), 2)


def threshold(persona: Persona) -> float:
    """Return from which risk on a goal is told to be at risk, and again when it was a tenth below.

    It is 0.5 + 0.3 x (risk - 0.5) - 0.2 x (proactivity - 0.5): the bold hear of it later, the proactive earlier.
    """
    return 0.5 + 0.3 * (persona.trait("risk") - 0.5) - 0.2 * (persona.trait("proactivity") - 0.5)


def tries(persona: Persona) -> int:
    """Return after how many failed plans in a row a goal is blocked: 1 + 4 x persistence, rounded; neutral 3."""
    return round(1.0 + 4.0 * persona.trait("persistence"))


# priority -------------------------------------------------------------------------------------------------------------


def urgency(goal: Goal, at: datetime, threat: float) -> float:
    """Return how urgent a goal is, 0 to 1: the higher of `threat`, its risk, and n / (n + time left to its deadline).

    `n` is the `NEAR` of its horizon: a day, three days, two weeks. The deadline of a promise that hangs on it (`urged`)
    counts if it is the nearer one. Without any only the risk counts.
    """
    ends = min((end for end in (goal.deadline, goal.urged) if end is not None), default=None)
    if ends is None:
        return threat
    near = NEAR[goal.horizon]
    return max(threat, near / (near + max(ends - at, timedelta(0))))


def priority(goal: Goal, at: datetime, persona: Persona, threat: float) -> float:
    """Return a goal's priority on the scale of plans, where 0 is normal: from -1.5 to 2.5, or the manager's word.

    2 x importance - 1 - FAR of its horizon + urgency x (0.5 + conscientiousness)
    """
    if goal.word is not None:
        return goal.word
    drive = 0.5 + persona.trait("conscientiousness")
    return round(2.0 * goal.importance - 1.0 - FAR[goal.horizon] + urgency(goal, at, threat) * drive, 2)


def _bounded(share: float) -> float:
    return min(1.0, max(0.0, share))
