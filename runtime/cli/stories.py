"""Stories: one tree for each kind of thing that a person may ask about."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from empla.capabilities.email.sensor import MAIL_ARRIVED
from empla.mind.goals import Goal
from empla.mind.intentions import Intention, StepRecord
from empla.mind.percepts import Outcome
from empla.mind.steps import Ask, Believe
from empla.mind.strategy import RATIONALE
from runtime.cli import aims, mails, minds, printing
from runtime.cli.nodes import Node, failure_of, grouped, node, result_of, target_of
from runtime.cli.telling import Teller
from runtime.cli.wording import of_step, of_value


class Stories(Teller):
    """Tells whole stories from one mind."""

    # mails ------------------------------------------------------------------------------------------------------

    def sent(self, action: str) -> Node:
        """Return why a mail was sent, or was to be."""
        (row,) = self.mind.actions(id=action)
        target = target_of(row)
        return node(
            "mail sent" if row.state in ("done", "reconciled") else f"mail, {row.state}",
            minds.about(target) or row.operation,
            [self.act(row, [self.step_of(row)])],
            to=minds.recipients(target),
            message_id=target.get("message_id"),
        )

    def received(self, key: str) -> Node:
        """Return what a mail that came led to."""
        row, mail = self.mind.percept_row(key), mails.of_percept(self.mind, key)
        handling = [i for i in self.mind.intentions(percept=key) if not i.parent]
        understanding = [i for i in handling if i.kind == MAIL_ARRIVED]
        led_to = [self.led_to(i) for i in handling if i.kind != MAIL_ARRIVED]
        noted = [of_step(s.step) for i in understanding for s in self.mind.steps(i.id) if isinstance(s.step, Believe)]
        blob = mails.blob_of(self.mind, row)
        below = [
            self.raw_mail(blob),
            self.reading(mail, deep=False) if mail is not None else node("reading", "it could not be read"),
            *(node("belief", text) for text in noted),
            *led_to,
            *self._answered(key),
        ]
        subject = mail.subject if mail is not None else mails.headers(mails.raw(self.mind, blob)).get("Subject", "")
        nothing = "" if led_to or noted or len(below) > 2 else row.reason or "nothing came of it"
        return node(
            "mail received", subject, below, percept=row.key, at=row.at, state=row.state, why=row.reason or nothing
        )

    def led_to(self, intention: Intention) -> Node:
        """Return what an intention did, with all that it had others do for it."""
        steps = self.mind.steps(intention.id)
        rows = {row.id: row for row in self.mind.actions(intention=intention.id)}
        below = self.grounds(intention)
        for record in steps:
            if isinstance(record.step, Believe):
                below.append(node("belief", of_step(record.step)))
            elif record.id in rows:
                below.append(self.act(rows[record.id]))
        below += [self.led_to(child) for child in self._children(intention)]
        return node(
            "plan",
            f"{intention.plan}, version {intention.version}, {intention.stage.value}",
            below,
            **self.choice(intention),
            waits_for=minds.waits_for(steps, self.zone),
            result=intention.result.sentence if intention.result is not None else "",
        )

    def _children(self, intention: Intention) -> list[Intention]:
        same = self.mind.intentions(percept=intention.percept)
        return [child for child in same if child.parent.partition(".")[0] == intention.id]

    def _answered(self, key: str) -> list[Node]:
        """Return the questions that this mail answered."""
        found = []
        for record in self.mind.steps_answered_by(key):
            intention = self.mind.intention(record.intention)
            plan = f" of {intention.plan}" if intention is not None else ""
            below = [self.led_to(intention)] if intention is not None else []
            found.append(node("answer", f"to the question {record.id}{plan}", below))
        return found

    # events -----------------------------------------------------------------------------------------------------

    def event(self, uid: str) -> Node:
        """Return all that was done about an event, and why."""
        rows = [row for row in self.mind.actions() if uid in row.target and row.effect != "read"]
        rows = [row for row in rows if target_of(row).get("uid") == uid]
        targets = [target_of(row) for row in rows]
        last = next((t for t in reversed(targets) if t.get("title") and t.get("start")), targets[-1])
        below = [self._about(list(acts)) for _, acts in groupby(rows, lambda row: row.intention)]
        return node(
            "event",
            ", ".join(filter(None, (str(last.get("title") or minds.about(last)), _span(last, self.zone)))),
            below,
            uid=uid,
            calendars=sorted({str(t["owner"]) for t in targets if t.get("owner")}),
        )

    def _about(self, acts: Sequence[Any]) -> Node:
        """Return what one intention did about an event, and what it rested on."""
        intention = self.mind.intention(acts[0].intention)
        shown = [self.act(row) for row in acts]
        if intention is None:
            return node("plan", acts[0].intention, shown)
        steps = self.mind.steps(intention.id)
        place = next((n for n, s in enumerate(steps) if s.id == acts[0].id), len(steps))
        return node(
            "plan",
            f"{intention.plan}, version {intention.version} ({intention.id})",
            [*shown, *self.grounds(intention), *self.before(steps[:place]), *self.origins(intention)],
            **self.choice(intention),
        )

    # intentions and steps ---------------------------------------------------------------------------------------

    def intention(self, intention_id: str) -> Node:
        """Return why an intention was adopted, every step of it, and what came of it."""
        intention = self.mind.intention(intention_id)
        assert intention is not None
        steps = self.mind.steps(intention.id)
        rows = {row.id: row for row in self.mind.actions(intention=intention.id)}
        result = intention.result
        return node(
            "intention",
            f"{intention.plan}, version {intention.version}, {intention.stage.value}",
            [
                *self.origins(intention),
                *self.grounds(intention),
                *grouped("steps", f"{len(steps)} so far", [self._taken(s, rows.get(s.id)) for s in steps]),
                *(self.led_to(child) for child in self._children(intention)),
            ],
            id=intention.id,
            event=intention.kind,
            adopted=printing.moment(intention.adopted_at.isoformat(), self.zone),
            ended=printing.moment(intention.ended_at.isoformat(), self.zone) if intention.ended_at is not None else "",
            priority=intention.priority or "",
            **self.choice(intention),
            carries=list(intention.carries),
            waits_for=minds.waits_for(steps, self.zone),
            result=_came(result),
        )

    def _taken(self, record: StepRecord, row: Any) -> Node:
        """Return one step with what came of it and, if it was an act, what the gate decided."""
        came = record.outcome.value if record.outcome is not None else None
        answer = [self.answer(record)] if isinstance(record.step, Ask) else []
        facts: dict[str, Any] = {"outcome": of_value(came)} if came is not None and not answer else {}
        if row is not None:
            gate = f"{row.decision} by {row.rule}" + (f": {row.why}" if row.why else "")
            facts |= {"gate": gate, "state": row.state, "failure": failure_of(row)}
        return node("step", f"{record.index} {of_step(record.step)}{result_of(record)}", answer, **facts)

    def any_step(self, step_id: str) -> Node:
        """Return why a step was taken and, where it was an act, what became of that."""
        rows = self.mind.actions(id=step_id)
        if rows:
            return self.act(rows[0], [self.step_of(rows[0])])
        intention = self.mind.intention(step_id.partition(".")[0])
        assert intention is not None
        return self.step(intention, step_id)

    # goals ------------------------------------------------------------------------------------------------------

    def any_goal(self, goal_id: str) -> Node:
        """Return a goal with all it went through, what it is made of, and what is done for it."""
        goal = self.mind.goal(goal_id)
        assert isinstance(goal, Goal)
        went = [
            node("state", f"{state}, {when}" + (f": {why}" if why else ""))
            for when, state, why in aims.history(goal, self.zone)
        ]
        parts = [self.goal(part) for g in goal.ties.parts if (part := self.mind.goal(g)) is not None]
        return self.goal(
            goal,
            [
                *grouped("transitions", f"{len(went)}", went),
                *grouped("parts", f"{len(parts)}", parts),
                *self._rationale(goal),
                *self._done_for(goal),
                *([self.percept(goal.percept)] if goal.percept else []),
            ],
        )

    def _rationale(self, goal: Goal) -> list[Node]:
        """Return how a strategy for a goal was chosen, as it was recorded."""
        held = [b.arguments for b in self.mind.beliefs(functor=RATIONALE, held=1)]
        return [aims.rationale(why, self.zone) for wanted, why in held if wanted in (goal.id, goal.name)]

    def _done_for(self, goal: Goal) -> list[Node]:
        """Return the intentions that were adopted for a goal, the newest last."""
        found = []
        for intention in self.mind.intentions():
            if intention.goal == goal.id:
                result = intention.result
                text = f"{intention.id} {intention.plan}, version {intention.version}, {intention.stage.value}"
                came = (result.sentence or result.code) if result is not None else ""
                found.append(node("plan", text, (), result=came, **self.choice(intention)))
        return found

    # percepts ---------------------------------------------------------------------------------------------------

    def any_percept(self, key: str) -> Node:
        """Return what something perceived led to; a mail is told of as one."""
        row = self.mind.percept_row(key)
        if row.kind == MAIL_ARRIVED:
            return self.received(key)
        shown = self.percept(key)
        shown["below"] += [self.led_to(i) for i in self.mind.intentions(percept=key) if not i.parent]
        return shown


def _came(result: Outcome | None) -> str:
    """Return what came of an intention, empty if nothing is to be said of it."""
    if result is None:
        return ""
    return result.sentence or result.code or (of_value(result.value) if result.value is not None else "")


def _span(target: Any, zone: str) -> str:
    if not target.get("start"):
        return ""
    start, end = (datetime.fromisoformat(str(target[name])).isoformat() for name in ("start", "end"))
    return f"{printing.moment(start, zone)} to {printing.moment(end, zone)[-5:]}"
