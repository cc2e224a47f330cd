"""company.db: who works here, in which accounts, and what they have granted to whom.

Read by every process of a home, written by hiring and the command line only (who holds `home.lock`). The tables live in
a registry of their own, apart from the employees' stores, so that the two are migrated apart. Nothing ever needs one
transaction over this file and an employee's: between the two there are only keyed percepts.

Passwords and secrets stand here encrypted (`empla.store.secrets`); settings of accounts never contain one.

    with store.writing() as company:          # one transaction, BEGIN IMMEDIATE
        company.add(PersonRow(...))
    with store.reading() as company:          # one consistent view
        company.person("ada@office.example")
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKeyConstraint,
    Index,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Field, Session, SQLModel, select

from empla import faults
from empla.config import TENANT as TENANT
from empla.errors import InternalError, ResourceError, ValidationError
from empla.mind.grants import GrantKind
from empla.store import sqlite

SCHEMA = "0003"
"""The newest migration. Checked at every opening; Alembic is imported only when a file is older."""

_BUSY_S = 10.0
Row = TypeVar("Row", bound="CompanyTable")


class Status(StrEnum):
    """Where an employee stands."""

    ONBOARDING = "onboarding"  # the hiring has begun and is not through
    ACTIVE = "active"  # `up` runs it
    PAUSED = "paused"  # it keeps its accounts and does nothing
    OFFBOARDED = "offboarded"  # it has left; the row stays, so that its address is never given to another


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on engines that know no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone: it would mean another time on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InternalError(f"an instant without a zone was to be kept: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant its zone back."""
        return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


class CompanyTable(SQLModel, registry=registry()):
    """Base of the tables of company.db."""


def _instant(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(Instant(), nullable=nullable))


class PersonRow(CompanyTable, table=True):
    """A person in the office. `left_at` is set when the person was removed; the address is never given again."""

    __tablename__ = "person"

    tenant_id: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    name: str
    zone: str
    hours: str
    is_owner: bool = False
    joined_at: datetime = _instant(nullable=False)
    left_at: datetime | None = _instant()


class EmployeeRow(CompanyTable, table=True):
    """A digital employee. `listed` says whether the directory knows it; `secret` is its HMAC secret, encrypted."""

    __tablename__ = "employee"
    __table_args__ = (Index("employee_address", "tenant_id", "address", unique=True),)

    tenant_id: str = Field(primary_key=True)
    slug: str = Field(primary_key=True)
    name: str
    address: str
    role: str
    role_version: int
    manager: str
    status: str = Status.ONBOARDING
    phase: str = "assisted"
    zone: str
    hours: str
    listed: bool = False
    secret: bytes | None = Field(default=None, repr=False)
    hired_at: datetime = _instant(nullable=False)
    left_at: datetime | None = _instant()


class AccountRow(CompanyTable, table=True):
    """An account of a person or an employee; `ready_at` is set once the provisioner has made it."""

    __tablename__ = "account"

    tenant_id: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    password: bytes = Field(repr=False)
    ready_at: datetime | None = _instant()
    closed_at: datetime | None = _instant()


class GrantRow(CompanyTable, table=True):
    """`owner` has granted `kind` to `grantee`, from `since` until `revoked`. At most one of a kind holds at a time."""

    __tablename__ = "access_grant"
    __table_args__ = (
        Index(
            "access_grant_in_force",
            "tenant_id",
            "owner",
            "grantee",
            "kind",
            unique=True,
            sqlite_where=text("revoked IS NULL"),
            postgresql_where=text("revoked IS NULL"),
        ),
    )

    tenant_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    owner: str
    grantee: str
    kind: str = GrantKind.CALENDAR
    since: datetime = _instant(nullable=False)
    revoked: datetime | None = _instant()


class SagaRow(CompanyTable, table=True):
    """A piece of work in steps, and what was asked for; `ended_at` is set once every step is done."""

    __tablename__ = "saga"

    tenant_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    begun_at: datetime = _instant(nullable=False)
    ended_at: datetime | None = _instant()


class SagaStepRow(CompanyTable, table=True):
    """One step that is done."""

    __tablename__ = "saga_step"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "saga"], ["saga.tenant_id", "saga.key"]),)

    tenant_id: str = Field(primary_key=True)
    saga: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    done_at: datetime = _instant(nullable=False)


class BusOffsetRow(CompanyTable, table=True):
    """How far a group of readers has come in one table (`source`) of one employee's store."""

    __tablename__ = "bus_offset"

    tenant_id: str = Field(primary_key=True)
    reader: str = Field(primary_key=True)
    employee: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    upto: int = Field(sa_type=BigInteger)


class Company:
    """What one transaction sees of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self.tenant = tenant

    def add(self, row: CompanyTable) -> None:
        """Put in a new row; ValidationError at once if its key is taken."""
        self._session.add(row)
        self._session.flush()

    def person(self, address: str) -> PersonRow | None:
        """Return the person with this address, also one who has left."""
        return self._session.get(PersonRow, (self.tenant, address))

    def people(self) -> Sequence[PersonRow]:
        """Return the people who are here, the owner first, then by name."""
        found = self._all(PersonRow)
        return sorted((p for p in found if p.left_at is None), key=lambda p: (not p.is_owner, p.name, p.address))

    def employee(self, slug: str) -> EmployeeRow | None:
        """Return the employee with this slug, also one who has left."""
        return self._session.get(EmployeeRow, (self.tenant, slug))

    def employees(self) -> Sequence[EmployeeRow]:
        """Return all employees, also those who have left, by name."""
        return sorted(self._all(EmployeeRow), key=lambda e: (e.name, e.slug))

    def accounts(self, owner: str) -> Sequence[AccountRow]:
        """Return the accounts of one address."""
        return [a for a in self._all(AccountRow) if a.owner == owner]

    def account(self, owner: str, kind: str) -> AccountRow | None:
        """Return one account."""
        return self._session.get(AccountRow, (self.tenant, owner, kind))

    def any_account(self) -> bool:
        """Return whether there is any account."""
        return bool(self._all(AccountRow))

    def grants(
        self, *, owner: str | None = None, grantee: str | None = None, kind: str | None = None
    ) -> Sequence[GrantRow]:
        """Return the grants in force, oldest first, of this owner, to this grantee and of this kind if given."""
        return [
            g
            for g in self.all_grants()
            if g.revoked is None
            and owner in (None, g.owner)
            and grantee in (None, g.grantee)
            and kind in (None, g.kind)
        ]

    def all_grants(self) -> Sequence[GrantRow]:
        """Return the grants that hold and those that were taken back, oldest first."""
        return sorted(self._all(GrantRow), key=lambda g: g.seq)

    def grant(self, owner: str, grantee: str, kind: str, at: datetime) -> GrantRow:
        """Note that `owner` grants `kind` to `grantee` from `at`, and return the grant; one that holds stays."""
        for held in self.grants(owner=owner, grantee=grantee, kind=kind):
            return held
        seq = 1 + max((g.seq for g in self._all(GrantRow)), default=0)
        row = GrantRow(tenant_id=self.tenant, seq=seq, owner=owner, grantee=grantee, kind=kind, since=at)
        self.add(row)
        return row

    def saga(self, key: str) -> SagaRow | None:
        """Return one saga."""
        return self._session.get(SagaRow, (self.tenant, key))

    def steps_done(self, saga: str) -> frozenset[str]:
        """Return the keys of the steps of `saga` that are done."""
        return frozenset(s.key for s in self._all(SagaStepRow) if s.saga == saga)

    def read_upto(self, reader: str) -> Mapping[tuple[str, str], int]:
        """Return how far a group of readers has come, by employee and table."""
        return {(row.employee, row.source): row.upto for row in self._all(BusOffsetRow) if row.reader == reader}

    def note_read(self, reader: str, upto: Mapping[tuple[str, str], int]) -> None:
        """Note how far a group of readers has come."""
        for (employee, source), offset in upto.items():
            key = {"tenant_id": self.tenant, "reader": reader, "employee": employee, "source": source}
            self._session.merge(BusOffsetRow(**key, upto=offset))

    def _all(self, table: type[Row]) -> Sequence[Row]:
        column: Any = table.__table__.c.tenant_id  # type: ignore[attr-defined]
        return self._session.exec(select(table).where(column == self.tenant)).all()


class CompanyStore:
    """company.db, opened. Safe in several threads; open it after a fork, never before."""

    def __init__(self, path: Path, tenant: str = TENANT) -> None:
        """Open the file, made and migrated if need be; ResourceError if it cannot be used."""
        self.path = path
        self.tenant = tenant
        if path.exists():
            path.chmod(0o600)
        else:
            path.touch(mode=0o600)
        if self._schema() != SCHEMA:
            from empla.store.migrations.company.upgrade import upgrade  # Alembic: only when it is needed

            with translated(path):
                upgrade(self._engine, path)

    @contextmanager
    def reading(self) -> Iterator[Company]:
        """Give one consistent view; changes to its rows go nowhere."""
        with translated(self.path), Session(self._engine, autoflush=False) as session:
            yield Company(session, self.tenant)

    @contextmanager
    def writing(self) -> Iterator[Company]:
        """Give one transaction, committed at the end of the block and dropped if the block raises."""
        with translated(self.path), Session(_writer(self._engine), expire_on_commit=False) as session:
            yield Company(session, self.tenant)
            faults.point("company.commit.before")
            session.commit()
            faults.point("company.commit.after")

    def look_up(self, query: str, **values: Any) -> Sequence[sqlite3.Row]:
        """Return what one SELECT finds in its tenant's rows, named `:tenant` in it, by the driver alone.

        For what employees' processes read: an engine and sessions would cost each of them some 6 MiB of its own.
        """
        with translated(self.path), closing(sqlite3.connect(self.path, timeout=_BUSY_S)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA query_only = ON")
            return connection.execute(query, {"tenant": self.tenant, **values}).fetchall()

    def close(self) -> None:
        """Close every connection."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        return _engine(self.path)

    def _schema(self) -> str:
        """Return the migration that the file stands at, empty for a file without tables."""
        if not self.look_up("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
            return ""
        found = self.look_up("SELECT version_num FROM alembic_version")
        return str(found[0][0]) if found else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def row_as_data(row: CompanyTable, *, without: Sequence[str] = ()) -> Mapping[str, Any]:
    """Return the row's columns as plain data, never the encrypted ones."""
    return row.model_dump(mode="json", exclude={"tenant_id", "password", "secret", *without})


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the library's and the driver's errors into ours. Parameters are no part of them: they may hold secrets."""
    try:
        yield
    except IntegrityError as error:
        raise ValidationError(f"{path} refused a row: {error.orig}") from error
    except (OperationalError, sqlite3.OperationalError) as error:
        why = getattr(error, "orig", error)
        raise ResourceError(
            f"{path} cannot be used: {why}", next_step="see that no other program holds it, and `empla doctor`"
        ) from error
    except (DBAPIError, sqlite3.Error) as error:
        why = getattr(error, "orig", error)
        raise ResourceError(f"{path} is damaged: {why}", next_step="restore it from a copy") from error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": _BUSY_S, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def settle(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        sqlite.settle(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _writer(engine: Engine) -> Engine:
    return engine.execution_options(writes=True)
