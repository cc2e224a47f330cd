"""What came of a run: by the scenario's oracle from outside, and by what each employee's own tables say."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any, Final

from empla.capabilities.email.mailbox import FetchedMail, MailCursor
from empla.store.opening import open_inbox
from empla.store.store import Store
from runtime.cli.minds import load_kept_types
from runtime.office import database, delivery
from runtime.simulation.inside import examine as look_inside
from runtime.simulation.oracle import Arrived, Fault, Standing, check
from runtime.simulation.play import Lived, Outcome
from runtime.simulation.world import VALIDITY, Box, Folder, Office
from tests.proof_real.playing import Run
from tests.proof_real.slope import theil_sen

_UNDER_WAY: Final = ("ready", "claimed", "on_wire")


@dataclass(kw_only=True)
class Examined:
    """Everything that was counted. `faults` fail the proof; `figures` are told."""

    faults: list[Fault] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def examine(run: Run, mailboxes: Mapping[str, Sequence[bytes]], standing: Sequence[Standing]) -> Examined:
    """Return what came of a run that has ended. `mailboxes` are all INBOXes, as their owners' clients saw them."""
    found = Examined()
    load_kept_types()
    outside(run, mailboxes, standing, found)
    submissions(run, found)
    for slug in run.real.slugs.values():
        with closing(open_inbox(run.real.home.employee(slug) / "mind.db", slug)) as store:
            _under_way(store, slug, found)
    inside(run, mailboxes, found)
    memory(run, found)
    return found


def _fault(found: Examined, kind: str, sentence: str, nonce: str = "") -> None:
    found.faults.append(Fault(kind=kind, nonce=nonce, sentence=sentence))


def _add(found: Examined, name: str, number: float) -> None:
    found.figures[name] = found.figures.get(name, 0) + number


# from outside -------------------------------------------------------------------------------------------------------


def outside(run: Run, mailboxes: Mapping[str, Sequence[bytes]], standing: Sequence[Standing], found: Examined) -> None:
    """Hold what people, and servers elsewhere, have got to what the scenario says."""
    arrived = [
        Arrived(recipient=address, raw=raw) for address in run.people_addresses for raw in mailboxes[address]
    ] + list(_elsewhere(run, found))
    found.faults += check(run.script, arrived, standing, run.ended)
    employees = run.script.employees
    came = Counter(
        str(_header(each.raw, "From")).rpartition("<")[2].rstrip(">").lower() in employees for each in arrived
    )
    found.figures["mails and invitations that people sent"] = run.people.handed_in
    found.figures["mails of employees that arrived"] = came[True]
    found.figures["mails that reached employees"] = sum(len(mailboxes[address]) for address in employees)
    found.figures["events that stand in calendars"] = sum(each.ics.count(b"BEGIN:VEVENT") for each in standing)
    found.figures["submissions that people's programs repeated"] = run.people.again


def _elsewhere(run: Run, found: Examined) -> Iterator[Arrived]:
    """Yield what other servers took. What the office knows that it may have handed over twice is noted as such."""
    with closing(sqlite3.connect(database.path(run.real.home))) as db:
        unsure = {
            (row[0], row[1].lower()): row[2]
            for row in db.execute("SELECT message_id, recipient, unsure FROM outgoing WHERE unsure > 0")
        }
    seen: Counter[tuple[str, str]] = Counter()
    for recipient, raw in run.elsewhere.taken:
        key = (_header(raw, "Message-ID"), recipient)
        again = 0 < seen[key] <= unsure.get(key, 0)
        seen[key] += 1
        if again:
            _add(found, "mails that the relay may have, and has, twice (counted by the office)", 1)
        yield Arrived(recipient=recipient, raw=raw, again=again)


def _header(raw: bytes, name: str) -> str:
    return str(BytesHeaderParser(policy=default).parsebytes(raw)[name] or "").strip()


def submissions(run: Run, found: Examined) -> None:
    """Count what the office took a second time without delivering it again, and whose attempt had been on the wire."""
    by_account: dict[str, list[delivery.Submission]] = defaultdict(list)
    for each in delivery.submissions(run.real.home):
        if each.suppressed:
            by_account[each.account].append(each)
    for name, slug in run.real.slugs.items():
        ours = by_account.get(run.real.addresses[name], [])
        if not ours:
            continue
        with closing(open_inbox(run.real.home.employee(slug) / "mind.db", slug)) as store:
            rows = store.find("action", {"operation": "email.send"}, ("id", "content", "on_wire_at", "attempt"))
            rows += store.find("action", {"operation": "email.reply"}, ("id", "content", "on_wire_at", "attempt"))
        known = {_header(bytes(row.content), "Message-ID"): row for row in rows}
        for each in ours:
            _add(found, "suppressed submissions of employees", each.suppressed)
            row = known.get(each.message_id)
            if row is None or not row.on_wire_at or row.attempt < 2:
                sentence = f"{slug}: {each.message_id} came again though it had not been on the wire"
                _fault(found, "suppressed outside on_wire", sentence)
    found.figures.setdefault("suppressed submissions of employees", 0)


# in their own tables ------------------------------------------------------------------------------------------------


def inside(run: Run, mailboxes: Mapping[str, Sequence[bytes]], found: Examined) -> None:
    """Look for what was lost, stranded, doubled or left open, and live everybody's past again."""
    outcome = _outcome(run, mailboxes)
    for counts in look_inside(outcome).values():
        _add(found, "cycles, lived and replayed", counts.cycles)
        _add(found, "percepts", counts.percepts.total())
        for what in ("acts", "intentions", "commitments", "expectations", "occurrences"):
            for state, count in getattr(counts, what).items():
                _add(found, f"{what} {state.split()[-1]}", count)
        _add(found, "calls of a model", sum(n for act, n in counts.acts.items() if act.startswith("llm.")))
    found.faults += outcome.faults


def _outcome(run: Run, mailboxes: Mapping[str, Sequence[bytes]]) -> Outcome:
    """Return the run as one in memory would stand there, with what lies in the employees' mailboxes."""
    office = Office(run.scenario.company.domain, lambda: run.ended)
    employees = []
    for name, slug in run.real.slugs.items():
        address = run.real.addresses[name]
        mails = [
            FetchedMail(MailCursor(VALIDITY, n), raw, run.ended) for n, raw in enumerate(mailboxes[address], start=1)
        ]
        office.boxes[address] = Box(inbox=Folder(mails=mails))
        mind = run.real.home.employee(slug) / "mind.db"
        employees.append(Lived(slug=slug, address=address, mind=mind, deaths=(), lives=0, points=0))
    return Outcome(
        seed=run.seed,
        days=run.days,
        crashes="real",
        script=run.script,
        office=office,
        employees=employees,
        began=run.scenario.ends(0),
        ended=run.ended,
        spells={},
    )


def _under_way(store: Store, slug: str, found: Examined) -> None:
    """Look for acts that have not come to an end."""
    for row in store.find("action", (), ("id", "operation", "state", "attempt")):
        _add(found, "attempts at acts beyond the first", max(0, row.attempt - 1))
        if row.state in _UNDER_WAY:
            _fault(found, "stranded act", f"{slug}: {row.operation} {row.id} is still {row.state}")
        elif row.state == "unknown":
            _fault(found, "unknown", f"{slug}: nobody knows whether {row.operation} {row.id} happened")


# the rest -----------------------------------------------------------------------------------------------------------


def memory(run: Run, found: Examined) -> None:
    """Follow the memory of those that were never killed, each through its longest life, a fifth of it apart."""
    found.figures["memory"] = {}
    for slug in run.spared:
        lives = defaultdict(list)
        for sample in run.samples:
            if sample.slug == slug:
                lives[sample.pid].append(sample)
        longest = max(lives.values(), key=len, default=[])
        settled = longest[len(longest) // 5 :]
        if len(settled) < 10:
            continue
        began = settled[0].at
        days = [(each.at - began).total_seconds() / 86_400 for each in settled]
        private = [each.private_kib for each in settled]
        slope, half = theil_sen(days, private), len(settled) // 2
        found.figures["memory"][slug] = {
            "samples": len(settled),
            "days": round(days[-1], 1),
            "first_mib": settled[0].private_kib / 1024,
            "last_mib": settled[-1].private_kib / 1024,
            "slope_kib_a_day": slope.value,
            "interval_kib_a_day": [slope.low, slope.high],
            "contains_zero": slope.contains_zero,
            "slope_of_the_last_half": theil_sen(days[half:], private[half:]).value,
            "each_day_and_mib": [[round(d, 2), round(kib / 1024, 2)] for d, kib in zip(days, private, strict=True)],
        }
