"""Telling why: the parts of an explanation, from an act down to the raw mail that it came from (law 6).

mail sent -> action -> step -> plan -> authority, goal, beliefs, other plans -> reading -> percept -> the raw mail
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from empla.mind.goals import Goal
from empla.mind.intentions import Intention, StepRecord
from empla.mind.learning import APPROACH
from empla.mind.readings import Mail, Reading
from empla.mind.steps import Ask, Believe, Do
from runtime.cli import aims, mails, minds
from runtime.cli.nodes import Node, failure_of, grouped, node, result_of, said_of, target_of
from runtime.cli.wording import of_belief, of_step, of_value

_NOBODY = "nobody: it came from outside"


class Teller:
    """Tells from one mind, as it is at `at`, times in `zone`."""

    def __init__(self, mind: minds.Mind, zone: str, at: datetime) -> None:
        self.mind = mind
        self.zone = zone
        self.at = at

    # acts and steps ---------------------------------------------------------------------------------------------

    def act(self, row: Any, below: Sequence[Node] = ()) -> Node:
        """Return an act: what the gate decided by which rule, every attempt, and what came of it."""
        target = target_of(row)
        return node(
            "action",
            f"{row.operation} ({row.id}), {row.state}",
            below,
            to=minds.recipients(target),
            about=minds.about(target),
            message_id=target.get("message_id"),
            gate=f"{row.decision} by {row.rule}" + (f": {row.why}" if row.why else ""),
            attempts=row.attempt,
            ledger=[said_of(record) for record in self.mind.ledger_of(row.id)],
            outcome=failure_of(row),
        )

    def step_of(self, row: Any) -> Node:
        """Return the step that asked for an act, with all that led to it."""
        intention = self.mind.intention(row.intention)
        if intention is None:
            return {}
        return self.step(intention, row.id)

    def step(self, intention: Intention, step_id: str) -> Node:
        """Return a step, with the plan that it belongs to and what that knew when it came there."""
        steps = self.mind.steps(intention.id)
        here = next((s for s in steps if s.id == step_id), None)
        words = f"step {here.index} of {intention.id}: {of_step(here.step)}" if here is not None else step_id
        came = here.outcome if here is not None and not isinstance(here.step, Do) else None
        value = of_value(came.value) if came is not None and came.value is not None else ""
        return node("step", words, [self.plan(intention, steps, here)], outcome=value)

    # intentions -------------------------------------------------------------------------------------------------

    def plan(self, intention: Intention, steps: Sequence[StepRecord], here: StepRecord | None) -> Node:
        """Return the plan behind a step, with what it knew when it came there."""
        place = steps.index(here) if here is not None else len(steps)
        return node(
            "plan",
            f"{intention.plan}, version {intention.version}",
            [*self.grounds(intention), *self.before(steps[:place]), *self.origins(intention)],
            **self.choice(intention),
        )

    def choice(self, intention: Intention) -> dict[str, Any]:
        """Return how a plan came to be chosen: those passed over with the reason, those tried before."""
        return {
            "passed_over": list(intention.passed_over),
            "tried_before": [p for p in intention.tried if p != intention.plan],
            "recovering": "after a failure" if intention.recovering else "",
            "weighed": list(intention.reasons),
            "learned": self.learned(intention),
        }

    def learned(self, intention: Intention) -> str:
        """Return what was learned of a plan by now, in the context in which it was chosen; empty if nothing."""
        for belief in self.mind.beliefs(functor=APPROACH, held=1):
            plan, context, approach = belief.arguments
            if (plan, context) == (intention.plan, intention.like):
                return f"{approach.done} of {approach.tries} tries worked" + (f" for {context!r}" if context else "")
        return ""

    def grounds(self, intention: Intention) -> list[Node]:
        """Return on whose word, for which goal and because of which beliefs a plan was adopted."""
        return [self.authority(intention), *self.goal_of(intention), *self.condition(intention)]

    def authority(self, intention: Intention) -> Node:
        """Return on whose word an intention acts, and what that covers."""
        word = intention.authority
        return node(
            "authority",
            f"on the word of the {word.principal}" if word.principal else f"on the word of {_NOBODY}",
            covers=[a.value for a in word.people],
            between=[of_value(t) for t in (word.start, word.end) if t is not None],
            opened_by_an_answer=[a.value for a in word.granted],
            only="mail" if word.mail_only else "",
        )

    def goal_of(self, intention: Intention) -> list[Node]:
        """Return the goal that an intention is for, if it is for a named one."""
        goal = self.mind.goal(intention.goal) if intention.goal else None
        return [self.goal(goal)] if goal is not None else []

    def goal(self, goal: Goal, below: Sequence[Node] = ()) -> Node:
        """Return a goal as it stands now."""
        over = self.mind.goal(goal.parent) if goal.parent else None
        facts = aims.facts(goal, self.zone, self.mind.goal)
        return node("goal", f"{goal.name} ({goal.state})", below, part_of=over.name if over else "", **facts)

    def condition(self, intention: Intention) -> list[Node]:
        """Return the beliefs that the plan's condition rested on."""
        known = dict.fromkeys(intention.because)
        found = [node("belief", self.belief_by_id(belief_id, intention.id)) for belief_id in known]
        return grouped("condition", f"held, as it found {len(found)} belief{'s' * (len(found) != 1)}", found)

    def belief_by_id(self, belief_id: str, of: str = "") -> str:
        """Return a belief in words, also one that is held no longer; `of` is the intention that was adopted on it."""
        belief = self.mind.belief(belief_id, of)
        return of_belief(belief) if belief is not None else f"{belief_id}, held no longer"

    def before(self, steps: Sequence[StepRecord]) -> list[Node]:
        """Return what an intention did and took for true before a step."""
        believed = [node("belief", of_step(s.step)) for s in steps if isinstance(s.step, Believe)]
        did = [node("step", f"{of_step(s.step)}{result_of(s)}") for s in steps if isinstance(s.step, Do)]
        return [
            *grouped("beliefs", f"{len(believed)} formed", believed),
            *grouped("earlier steps", f"{len(did)} done", did),
            *(self.answer(s) for s in steps if isinstance(s.step, Ask)),
        ]

    def answer(self, record: StepRecord) -> Node:
        """Return a question with the answer to it."""
        mail = record.outcome.value if record.outcome is not None else None
        if not isinstance(mail, Mail):
            return node("question", f"{of_step(record.step)}: no answer")
        return node("question", f"{of_step(record.step)}: answered", [self.reading(mail)])

    def origins(self, intention: Intention) -> list[Node]:
        """Return what set an intention off: the step it works for, the mail as it was read, or another percept."""
        if intention.parent:
            outer = self.mind.intention(intention.parent.partition(".")[0])
            if outer is None:
                return []
            steps = self.mind.steps(outer.id)
            here = next((s for s in steps if s.id == intention.parent), None)
            return [node("for the step", intention.parent, [self.plan(outer, steps, here)])]
        mail = intention.bindings.get("mail")
        read = mail if isinstance(mail, Mail) else mails.of_percept(self.mind, intention.percept)
        return [self.reading(read) if read is not None else self.percept(intention.percept)]

    # percepts ---------------------------------------------------------------------------------------------------

    def reading(self, mail: Mail, *, deep: bool = True) -> Node:
        """Return what was understood of a mail and, if `deep`, the mail itself."""
        reading = mail.reading
        below = [self.percept(mail.key)] if deep else []
        if reading is None:
            return node("reading", "not read", below)
        return node(
            "reading",
            f"{reading.intent}, confidence {reading.confidence:.2f}",
            [*_slots(reading), *below],
            by=f"{reading.reader}, version {reading.version}",
            vouched_sender=mail.authenticated.value if mail.authenticated is not None else "nobody",
            automatic=mail.automatic,
            not_understood=list(reading.unread),
            defects=list(mail.defects),
        )

    def percept(self, key: str) -> Node:
        """Return what was perceived."""
        row = self.mind.percept_row(key)
        if row is None:
            return node("percept", f"{key} (not kept)" if key else "not known")
        below = [self.raw_mail(mails.blob_of(self.mind, row))]
        return node("percept", f"{row.kind} {row.key}", below, at=row.at, state=row.state, why=row.reason)

    def raw_mail(self, blob: str) -> Node:
        """Return a mail as it came, nothing if it is not kept."""
        raw = mails.raw(self.mind, blob)
        return node("raw mail", f"{len(raw)} bytes, kept as {blob[:12]}…", (), **mails.headers(raw)) if raw else {}


def _slots(reading: Reading) -> list[Node]:
    return [
        node("slot", f"{name}: {of_value(slot.value)}", words=f"“{slot.words}”") for name, slot in reading.slots.items()
    ]
