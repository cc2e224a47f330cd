"""Why: from a mail back to what led to it, or from a mail that came on to what it led to, as one tree (law 6).

    mail sent -> action -> step -> plan -> goal -> beliefs -> reading -> percept -> the raw mail
    mail received -> percept -> reading -> plans -> beliefs and actions -> mails sent

A node is plain data: `what` it is, a `text`, `facts` by name, and the nodes `below` it.
"""

import json
from collections.abc import Mapping, Sequence
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any, Final

from empla.capabilities.email.sensor import MAIL_ARRIVED
from empla.config import Home, load_settings
from empla.errors import EmplaError, InputError
from empla.mind import codec
from empla.mind.intentions import Intention, StepRecord
from empla.mind.readings import Mail, Reading
from empla.mind.steps import Ask, Believe, Do
from empla.store.company import CompanyStore
from empla.workplace.blobs import FileBlobs
from runtime.cli import minds
from runtime.cli.wording import of_step, of_value

Node = dict[str, Any]

_HEADERS: Final = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted")
_VOUCHED: Final = "Authentication-Results"
_READS: Final = "email.read"


def explained(home: Home, message_id: str) -> dict[str, Any]:
    """Return, for each employee that sent or received this mail, why, or what came of it.

    Ends with whether the employee's ledger is whole. InputError if no employee knows of such a mail.
    """
    wanted = f"<{message_id.strip().strip('<>')}>"
    with CompanyStore(home.company_db) as store, store.reading() as company:
        everybody = [(e.slug, e.name, e.address) for e in company.employees()]
    zone = load_settings(home).zone
    found = []
    for slug, name, address in everybody:
        with minds.opened(home, slug) as mind:
            if mind is not None:
                teller = _Teller(mind, zone)
                trees = [*teller.sent(wanted), *teller.received(wanted)]
                found += [{"employee": name, "address": address, "ledger": _ledger(mind), **tree} for tree in trees]
    if not found:
        raise InputError(
            f"no employee has sent or received {wanted}",
            next_step="copy an id from `empla inbox NUMBER` or `empla history NAME --json`",
        )
    return {"message_id": wanted, "found": found}


def _ledger(mind: minds.Mind) -> dict[str, Any]:
    records, broken_at = mind.ledger()
    return {"records": records, "intact": broken_at is None, "broken_at": broken_at}


def node(what: str, text: str, below: Sequence[Node] = (), **facts: Any) -> Node:
    """Return one node; empty facts are left out."""
    return {
        "what": what,
        "text": text,
        "facts": {k: v for k, v in facts.items() if v not in ("", None, [], {}, ())},
        "below": [n for n in below if n],
    }


class _Teller:
    """Tells from one mind."""

    def __init__(self, mind: minds.Mind, zone: str) -> None:
        self._mind = mind
        self._zone = zone

    # backward: why was this sent --------------------------------------------------------------------------------

    def sent(self, message_id: str) -> list[dict[str, Any]]:
        """Return the tree behind a mail that the employee sent, or meant to send; none if it did not."""
        rows = [
            r for r in self._mind.actions() if message_id in r.target and _target(r).get("message_id") == message_id
        ]
        return [{"direction": "sent", "tree": self._mail_sent(row)} for row in rows]

    def _mail_sent(self, row: Any) -> Node:
        target = _target(row)
        text = f"{minds.about(target) or row.operation}"
        return node(
            "mail sent" if row.state in ("done", "reconciled") else f"mail, {row.state}",
            text,
            [self._action(row, [self._step_of(row)])],
            to=minds.recipients(target),
            message_id=target.get("message_id"),
        )

    def _action(self, row: Any, below: Sequence[Node] = ()) -> Node:
        ledger = [_event(record) for record in self._mind.ledger_of(row.id)]
        return node(
            "action",
            f"{row.operation} ({row.id}), {row.state}",
            below,
            gate=f"{row.decision} by {row.rule}" + (f": {row.why}" if row.why else ""),
            attempts=row.attempt,
            ledger=ledger,
            outcome=_failure(row),
        )

    def _step_of(self, row: Any) -> Node:
        intention = next(iter(self._mind.intentions(id=row.intention)), None)
        if intention is None:
            return {}
        steps = self._mind.steps(intention.id)
        here = next((s for s in steps if s.id == row.id), None)
        words = f"step {here.index} of {intention.id}: {of_step(here.step)}" if here is not None else row.id
        return node("step", words, [self._plan(intention, steps, here)])

    def _plan(self, intention: Intention, steps: Sequence[StepRecord], here: StepRecord | None) -> Node:
        """Return the plan behind a step, with what it knew when it came there."""
        place = steps.index(here) if here is not None else len(steps)
        return node(
            "plan",
            f"{intention.plan}, version {intention.version}",
            [
                self._goal(intention),
                *self._before(steps[:place]),
                *([self._parent(intention)] if intention.parent else self._roots(intention)),
            ],
            passed_over=list(intention.passed_over),
            tried_before=[p for p in intention.tried if p != intention.plan],
            recovering="after a failure" if intention.recovering else "",
        )

    def _goal(self, intention: Intention) -> Node:
        goal = self._mind.goal(intention.goal)
        over = self._mind.goal(goal.parent) if goal is not None and goal.parent else None
        word = intention.authority
        return node(
            "goal",
            f"{goal.name} ({goal.state})" if goal is not None else intention.goal,
            on_the_word_of=word.principal or "nobody: it came from outside",
            covers=[a.value for a in word.people],
            between=[of_value(t) for t in (word.start, word.end) if t is not None],
            part_of=over.name if over is not None else "",
            reason=goal.reason if goal is not None else "",
        )

    def _before(self, steps: Sequence[StepRecord]) -> list[Node]:
        """Return what an intention did and took for true before a step."""
        believed = [of_step(s.step) for s in steps if isinstance(s.step, Believe)]
        did = [f"{of_step(s.step)}{_result(s)}" for s in steps if isinstance(s.step, Do)]
        asked = [self._answer(s) for s in steps if isinstance(s.step, Ask)]
        return [
            *([node("beliefs", f"{len(believed)} formed", [node("belief", b) for b in believed])] if believed else []),
            *([node("earlier steps", f"{len(did)} done", [node("step", d) for d in did])] if did else []),
            *asked,
        ]

    def _answer(self, record: StepRecord) -> Node:
        mail = record.outcome.value if record.outcome is not None else None
        if not isinstance(mail, Mail):
            return node("question", f"{of_step(record.step)}: no answer")
        return node("question", f"{of_step(record.step)}: answered", [self._reading(mail)])

    def _parent(self, intention: Intention) -> Node:
        """Return the step of another intention that this one works for."""
        outer = next(iter(self._mind.intentions(id=intention.parent.partition(".")[0])), None)
        if outer is None:
            return {}
        steps = self._mind.steps(outer.id)
        here = next((s for s in steps if s.id == intention.parent), None)
        return node("for the step", intention.parent, [self._plan(outer, steps, here)])

    def _roots(self, intention: Intention) -> list[Node]:
        """Return what set an intention off: the mail as it was read, or another percept."""
        mail = intention.bindings.get("mail")
        if isinstance(mail, Mail):
            return [self._reading(mail)]
        read = self._mail_of(intention.percept)
        return [self._reading(read) if read is not None else self._percept(intention.percept)]

    # forward: what came of this ---------------------------------------------------------------------------------

    def received(self, message_id: str) -> list[dict[str, Any]]:
        """Return what a mail that came led to; none if it did not come here."""
        read = {row.percept: _is(row, message_id) for row in self._mind.actions(operation=_READS, state="done")}
        found = []
        for row in self._mind.percepts(MAIL_ARRIVED):
            blob = str(self._mind.decoded(row).fields["blob"])
            # What could not be read is known only by its bytes; all others by what was read.
            named = read[row.key] if row.key in read else message_id in _headers(self._raw(blob)).get("Message-ID", "")
            if named:
                found.append({"direction": "received", "tree": self._mail_received(row, blob)})
        return found

    def _mail_received(self, row: Any, blob: str) -> Node:
        mail = self._mail_of(row.key)
        handling = [i for i in self._mind.intentions(percept=row.key) if not i.parent]
        understanding = [i for i in handling if i.kind == MAIL_ARRIVED]
        led_to = [self._led_to(i) for i in handling if i.kind != MAIL_ARRIVED]
        noted = [of_step(s.step) for i in understanding for s in self._mind.steps(i.id) if isinstance(s.step, Believe)]
        understood = self._reading(mail, deep=False) if mail is not None else node("reading", "it could not be read")
        below = [
            self._raw_mail(blob),
            understood,
            *(node("belief", text) for text in noted),
            *led_to,
            *self._answered(row.key),
        ]
        subject = mail.subject if mail is not None else _headers(self._raw(blob)).get("Subject", "")
        nothing = "" if led_to or noted or len(below) > 2 else row.reason or "nothing came of it"
        return node(
            "mail received", subject, below, percept=row.key, at=row.at, state=row.state, why=row.reason or nothing
        )

    def _led_to(self, intention: Intention) -> Node:
        steps = self._mind.steps(intention.id)
        rows = {row.id: row for row in self._mind.actions(intention=intention.id)}
        below = [self._goal(intention)]
        for record in steps:
            if isinstance(record.step, Believe):
                below.append(node("belief", of_step(record.step)))
            elif record.id in rows:
                below.append(self._done(rows[record.id]))
        for child in self._mind.intentions(percept=intention.percept):
            if child.parent.partition(".")[0] == intention.id:
                below.append(self._led_to(child))
        result = intention.result.sentence if intention.result is not None else ""
        return node(
            "plan",
            f"{intention.plan}, version {intention.version}, {intention.stage.value}",
            below,
            passed_over=list(intention.passed_over),
            waits_for=minds.waits_for(steps, self._zone),
            result=result,
        )

    def _done(self, row: Any) -> Node:
        target = _target(row)
        shown = self._action(row)
        shown["facts"] |= {"to": minds.recipients(target)} if minds.recipients(target) else {}
        shown["facts"] |= {"about": minds.about(target)} if minds.about(target) else {}
        if target.get("message_id"):
            shown["facts"]["message_id"] = target["message_id"]
        return shown

    def _answered(self, key: str) -> list[Node]:
        """Return the questions that this mail answered."""
        found = []
        for record in self._mind.steps_answered_by(key):
            intention = next(iter(self._mind.intentions(id=record.intention)), None)
            plan = f" of {intention.plan}" if intention is not None else ""
            below = [self._led_to(intention)] if intention is not None else []
            found.append(node("answer", f"to the question {record.id}{plan}", below))
        return found

    # mails ------------------------------------------------------------------------------------------------------

    def _mail_of(self, key: str) -> Mail | None:
        for row in self._mind.actions(percept=key):
            if row.operation == _READS and row.outcome:
                value = codec.loads(row.outcome).value
                if isinstance(value, Mail):
                    return value
        return None

    def _reading(self, mail: Mail, *, deep: bool = True) -> Node:
        reading = mail.reading
        below = [self._percept(mail.key)] if deep else []
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

    def _percept(self, key: str) -> Node:
        row = self._mind.percept_row(key)
        if row is None:
            return node("percept", f"{key} (not kept)")
        fields = self._mind.decoded(row).fields
        below = [self._raw_mail(str(fields["blob"]))] if "blob" in fields else []
        return node("percept", f"{row.kind} {row.key}", below, at=row.at, state=row.state, why=row.reason)

    def _raw_mail(self, blob: str) -> Node:
        raw = self._raw(blob)
        return node("raw mail", f"{len(raw)} bytes, kept as {blob[:12]}…", (), **_headers(raw)) if raw else {}

    def _raw(self, blob: str) -> bytes:
        try:
            return FileBlobs(self._mind.folder / "blobs").read(blob)
        except EmplaError:
            return b""  # erased, or lost: the rest of the story stands


def _is(row: Any, message_id: str) -> bool:
    """Return whether what was read is the mail with this id; only what mentions it is decoded."""
    mentions = json.dumps(message_id, ensure_ascii=False)[1:-1] in row.outcome
    return mentions and codec.loads(row.outcome).value.message_id == message_id


def _headers(raw: bytes) -> dict[str, str]:
    head = BytesHeaderParser(policy=compat32).parsebytes(raw)
    return {name: " ".join(str(head[name]).split()) for name in (*_HEADERS, _VOUCHED) if head[name]}


def _slots(reading: Reading) -> list[Node]:
    return [
        node("slot", f"{name}: {of_value(slot.value)}", words=f"“{slot.words}”") for name, slot in reading.slots.items()
    ]


def _target(row: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(row.target)
    return found


def _event(record: Mapping[str, Any]) -> str:
    how = record.get("how") or record.get("rule") or record.get("by") or ""
    return f"{record['event']} at {record['at'][:19].replace('T', ' ')} UTC" + (f" ({how})" if how else "")


def _failure(row: Any) -> str:
    outcome = codec.loads(row.outcome) if row.outcome else None
    return f"{outcome.code}: {outcome.sentence}" if outcome is not None and outcome.code else ""


def _result(record: StepRecord) -> str:
    if record.outcome is None:
        return ", not done yet"
    return "" if record.outcome.status == "done" else f", {record.outcome.status.value}: {record.outcome.sentence}"
