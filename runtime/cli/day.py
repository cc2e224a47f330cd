"""Commands of the panel Day: write to an employee, read a mailbox, look into a calendar."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import As, Json, Name, here

if TYPE_CHECKING:
    from runtime.client import Client, Letter

_SUBJECT = 60


def mail(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write, in plain words.")],
    who: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PERSON",
            help="Who writes: a name or an address. Default: the manager.",
            autocompletion=completing.everybody,
        ),
    ] = "",
    subject: Annotated[str, typer.Option("--subject", "-s", help="Default: the beginning of the text.")] = "",
    reply: Annotated[
        bool, typer.Option("--reply", "-r", help="Answer the last mail that came from the employee.")
    ] = False,
    wait: Annotated[
        float, typer.Option("--wait", "-w", min=0, metavar="SECONDS", help="How long to wait for the answer.")
    ] = 30.0,
    json: Json = False,
) -> None:
    """Write to an employee and show its answer."""
    from empla.errors import InputError, PermissionDenied, TimedOut
    from runtime.cli import employees, letters, printing, signing

    home = here()
    to = employees.one(home, name)
    sender = signing.person(home, who or to["manager"])
    if sender.employee:
        raise PermissionDenied(
            f"{sender.name} is an employee: only its own process writes in its name", next_step="write as a person"
        )
    client = signing.sign_in(home, sender)
    if not text.strip():
        raise InputError("an empty mail says nothing", next_step="write what you want")
    before = _last_from(client, to["address"]) if reply else None
    if before is not None:
        message_id = client.reply(before, text)
    else:
        message_id = client.send(to["address"], subject or _beginning(text), text)
    sent = {"message_id": message_id, "from": sender.address.value, "to": to["address"]}
    if not json:
        printing.line(f"{sender.name} → {to['name']}   {message_id}", "dim")
    answer = None
    state = employees.state(home, to)
    if state not in ("working", "starting"):
        print(f"{to['name']} is {state}: the mail waits in its mailbox", file=sys.stderr)
    elif wait:
        with printing.waiting(f"{to['name']} has it", quiet=json):
            try:
                answer = client.answer_to(message_id, wait)
            except TimedOut as error:
                raise TimedOut(
                    f"{to['name']} has not answered {message_id} within {wait:g} s",
                    next_step=f"see `empla inbox` later, and `empla show {to['address']}` for what it is at",
                ) from error
    if json:
        printing.as_json({"sent": sent, "answer": letters.as_data(answer) if answer is not None else None})
    elif answer is not None:
        letters.show(answer, sender.zone)


def _beginning(text: str) -> str:
    first = " ".join(text.strip().splitlines()[0].split())
    return first if len(first) <= _SUBJECT else first[: _SUBJECT - 1].rsplit(" ", 1)[0] + " …"


def _last_from(client: "Client", address: str) -> "Letter":
    from empla.errors import InputError

    found = [letter for letter in client.inbox() if letter.sender.lower() == address]
    if not found:
        raise InputError(f"{address} has not written to {client.address} yet", next_step="write without --reply")
    return found[-1]


def inbox(
    number: Annotated[int, typer.Argument(metavar="[NUMBER]", help="Which mail to read; none: list them.")] = 0,
    who: As = "",
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many of the newest.")] = 20,
    json: Json = False,
) -> None:
    """List a person's mails, or read one."""
    from empla.errors import InputError
    from runtime.cli import letters, printing, signing

    home = here()
    person = signing.person(home, who)
    found = list(enumerate(signing.sign_in(home, person).inbox(), 1))
    if number:
        chosen = next((letter for place, letter in found if place == number), None)
        if chosen is None:
            raise InputError(
                f"there is no mail {number}", next_step=f"{person.name} has {len(found)}: see `empla inbox`"
            )
        printing.as_json(letters.as_data(chosen)) if json else letters.show(chosen, person.zone)
    elif json:
        printing.as_json([{"number": place, **letters.as_data(letter)} for place, letter in found[-last:]])
    elif not found:
        printing.line(f"{person.name} has no mail.")
    else:
        letters.show_all(found[-last:], person.zone)


def agenda(
    who: As = "",
    days: Annotated[int, typer.Option("--days", "-d", min=1, max=366, help="How many days, from today.")] = 7,
    json: Json = False,
) -> None:
    """Show what stands in a person's calendar."""
    from empla.clock import SystemClock
    from runtime.cli import diary, printing, signing

    home = here()
    person = signing.person(home, who)
    client = signing.sign_in(home, person)
    found = diary.entries(client.calendar(), SystemClock(home.clock).now(), days, person.zone)
    data: dict[str, Any] = {"of": person.address.value, "zone": person.zone, "days": days, "events": found}
    if json:
        printing.as_json(data)
    else:
        diary.show(data, person.name)
