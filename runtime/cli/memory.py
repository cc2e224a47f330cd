"""The command `empla memory`: what an employee remembers, looked at and put right.

Commands of the group that lie elsewhere are registered in `main`, as those of every other group.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, here

app = typer.Typer(
    help="See what an employee remembers, and put it right.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
)

Which = Annotated[
    str,
    typer.Argument(metavar="ID", help="Of an episode (e12), a fact (f7), an entity (n3) or a document (d2)."),
]
_As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ADDRESS",
        help="On whose behalf: only what they may see is found. Default: yours.",
        autocompletion=completing.everybody,
    ),
]
_SHORT = 160


# looking -------------------------------------------------------------------------------------------------------------


@app.command()
def show(
    name: Name,
    which: Annotated[str, typer.Argument(metavar="[ID]", help="e12, f7, n3 or d2. Default: how much of what.")] = "",
    procedures: Annotated[
        bool, typer.Option("--procedures", help="Show how it does things: preferences, rules, what it has learned.")
    ] = False,
    json: Json = False,
) -> None:
    """Show one memory with what it rests on and what rests on it; without an id, how much is remembered."""
    from runtime import recollections
    from runtime.cli import preferences, printing

    if procedures:
        preferences.show(name, json=json)
        return
    found = recollections.shown(here(), name, which) if which else recollections.counted(here(), name)
    if json:
        printing.as_json(found)
    elif which:
        _print_one(found)
    else:
        printing.line(f"{found['name']} remembers", "bold")
        printing.facts(
            {
                "episodes": _numbers(found["episodes"]),
                "faded": found["faded"] or "",
                "facts": _numbers(found["facts"]),
                "known": _numbers(found["entities"]),
                "documents": found["documents"] or "",
            },
            indent=2,
        )


def _numbers(by_kind: Mapping[str, int]) -> str:
    total = sum(by_kind.values())
    return f"{total} ({', '.join(f'{count} {kind}' for kind, count in by_kind.items())})" if by_kind else "none"


_LEFT_OUT = frozenset({"name", "facts", "around", "rests_on", "text", "author", "stands_for", "part", "document"})


def _print_one(found: Mapping[str, Any]) -> None:
    from runtime.cli import printing

    printing.line(f"{found['id']}  {found.get('text') or found.get('called') or found.get('place') or ''}", "bold")
    rows = {key: _cell(key, value) for key, value in found.items() if key not in _LEFT_OUT | {"id"}}
    printing.facts(rows, indent=2)
    _print_list("rests on", found.get("rests_on", ()))
    _print_list("facts", found.get("facts", ()))
    _print_list("beside it" if found["id"].startswith("e") else "passages", found.get("around", ()))


def _cell(key: str, value: object) -> object:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _moment(value) if key.endswith("_at") or key in ("at", "since", "until") else value


def _print_list(title: str, found: Sequence[Mapping[str, Any]]) -> None:
    from runtime.cli import printing

    if found:
        printing.line()
        printing.line(title, "dim")
        rows = [(one["id"], _moment(one.get("at")), one.get("who") or "", _cut(one["text"])) for one in found]
        printing.table(rows, "", "", "", "", indent=2)


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHORT else f"{plain[: _SHORT - 1]}…"


def _moment(instant: object) -> str:
    from empla.config import load_settings
    from runtime.cli import printing

    return printing.moment(str(instant), load_settings(here()).zone) if instant else ""


@app.command()
def search(
    name: Name,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What is looked for.")],
    on_behalf: _As = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100, help="Memories at most.")] = 10,
    why: Annotated[bool, typer.Option("--why", help="Also show the parts of each score.")] = False,
    json: Json = False,
) -> None:
    """Search what an employee remembers: episodes, facts and documents, the best first."""
    from runtime import recollections
    from runtime.cli import printing

    found = recollections.searched(here(), name, " ".join(words), by=on_behalf, limit=limit)
    if json:
        printing.as_json(found)
    elif not found["hits"]:
        printing.line(f"{found['name']} remembers nothing of that.")
    else:
        rows = [
            (
                one["id"],
                f"{one['score']:.2f}",
                _moment(one["at"]),
                one["who"],
                _cut(one["text"]),
                _cut(one["came_of"]),
                *_parts(one, why),
            )
            for one in found["hits"]
        ]
        printing.table(rows, "", "Score", "When", "Who", "What", "Came of it", *(("Parts",) if why else ()))


def _parts(hit: Mapping[str, Any], why: bool) -> tuple[str, ...]:
    return (", ".join(f"{name} {value:.2f}" for name, value in hit["parts"].items()),) if why else ()


@app.command()
def history(
    name: Name,
    which: Annotated[str, typer.Argument(metavar="FACT", help="A fact, such as f7.")],
    json: Json = False,
) -> None:
    """Show all that was ever held in place of a fact: what was so before, what was corrected, by what change."""
    from runtime import recollections
    from runtime.cli import printing

    found = recollections.history(here(), name, which)
    if json:
        printing.as_json(found)
        return
    rows = [
        (f["id"], f["text"], _moment(f["since"]), _moment(f["until"]), f["basis"], f["closed_why"] or "believed")
        for f in found["facts"]
    ]
    printing.table(rows, "", "Fact", "Since", "Until", "Basis", "State")
    if found["changes"]:
        printing.line()
        changes = [
            (c["memory"], _moment(c["at"]), c["step"], c["what"], c["run"], "undone" if c["undone_at"] else "")
            for c in found["changes"]
        ]
        printing.table(changes, "", "When", "Change", "", "Run", "")


@app.command()
def context(
    name: Name,
    focus: Annotated[
        str,
        typer.Argument(
            metavar="[MATTER]", help="An intention (i12), an episode (e7) or a thread. Default: the latest."
        ),
    ] = "",
    budget: Annotated[int, typer.Option("--budget", metavar="TOKENS", min=200, help="Room for it.")] = 10_000,
    json: Json = False,
) -> None:
    """Show an employee's working memory of a matter: what is in mind, why, and what was cut for want of room."""
    from runtime import recollections
    from runtime.cli import printing

    found = recollections.context(here(), name, focus, budget)
    if json:
        printing.as_json(found)
        return
    printing.line(found["text"])
    printing.line()
    rows = [
        (p["part"], p["tokens"], f"{len(p['items'])} of {p['of']}", ", ".join(f"{n} {w}" for w, n in p["cut"].items()))
        for p in found["parts"]
    ]
    printing.table(rows, "Part", "Tokens", "In mind", "Cut")
    printing.line(f"{found['tokens']} of {found['budget']} tokens", "dim")


# changing ------------------------------------------------------------------------------------------------------------


@app.command()
def add(
    name: Name,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A name, an address, or an entity such as n3.")],
    predicate: Annotated[str, typer.Argument(metavar="PREDICATE", help='For instance "works for", title, phone.')],
    value: Annotated[str, typer.Argument(metavar="OBJECT", help="What is so: a text or a name.")],
    kind: Annotated[str, typer.Option("--kind", help="Of a new subject: person, company, project, ...")] = "",
    visibility: Annotated[
        str, typer.Option("--visibility", help="Who may see it: private, team, company or public.")
    ] = "",
    json: Json = False,
) -> None:
    """Have an employee remember that something is so."""
    fields = {"do": "add", "subject": subject, "predicate": predicate, "object": value, "kind": kind}
    fields |= {"visibility": visibility} if visibility else {}
    told(name, fields, f"add:{subject}:{predicate}", json=json, said=f"remembered: {subject} {predicate} {value}")


@app.command()
def edit(
    name: Name,
    which: Which,
    value: Annotated[str, typer.Option("--object", help="Of a fact: what is so instead.")] = "",
    importance: Annotated[str, typer.Option("--importance", help="Of an episode: low, medium, high, critical.")] = "",
    visibility: Annotated[
        str, typer.Option("--visibility", help="Who may see it: private, team, company or public.")
    ] = "",
    subject: Annotated[str, typer.Option("--subject", help="Of an episode: another heading.")] = "",
    who: Annotated[str, typer.Option("--who", help="Of an episode: whose it was really, a name or address.")] = "",
    json: Json = False,
) -> None:
    """Change what is said of a memory. The words that were said are never changed; `undo` puts an edit back.

    A fact with another object is corrected: the old one is kept as history, and what rested on it goes.
    """
    from empla.errors import InputError

    given = {"importance": importance, "visibility": visibility, "subject": subject, "who": who}
    fields: dict[str, Any] = {name: text for name, text in given.items() if text}
    if value and which.startswith("f"):
        fields = {"do": "correct", "fact": which, "object": value, **fields}
    elif fields:
        fields = {"do": "edit", "memory": which, **fields}
    else:
        raise InputError("it is not said what shall be otherwise", next_step="see `empla memory edit --help`")
    told(name, fields, f"edit:{which}", json=json, said=f"{which} is changed; empla memory undo puts it back")


@app.command()
def undo(
    name: Name,
    which: Annotated[str, typer.Argument(metavar="RUN|ID", help="A run of consolidation, or the id of a memory.")],
    json: Json = False,
) -> None:
    """Undo a change of memory: a whole run of consolidation, or the last change of one memory."""
    told(name, {"do": "undo", "what": which}, f"undo:{which}", json=json, said=f"{which} is as it was before.")


def told(name: str, fields: dict[str, Any], key: str, *, json: bool, said: str) -> dict[str, Any]:
    """Have an employee change its memory and print what came of it; InputError with the reason if it cannot."""
    from runtime import memory
    from runtime.cli import printing

    done = memory.change(here(), name, fields, key=key)
    if json:
        printing.as_json(done)
    elif done["waits"]:
        printing.line(f"{done['name']} is busy: it sees to that as soon as it can.")
    else:
        printing.line(said)
    return done


# as a whole ----------------------------------------------------------------------------------------------------------


@app.command()
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; only you may read it.")],
    json: Json = False,
) -> None:
    """Write all that an employee remembers into a JSON file, nothing left out; its ledger says that it was done."""
    from runtime import recollections
    from runtime.cli import printing

    with printing.waiting("writing", quiet=json):
        done = recollections.export(here(), name, file)
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['file']}: {done['size']} bytes, sha256 {done['sha256']}")


@app.command()
def rebuild(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Whose.", autocompletion=completing.employees),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Of all employees.")] = False,
    json: Json = False,
) -> None:
    """Make the indexes of an employee's memory anew; what is remembered does not change by it."""
    from empla.errors import InputError
    from runtime import recollections
    from runtime.cli import printing

    if bool(names) == everybody:
        raise InputError("say whose memory: a name, or --all", next_step="empla memory rebuild NAME")
    with printing.Trying(quiet=json) as trying:
        done = recollections.rebuild(here(), list(names or ()), lambda whose: trying.doing(f"rebuilding {whose}"))
    if json:
        printing.as_json(done)
        return
    for one in done:
        printing.line(f"{one['name']}: {one['episodes']} episodes are indexed anew")
