"""The commands on the bus: watch it, and write what a broker must know of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli import completing
from runtime.cli.options import Json, here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from empla.config import Home
    from runtime.bus.broker import Broker

app = typer.Typer(no_args_is_help=True, help="Watch wake-ups, presence, events; rights for a broker.")

_Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="An employee. Default: all.", autocompletion=completing.employees),
]
_Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="Only wake, presence, telemetry or events."),
]
_Group = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="GROUP",
        help="Read events as one of a group: each goes to one of its readers, and the group goes on where it stopped.",
    ),
]
_Broker = Annotated[str, typer.Option("--broker", metavar="BROKER", help="mosquitto or emqx.")]


@app.command()
def tail(
    name: _Name = None,
    kind: _Kind = None,
    group: _Group = None,
    replay: Annotated[bool, typer.Option("--replay", help="First all events that the tables hold.")] = False,
    json: Json = False,
) -> None:
    """Watch the bus until interrupted: who is here, who is woken, what happens.

    Events are what the tables say has happened: percepts that were handled, acts that were decided and what became of
    them, without their contents. With --group each is taken for read when it has been printed.
    """
    import asyncio

    from runtime.cli import bus_watching

    home = here()
    slugs = _slugs(home, name)
    watched = bus_watching.Watched(slugs=slugs, everybody=name is None, kind=kind, group=group or "", replay=replay)
    asyncio.run(bus_watching.watch(home, watched, as_json=json))


@app.command("acl")
def acl_file(broker: _Broker = "mosquitto") -> None:
    """Print the rights for the broker: every employee writes only its own topics, and reads only its own wake-ups
    and everybody's presence.
    """
    from runtime.bus import acl

    print(acl.acl(acl.broker_kind(broker), *_known(here())), end="")


@app.command("users")
def users_file(broker: _Broker = "mosquitto") -> None:
    """Print the users for the broker, with hashes of their passwords: the one of the setting, and every employee."""
    from runtime.bus import acl

    print(acl.users(acl.broker_kind(broker), *_known(here())), end="")


def _known(home: "Home") -> "tuple[Broker, Sequence[str]]":
    from empla.config import load_settings
    from empla.errors import InputError
    from runtime.bus.broker import broker, keep_password

    keep_password(home)
    known = broker(home, load_settings(home))
    if known is None or not known.user:
        raise InputError(
            "no broker with a user is named", next_step='write bus = "mqtts://USER@HOST:PORT" into empla.toml'
        )
    return known, _slugs(home, None)


def _slugs(home: "Home", name: str | None) -> "list[str]":
    from empla.hr.profiles import found
    from empla.store.company import CompanyStore, Status

    with CompanyStore(home.company_db) as store, store.reading() as company:
        if name is not None:
            return [found(company, name).slug]
        return [row.slug for row in company.employees() if row.status != Status.OFFBOARDED]
