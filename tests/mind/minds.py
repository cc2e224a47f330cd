"""A mind to talk to: tells it percepts one by one and shows what it changed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from empla.mind import codec
from empla.mind.bodies import Guard
from empla.mind.cycle import cycle
from empla.mind.intentions import Intention, Stage, StepRecord
from empla.mind.percepts import OUTCOME, TIMER, Outcome, Percept, Status
from empla.mind.plans import PlanLibrary
from empla.mind.readings import Mail, Reading
from empla.mind.state import Asked, Delta, MindState
from empla.mind.values import OWN, Address, Origin, Source

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
MARIA = Address("maria@office.example", Origin(Source.POLICY))
BOB = Address("bob@office.example", Origin(Source.DIRECTORY))

T = TypeVar("T")


@dataclass
class Mind:
    """One mind with its plans. It forgets its generators after every cycle, as a process that restarts does."""

    library: PlanLibrary = field(default_factory=PlanLibrary)
    state: MindState = field(default_factory=MindState)
    at: datetime = START
    guard: Guard | None = None
    deltas: list[Delta] = field(default_factory=list)

    def tell(self, kind: str, key: str = "", origin: Origin = OWN, **fields: Any) -> Delta:
        """Tell it one percept, and apply what that changes."""
        percept = Percept(key=key or f"{kind}:{len(self.deltas)}", kind=kind, fields=fields, origin=origin)
        return self.hear(percept)

    def hear(self, percept: Percept) -> Delta:
        """Tell it a percept as it comes out of the inbox."""
        self.at += timedelta(seconds=1)
        recorded = codec.loads(codec.dumps(percept))
        more = {"guard": self.guard} if self.guard else {}
        delta = cycle(self.state, recorded, self.at, self.library, **more)
        self.state.apply(codec.loads(codec.dumps(delta.changes)))
        self.state.live.clear()
        self.deltas.append(delta)
        return delta

    def done(self, action: str, value: Any = None) -> Delta:
        """Tell it that an action was done."""
        return self.tell(OUTCOME, action=action, outcome=Outcome(status=Status.DONE, value=value))

    def failed(self, action: str, code: str = "broken") -> Delta:
        """Tell it that an action failed."""
        return self.tell(OUTCOME, action=action, outcome=Outcome(status=Status.FAILED, code=code, sentence="no"))

    def time_for(self, step: str) -> Delta:
        """Tell it that a wait is over."""
        return self.tell(TIMER, step=step)

    def changes(self, kind: type[T]) -> list[T]:
        """Return every change of one kind so far."""
        return [c for delta in self.deltas for c in delta.changes if isinstance(c, kind)]

    @property
    def asked(self) -> list[str]:
        """Return the ids of the actions asked for so far."""
        return [a.action for a in self.changes(Asked)]

    def believes(self, functor: str) -> list[tuple[Any, ...]]:
        """Return the arguments of the beliefs held."""
        return [b.arguments for b in self.state.beliefs.matching(functor)]

    def ends(self) -> list[tuple[str, str, str]]:
        """Return plan, stage and code of every intention that is over, in order."""
        over = [i for i in self.changes(Intention) if i.stage in (Stage.DONE, Stage.FAILED, Stage.DROPPED)]
        return [(i.plan, i.stage.value, i.result.code if i.result else "") for i in over]

    def steps(self, intention: str) -> list[StepRecord]:
        """Return the steps of an intention that is not over."""
        return list(self.state.histories[intention].values())


def mail(
    sender: str,
    vouched: bool = True,
    *,
    key: str = "m1",
    intent: str = "other-request",
    in_reply_to: tuple[str, ...] = (),
    thread: str = "",
    automatic: str = "",
) -> Mail:
    """Return a mail as `email.read` gives it."""
    address = Address(sender, Origin(Source.PERCEPT, key, "from"))
    return Mail(
        key=key,
        message_id=f"<{key}@x>",
        blob="",
        subject="A mail",
        sender=address,
        authenticated=address if vouched else None,
        in_reply_to=in_reply_to,
        thread=thread or f"<{key}@x>",
        automatic=automatic,
        reading=Reading(reader="test", version=1, intent=intent, confidence=1.0),
    )
