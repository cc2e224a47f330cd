"""Examining what a home has written: databases, their schemas, the key, ledgers, doubtful acts, half-done work."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from empla.config import MIND_FILE, Home, load_settings
from empla.engine.performing import UNFENCED
from empla.errors import EmplaError
from empla.mind.health import Health
from empla.store import company, opening
from empla.store.company import CompanyStore, Status
from empla.store.minds import in_database
from empla.store.refusals import place
from empla.store.secrets import Cipher
from runtime.cli import minds
from runtime.cli.findings import Finding
from runtime.cli.quarantined import EFFECTS
from runtime.office import database
from runtime.tenure import LEASE_LOST

_RESTORE = "restore it from a copy"


def examined(home: Home) -> Iterator[Finding]:
    """Look at every database, then at what stands in them; what is damaged is not looked into."""
    whole = True
    for name, path, table, newest in _databases(home):
        finding = _database(name, path, table, newest)
        whole = whole and finding.ok
        yield finding
    if in_database(home):
        finding = _server(home)
        whole = whole and finding.ok
        yield finding
    if whole:
        yield _key(home)
        yield from _unfinished(home)
        for slug, name in _everybody(home):
            yield from _mind(home, slug, name)


def _databases(home: Home) -> Iterator[tuple[str, Path, str, str]]:
    yield "company.db", home.company_db, "alembic_version", company.SCHEMA
    yield "office.db", database.path(home), "", str(database.VERSION)
    if in_database(home):
        return
    for path in sorted(home.employees.glob(f"*/{MIND_FILE}")):
        yield f"mind of {path.parent.name}", path, opening.VERSION_TABLE, opening.SCHEMA


def _database(name: str, path: Path, table: str, newest: str) -> Finding:
    if not path.exists():
        return Finding(name=name, ok=True, evidence="not made yet")
    try:
        # Not mode=ro: a reader of a write-ahead log has to make its index file.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as db:
            db.execute("PRAGMA query_only = ON")
            (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            query = f"SELECT version_num FROM {table}" if table else "PRAGMA user_version"  # noqa: S608
            (schema,) = db.execute(query).fetchone() or ("",)
    except sqlite3.Error as error:
        return Finding(name=name, ok=False, evidence=f"it cannot be read: {error}", mend=_RESTORE)
    if said != "ok":
        return Finding(name=name, ok=False, evidence=f"it is damaged: {said}", mend=_RESTORE)
    if (len(str(schema)), str(schema)) > (len(newest), newest):
        mend = "use the empla that wrote it, or a newer one"
        return Finding(name=name, ok=False, evidence=f"schema {schema} is newer than this empla's {newest}", mend=mend)
    older = "" if str(schema) == newest else ", brought up to date at the next `empla up`"
    return Finding(name=name, ok=True, evidence=f"whole, schema {schema}{older}")


def _server(home: Home) -> Finding:
    """Look at the database that holds everybody's mind."""
    where = load_settings(home).database
    try:
        shown, schema = place(opening.store_url(where)), opening.schema_of(where)
    except EmplaError as error:
        return Finding(name="database", ok=False, evidence=error.sentence, mend=error.next_step)
    if schema > opening.SCHEMA:
        mend = "use the empla that wrote it, or a newer one"
        return Finding(name="database", ok=False, evidence=f"{shown}: schema {schema} is newer than ours", mend=mend)
    stands = f"schema {schema}" if schema else "not made yet"
    older = "" if schema in ("", opening.SCHEMA) else ", brought up to date at the next `empla up`"
    return Finding(name="database", ok=True, evidence=f"{shown} answers, {stands}{older}")


def _key(home: Home) -> Finding:
    with CompanyStore(home.company_db) as store, store.reading() as held:
        passwords = [a.password for e in held.employees() for a in held.accounts(e.address) if a.closed_at is None]
        passwords += [a.password for p in held.people() for a in held.accounts(p.address) if a.closed_at is None]
    cipher = Cipher(home.key)
    try:
        for password in passwords:
            cipher.decrypt(password)
    except EmplaError as error:
        return Finding(name="key", ok=False, evidence=error.sentence, mend=error.next_step)
    return Finding(name="key", ok=True, evidence=f"it opens all {len(passwords)} passwords")


def _unfinished(home: Home) -> Iterator[Finding]:
    """Look for hirings and leavings that were interrupted."""
    with CompanyStore(home.company_db) as store, store.reading() as held:
        for row in held.employees():
            for kind, word in (("hire", "hiring"), ("leave", "leaving")):
                saga = held.saga(f"{kind}:{row.slug}")
                if saga is not None and saga.ended_at is None:
                    asked = saga.request
                    again = (
                        f'empla hire {row.role.replace("_", "-")} --name "{asked["name"]}" --manager {asked["manager"]}'
                        if kind == "hire"
                        else f'empla offboard "{row.name}"'
                    )
                    evidence = f"{len(held.steps_done(saga.key))} steps are done, then it was interrupted"
                    yield Finding(name=f"{word} of {row.name}", ok=False, evidence=evidence, mend=f"finish it: {again}")


def _everybody(home: Home) -> list[tuple[str, str]]:
    with CompanyStore(home.company_db) as store, store.reading() as held:
        return [(e.slug, e.name) for e in held.employees() if e.status != Status.OFFBOARDED]


def _mind(home: Home, slug: str, name: str) -> Iterator[Finding]:
    try:
        with minds.opened(home, slug) as mind:
            if mind is None:
                return
            records, broken_at = mind.ledger()
            unknown, aside = mind.actions(state="unknown"), _aside(mind)
            troubled = mind.out_of_order()
            lost, unfenced = len(mind.percepts(LEASE_LOST)), mind.entered(UNFENCED)
    except EmplaError as error:
        yield Finding(name=f"mind of {name}", ok=False, evidence=error.sentence, mend=error.next_step)
        return
    evidence = f"{records} records, each follows from the one before"
    if broken_at is not None:
        evidence = f"record {broken_at + 1} of {records} does not follow from the one before"
    mend = "somebody has changed it, or the disk has: compare with a copy"
    yield Finding(name=f"ledger of {name}", ok=broken_at is None, evidence=evidence, mend=mend)
    yield _unknown(name, unknown)
    if lost or unfenced:
        evidence = f"lost to another host {lost} times; {unfenced} attempts could not be held back when it ended"
        yield Finding(name=f"lease of {name}", ok=True, evidence=evidence)
    if aside:
        evidence = f"{'; '.join(aside)}: see empla quarantine list"
        yield Finding(name=f"set aside by {name}", ok=True, evidence=evidence)
    for integration, state, since, why in troubled:
        evidence = f"{state} since {since:%Y-%m-%d %H:%M} UTC: {why}"
        mend = "look at the account: empla mailbox test FILE" if state == Health.SIGNED_OUT else "look at that server"
        yield Finding(name=f"{integration} of {name}", ok=False, evidence=evidence, mend=mend)


def _aside(mind: minds.Mind) -> list[str]:
    """Return in words what was set aside, and what failed for good."""
    percepts, intentions = mind.set_aside(), [i for i in mind.open_intentions() if i.set_aside]
    letters = [row for row in mind.actions(state="failed") if row.effect in EFFECTS]
    return [
        *([f"{len(percepts)} percepts, the last because {percepts[-1].reason}"] if percepts else []),
        *(f"the intention {i.id} ({i.plan}), because {i.set_aside}" for i in intentions),
        *([f"{len(letters)} acts that failed for good"] if letters else []),
    ]


def _unknown(name: str, rows: Any) -> Finding:
    actions = ", ".join(row.id for row in rows)
    return Finding(
        name=f"doubtful acts of {name}",
        ok=not rows,
        evidence=f"nobody knows whether {actions} happened" if rows else "none",
        mend=f'look, then: empla settle "{name}" ACTION --happened | --not-happened',
    )
