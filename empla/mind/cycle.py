"""The reasoning cycle: state + percept -> Delta. A plain function, the same in the daemon, in tests and in replay.

    perceive   route the percept: an outcome or timer to its step, an answer to its question, else to plans
    believe    revise beliefs
    intend     choose among the applicable plans and adopt one
    advance    run the bodies of intentions that can go on, until all wait

One cycle handles one percept and every event it raises, at most `EVENTS_PER_CYCLE`; what remains goes on in a
`Continued` percept that is written in the same transaction.
"""

from collections import deque
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.answers import answered_question
from empla.mind.authority import authority_of, label_of, managers, may_hold, raised_by, sources_of, widened
from empla.mind.beliefs import Belief
from empla.mind.bodies import Ended, Guard, RunningBody, Turn, replay, said
from empla.mind.consent import cannot_grant, may_decide, opened_by, outsiders
from empla.mind.draft import Draft
from empla.mind.goals import Goal
from empla.mind.grants import GRANT_CHANGED
from empla.mind.intentions import HeldSpan, Intention, Question, Stage, StepRecord
from empla.mind.percepts import (
    APPROVAL_NEEDED,
    CONTINUE,
    INTENTION_FAILED,
    MAIL,
    OUTCOME,
    TIMER,
    Outcome,
    Percept,
    Status,
)
from empla.mind.plans import Plan, PlanLibrary, Trigger
from empla.mind.readings import Mail
from empla.mind.rules import RULES_COMMAND
from empla.mind.state import Asked, Continued, Decided, Delta, Due, MindState, Noted, Quarantined, Recalled, number
from empla.mind.steps import (
    Achieve,
    Again,
    Ask,
    Believe,
    Decide,
    Do,
    Forget,
    Hold,
    Now,
    Query,
    Raise,
    Scope,
    SetAside,
    Step,
    Together,
    Unless,
    Wait,
    fingerprint,
    opened,
)
from empla.mind.values import OWN, Source

EVENTS_PER_CYCLE = 1000
ENDED_PER_CYCLE = 100
"""How many beliefs whose time is over are let go in one cycle; they count for nothing before, too."""
STEPS_PER_INTENTION = 1000
LARGEST_OUTCOME = 64 * 1024
"""Characters of canonical JSON that one outcome may have (contract 15)."""

PROFILE = "profile"
"""Kind of the percept that tells an employee who it is; its fields become `profile` beliefs."""
WAKE = "wake"
"""Kind of the event that lets an intention go on in a continued cycle."""
RESERVED = frozenset({OUTCOME, TIMER, CONTINUE, WAKE, PROFILE, APPROVAL_NEEDED, GRANT_CHANGED, RULES_COMMAND})
"""Kinds that only our own code and the company may raise: what a sensor or a plan calls so is not believed."""


def cycle(state: MindState, percept: Percept, at: datetime, library: PlanLibrary, guard: Guard = nullcontext) -> Delta:
    """Return what handling `percept` at `at` changes. The state is left as it is.

    `guard` is entered around every run of a plan body; it may raise `OutOfTime` inside.
    """
    thinking = _Cycle(Draft(state, at), library, guard)
    try:
        thinking.run(percept)
    except BaseException:
        state.drop_live(thinking.draft.moved)
        raise
    return thinking.draft.delta()


class _Cycle:
    def __init__(self, draft: Draft, library: PlanLibrary, guard: Guard) -> None:
        self.draft = draft
        self.library = library
        self.guard = guard
        self.events: deque[Percept] = deque()
        self.ready: dict[str, None] = {}

    def run(self, percept: Percept) -> None:
        for belief in self.draft.state.beliefs.ended(self.draft.at, ENDED_PER_CYCLE):
            self.draft.forget(belief, "its time is over")
        if percept.kind == CONTINUE and _is_own(percept):
            self.events.extend(percept.fields["events"])
        else:
            self.events.append(percept)
        handled = 0
        while self.events or self.ready:
            if handled >= EVENTS_PER_CYCLE:
                self._continue(percept)
                return
            handled += 1
            if self.ready:
                self._advance(self._next_ready())
            else:
                self._perceive(self.events.popleft())

    def _continue(self, percept: Percept) -> None:
        """Leave the rest to a percept of its own; intentions that were ready are woken there by replay."""
        woken = [_wake(i) for i in self.ready]
        rest = Percept(
            key=f"continue:{percept.key}",
            kind=CONTINUE,
            fields={"events": (*woken, *self.events)},
            origin=OWN,
        )
        self.draft.note(Continued(percept=rest))

    # perceive -------------------------------------------------------------------------------------------------

    def _perceive(self, event: Percept) -> None:
        if event.kind in RESERVED and not _is_own(event):
            self.draft.note(Noted(percept=event.key, text=f"a {event.kind} came from outside and is no such thing"))
        elif event.kind == OUTCOME:
            self._outcome(event.fields["action"], event.fields["outcome"])
        elif event.kind == TIMER:
            self._time_is_up(event.fields["step"])
        elif event.kind == WAKE:
            self.ready[event.fields["intention"]] = None
        elif event.kind == PROFILE:
            self._profile(event)
        else:
            self._react(event)

    def _profile(self, event: Percept) -> None:
        """Take over what the company says of the employee."""
        for name, value in sorted(event.fields.items()):
            for old in self.draft.beliefs.matching("profile", name):
                self.draft.forget(old, "a newer profile")
            self._hold_belief(Belief(functor="profile", arguments=(name, value), origin=event.origin))
        self._react(event)

    def _react(self, event: Percept) -> None:
        mail = event.get("mail")
        if event.kind == MAIL and isinstance(mail, Mail):
            question = answered_question(self.draft.questions(), mail)
            if question is not None:
                self.draft.put_question(replace(question, state="answered"))
                self._grant(question, mail)
                self._resolve(question.id, Outcome(status=Status.DONE, value=mail))
                return
        concerned = [r for r in self._waiting_for(event.kind) if _has(event, r.step)]
        for record in concerned:
            if isinstance(record.step, Unless):
                self.draft.note(Recalled(action=record.id))
            else:
                self._resolve(record.id, Outcome(status=Status.DONE, value=event))
        if not concerned:
            self._adopt_for(event.kind, event.fields, event)

    def _grant(self, question: Question, mail: Mail) -> None:
        """Let the manager's answer open the addresses that stood in the question."""
        intention = self.draft.intention(question.id.partition(".")[0])
        if intention is None:
            return
        authority = opened_by(intention.authority, question, mail)
        if authority != intention.authority:
            self.draft.put_intention(replace(intention, authority=authority))

    def _waiting_for(self, kind: str) -> list[StepRecord]:
        return [
            record
            for intention in self.draft.intentions()
            for record in self.draft.history(intention.id).values()
            if record.outcome is None and isinstance(record.step, Wait | Unless) and record.step.kind == kind
        ]

    # intend ---------------------------------------------------------------------------------------------------

    def _adopt_for(
        self,
        kind: str,
        fields: Mapping[str, Any],
        event: Percept,
        parent: Intention | None = None,
        parent_step: str = "",
        tried: tuple[str, ...] = (),
        former: Intention | None = None,
    ) -> bool:
        """Adopt the best applicable plan that was not tried yet; return whether there is one."""
        relevant = [p for p in self.library.relevant(kind, fields) if p.name not in tried]
        applicable = []
        passed_over = []
        for plan in relevant:
            if self._applies(plan, fields):
                applicable.append(plan)
            else:
                passed_over.append(f"{plan.name}: its condition does not hold")
        if not applicable:
            if parent is None and not tried:
                self.draft.note(Noted(percept=event.key, text=f"no plan for {kind}"))
            return False
        passed_over += [f"{p.name}: ranked after {applicable[0].name}" for p in applicable[1:]]
        self._adopt(applicable[0], kind, fields, event, parent, parent_step, tried, tuple(passed_over), former=former)
        return True

    def _applies(self, plan: Plan, fields: Mapping[str, Any]) -> bool:
        try:
            return bool(plan.when(self.draft.beliefs, Trigger(fields)))
        except Exception as error:
            text = f"the condition of plan {plan.name} raised {type(error).__name__}: {said(error)}"
            self.draft.note(Noted(percept="", text=text))
            return False

    def _adopt(
        self,
        plan: Plan,
        kind: str,
        fields: Mapping[str, Any],
        event: Percept,
        parent: Intention | None,
        parent_step: str,
        tried: tuple[str, ...],
        passed_over: tuple[str, ...],
        recovering: bool = False,
        former: Intention | None = None,
    ) -> None:
        """Commit to a plan. `former` is the intention that this one takes over from, with its authority and label."""
        former = former or parent
        self.draft.adopted += 1
        intention_id = f"i{self.draft.adopted}"
        name = kind.removeprefix("goal:") if parent_step else plan.goal or plan.name
        goal = Goal(
            id=f"g{self.draft.adopted}",
            name=name,
            kind="achieve" if parent_step else "perform",
            parent=parent.goal if parent else "",
            percept=event.key,
            adopted_at=self.draft.at,
        )
        self.draft.put_goal(goal)
        authority = former.authority if former else authority_of(event, self.draft.beliefs)
        reads = sources_of(fields)
        self.draft.put_intention(
            Intention(
                id=intention_id,
                plan=plan.name,
                version=plan.version,
                kind=kind,
                bindings=dict(fields),
                goal=goal.id,
                percept=event.key,
                adopted_at=self.draft.at,
                priority=plan.priority,
                parent=parent_step,
                recovering=recovering,
                tried=(*tried, plan.name),
                passed_over=passed_over,
                authority=authority,
                reads=_join(former.reads, reads) if former else reads,
            )
        )
        self.ready[intention_id] = None

    def _next_ready(self) -> Intention | None:
        """Take the ready intention with the highest priority, the eldest of those: none waits for ever."""
        found = [i for i in (self.draft.intention(name) for name in self.ready) if i is not None]
        if not found:
            self.ready.clear()
            return None
        best = min(found, key=lambda i: (-i.priority, number(i.id)))
        del self.ready[best.id]
        return best

    # advance --------------------------------------------------------------------------------------------------

    def _advance(self, intention: Intention | None) -> None:
        if intention is None or intention.stage is not Stage.ACTIVE:
            return
        running, turn = self._resume(intention)
        while turn is not None:
            if isinstance(turn, Ended):
                self._end(self._current(intention), turn.outcome)
                return
            outcome = self._take(self._current(intention), turn.step)
            if outcome is None:
                return
            turn = running.feed(outcome)

    def _current(self, intention: Intention) -> Intention:
        return self.draft.intention(intention.id) or intention

    def _resume(self, intention: Intention) -> tuple[RunningBody, Turn | None]:
        self.draft.moved.add(intention.id)
        history = [r for r in self.draft.history(intention.id).values() if "." not in r.index]
        history.sort(key=lambda r: int(r.index))
        live = self.draft.state.live.get(intention.id)
        if live is not None and history and history[-1].outcome is not None:
            running = RunningBody(live, self.guard)
            return running, running.feed(history[-1].outcome)
        plan = self.library.get(intention.plan, intention.version)
        body = None if plan is None else plan.recovery if intention.recovering else plan.body
        if body is None:
            gone = f"plan {intention.plan} version {intention.version} is not there any more"
            return _no_body(self.guard), Ended(Outcome(status=Status.FAILED, code="plan-gone", sentence=gone))
        running, turn = replay(body, intention.bindings, [(r.fingerprint, r.outcome) for r in history], self.guard)
        self.draft.state.live[intention.id] = running.live
        return running, turn

    def _take(self, intention: Intention, step: Step) -> Outcome | None:
        """Record and begin a step; return its outcome if it is known at once."""
        count = sum("." not in index for index in self.draft.history(intention.id))
        if count >= STEPS_PER_INTENTION:
            self._end(intention, _failed("too-many-steps", f"more than {STEPS_PER_INTENTION} steps; use `Again`"))
            return None
        try:
            step = codec.decode(codec.encode(step))  # as it will be after a restart: tuples, not lists
        except ValidationError as error:
            self._end(intention, _failed("step-not-kept", f"the plan asks for what cannot be kept: {said(error)}"))
            return None
        record = StepRecord(
            intention=intention.id, index=str(count), fingerprint=fingerprint(step, str(count)), step=step
        )
        if isinstance(step, Again):
            self.draft.put_step(record)
            self._again(intention, step)
            return None
        outcome = self._begin(intention, record)
        if outcome is not None:
            outcome = bounded(outcome)
            self.draft.put_step(replace(record, outcome=outcome))
        return outcome

    def _begin(self, intention: Intention, record: StepRecord) -> Outcome | None:
        """Begin a step; a step that has to be waited for is recorded without an outcome."""
        step = record.step
        now = self._immediate(intention, record)
        if now is not None:
            return now
        self.draft.put_step(record)
        match step:
            case Do():
                self._ask_for(intention, record.id, step)
            case Unless():
                self._ask_for(intention, record.id, step.by)
            case Ask():
                if step.grants and (why := cannot_grant(step, managers(self.draft.beliefs))):
                    return _failed("grants", why)
                expires = self.draft.at + step.patience
                self.draft.put_question(
                    Question(
                        id=record.id,
                        who=step.who,
                        expires_at=expires,
                        allowed=tuple(step.allowed),
                        grants=tuple(step.grants),
                        declines=step.declines,
                    )
                )
                self.draft.note(Due(step=record.id, at=expires))
                self._ask_for(intention, record.id, step.by)
            case Wait():
                if step.until is not None:
                    self.draft.note(Due(step=record.id, at=step.until))
            case Achieve():
                event = Percept(key=intention.percept, kind=f"goal:{step.goal}", fields=step.bindings, origin=OWN)
                if not self._adopt_for(event.kind, step.bindings, event, parent=intention, parent_step=record.id):
                    return _failed("no-plan", f"there is no applicable plan for the goal {step.goal}")
            case Together():
                return self._begin_together(intention, record, step)
            case _:
                return _failed("not-a-step", f"a {type(step).__name__} cannot be taken")
        return None

    def _begin_together(self, intention: Intention, record: StepRecord, step: Together) -> Outcome | None:
        outcomes = []
        for place, inner in enumerate(step.steps):
            index = f"{record.index}.{place}"
            part = StepRecord(intention=intention.id, index=index, fingerprint=fingerprint(inner, index), step=inner)
            outcome = self._begin(self._current(intention), part)
            if outcome is not None:
                self.draft.put_step(replace(part, outcome=bounded(outcome)))
            outcomes.append(outcome)
        return _joined(outcomes)

    def _ask_for(self, intention: Intention, action: str, step: Do) -> None:
        self.draft.note(
            Asked(
                action=action,
                operation=step.operation,
                arguments=step.arguments,
                authority=intention.authority,
                reads=intention.reads,
                percept=intention.percept,
            )
        )

    def _immediate(self, intention: Intention, record: StepRecord) -> Outcome | None:
        value: Any = None
        step = record.step
        match step:
            case Now():
                value = self.draft.at
            case Query():
                found = self.draft.beliefs.matching(step.functor, *opened(step.pattern), at=self.draft.at)
                value = tuple(b.arguments for b in found)
                self._has_read(intention, sources_of([(b.origin, b.arguments) for b in found]))
            case Believe() | Forget() if not may_hold(intention.authority, step.functor):
                return _failed("not-authorised", f"nobody's word covers changing what is held as {step.functor!r}")
            case Believe():
                self._hold_belief(
                    Belief(
                        functor=step.functor,
                        arguments=step.arguments,
                        origin=label_of(intention),
                        confidence=step.confidence,
                        observed_at=self.draft.at,
                        valid_until=step.until,
                        supporters=(intention.percept,),
                    )
                )
            case Forget():
                for belief in self.draft.beliefs.matching(step.functor, *opened(step.pattern)):
                    self.draft.forget(belief, f"withdrawn by {intention.plan}")
            case Hold():
                self._hold_spans(record, step)
            case Scope():
                return self._scope(intention, step)
            case Raise():
                self.events.append(raised_by(intention, step.kind, step.fields))
            case SetAside():
                self.draft.note(Quarantined(percept=step.percept, reason=step.reason))
            case Decide():
                return self._decide(intention, step)
            case _:
                return None
        return Outcome(status=Status.DONE, value=value)

    def _hold_belief(self, belief: Belief) -> None:
        known = self.draft.beliefs.get(belief.id)
        self.draft.believe(belief)
        if known is None:
            fields = {"functor": belief.functor, "arguments": belief.arguments}
            if self.library.relevant("belief-added", fields):
                self.events.append(Percept(key=f"belief:{belief.id}", kind="belief-added", fields=fields, origin=OWN))

    def _hold_spans(self, record: StepRecord, step: Hold) -> None:
        noted = {c.id: c for c in self.draft.changes if isinstance(c, HeldSpan)}
        for known in ({**self.draft.state.holds, **noted}).values():
            if known.intention == record.intention and known.until > self.draft.at:
                self.draft.note(replace(known, until=self.draft.at))
        for place, (start, end) in enumerate(step.spans):
            held = HeldSpan(
                id=f"{record.id}.{place}", intention=record.intention, start=start, end=end, until=step.until
            )
            self.draft.note(held)

    def _scope(self, intention: Intention, step: Scope) -> Outcome:
        foreign = outsiders(intention.authority, step)
        if foreign:
            return _failed("scope", f"{foreign[0]} came from outside and cannot widen a request")
        self.draft.put_intention(replace(intention, authority=widened(intention.authority, step)))
        return Outcome(status=Status.DONE)

    def _decide(self, intention: Intention, step: Decide) -> Outcome:
        history = self.draft.history(intention.id)
        if not may_decide(step, intention, history, managers(self.draft.beliefs)):
            return _failed("decide", "no vouched yes of the manager was given to this request")
        self.draft.note(Decided(action=step.action, approved=step.approved, by=step.by.value))
        return Outcome(status=Status.DONE)

    # outcomes -------------------------------------------------------------------------------------------------

    def _outcome(self, action: str, outcome: Outcome) -> None:
        record = self.draft.step(action)
        if record is None or record.outcome is not None:
            return  # the intention is over, or this was told before
        question = self.draft.question(action)
        if question is None:
            self._resolve(action, outcome)
        elif outcome.status is Status.DONE:
            sent = outcome.value  # None if a person settled it by hand: then the thread is not known
            message_id, thread = getattr(sent, "message_id", ""), getattr(sent, "thread", "")
            self.draft.put_question(replace(question, message_id=message_id, thread=thread))
        else:
            # It never reached the person: a mail of theirs must not be taken for the answer.
            self.draft.put_question(replace(question, state="withdrawn"))
            self._resolve(action, outcome)

    def _time_is_up(self, step_id: str) -> None:
        record = self.draft.step(step_id)
        if record is None or record.outcome is not None:
            return
        question = self.draft.question(step_id)
        if question is not None:
            self.draft.put_question(replace(question, state="expired"))
        self._resolve(step_id, Outcome(status=Status.DONE, value=None))

    def _resolve(self, step_id: str, outcome: Outcome, reads: tuple[str, ...] = ()) -> None:
        """Record the outcome of a waiting step, and of the `Together` around it when that is complete.

        `reads` is what a sub-intention has read, whose label its result carries.
        """
        record = self.draft.step(step_id)
        if record is None or record.outcome is not None:
            return
        self.draft.put_step(replace(record, outcome=bounded(outcome)))
        intention = self.draft.intention(record.intention)
        if intention is None:
            return
        self._has_read(intention, (*reads, *sources_of(outcome.value)))
        outer, _, _ = record.index.rpartition(".")
        if outer:
            history = self.draft.history(record.intention)
            parts = [r for i, r in history.items() if i.rpartition(".")[0] == outer]
            joined = _joined([r.outcome for r in sorted(parts, key=lambda r: int(r.index.rpartition(".")[2]))])
            if joined is None:
                return
            self._resolve(f"{record.intention}.{outer}", joined)
            return
        self.ready[record.intention] = None

    def _has_read(self, intention: Intention, sources: tuple[str, ...]) -> None:
        read = _join(intention.reads, sources)
        if read != intention.reads:
            self.draft.put_intention(replace(intention, reads=read))

    # the end --------------------------------------------------------------------------------------------------

    def _again(self, intention: Intention, step: Again) -> None:
        self._close(intention, Outcome(status=Status.DONE), Stage.DONE)
        plan = self.library.newest(intention.plan)
        if plan is not None:
            event = Percept(key=intention.percept, kind=intention.kind, fields=step.bindings)
            owner = self._owner(intention)
            self._adopt(plan, intention.kind, step.bindings, event, owner, intention.parent, (), (), former=intention)

    def _close(self, intention: Intention, outcome: Outcome, stage: Stage) -> None:
        ended = replace(intention, stage=stage, ended_at=self.draft.at, result=outcome)
        self.draft.put_intention(ended)
        goal = self.draft.goal(intention.goal)
        if goal is not None:
            state = "achieved" if stage is Stage.DONE else "dropped"
            self.draft.put_goal(replace(goal, state=state, reason=outcome.sentence))

    def _end(self, intention: Intention, outcome: Outcome) -> None:
        outcome = bounded(outcome)
        if outcome.status is Status.DONE:
            self._close(intention, outcome, Stage.DONE)
            if intention.parent:
                self._resolve(intention.parent, outcome, intention.reads)
            return
        self._close(intention, outcome, Stage.FAILED)
        self._after_failure(intention, outcome)

    def _after_failure(self, intention: Intention, outcome: Outcome) -> None:
        """Failure goes to the recovery body, then the next applicable plan, then up, then to whoever listens."""
        event = Percept(key=intention.percept, kind=intention.kind, fields=intention.bindings)
        owner = self._owner(intention)
        plan = self.library.get(intention.plan, intention.version)
        if plan is not None and plan.recovery is not None and not intention.recovering:
            fields = {**intention.bindings, "failure": outcome}
            tried = intention.tried[:-1]
            self._adopt(plan, intention.kind, fields, event, owner, intention.parent, tried, (), True, former=intention)
            return
        fields = {n: v for n, v in intention.bindings.items() if n != "failure"}
        if self._adopt_for(intention.kind, fields, event, owner, intention.parent, intention.tried, intention):
            return
        if intention.parent:
            self._resolve(intention.parent, outcome, intention.reads)
        elif plan is None or not plan.quiet:
            failure = {"plan": intention.plan, "tried": intention.tried, "outcome": outcome, **_mail_of(intention)}
            self.events.append(raised_by(intention, INTENTION_FAILED, failure))

    def _owner(self, intention: Intention) -> Intention | None:
        """Return the intention that waits for this one."""
        return self.draft.intention(intention.parent.partition(".")[0]) if intention.parent else None


def bounded(outcome: Outcome) -> Outcome:
    """Return the outcome, or a failure that says it is too large to keep (contract 15)."""
    if outcome.value is None or len(codec.dumps(outcome.value)) <= LARGEST_OUTCOME:
        return outcome
    return _failed("outcome-too-large", f"the outcome has more than {LARGEST_OUTCOME} characters")


def _failed(code: str, sentence: str) -> Outcome:
    return Outcome(status=Status.FAILED, code=code, sentence=sentence)


def _joined(outcomes: list[Outcome | None]) -> Outcome | None:
    """Return the outcome of steps done together, None while one is missing."""
    if any(o is None for o in outcomes):
        return None
    known = [o for o in outcomes if o is not None]
    failed = [o for o in known if o.status is not Status.DONE]
    return failed[0] if failed else Outcome(status=Status.DONE, value=tuple(o.value for o in known))


def _join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))


def _has(event: Percept, step: Step) -> bool:
    return isinstance(step, Wait | Unless) and all(event.get(name) == want for name, want in step.fields.items())


def _is_own(event: Percept) -> bool:
    return event.origin.source in (Source.OWN, Source.POLICY)


def _wake(intention: str) -> Percept:
    return Percept(key=f"wake:{intention}", kind=WAKE, fields={"intention": intention}, origin=OWN)


def _mail_of(intention: Intention) -> dict[str, Any]:
    return {"mail": intention.bindings["mail"]} if "mail" in intention.bindings else {}


def _no_body(guard: Guard) -> RunningBody:
    nothing: tuple[Step, ...] = ()
    return RunningBody((step for step in nothing), guard)
