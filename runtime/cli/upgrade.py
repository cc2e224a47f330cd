"""`empla upgrade --check`: would what every employee is at go on with the code that is installed now?"""

from typing import Annotated, Any

import typer

from runtime.cli.options import Json, here


def upgrade(
    check: Annotated[bool, typer.Option("--check", help="Only look: nothing is changed, and empla may be running.")],
    json: Json = False,
) -> None:
    """Check that what is under way goes on with new code.

    To upgrade: install the new version, run this, then `empla down` and `empla up`. What it lists would fail when it is
    resumed; let that finish under the old version first. Exit code 1 if there is any.
    """
    from empla.errors import InputError
    from runtime.cli import printing

    if not check:
        raise InputError("`upgrade` only looks for now", next_step="empla upgrade --check")
    found = _broken()
    if json:
        printing.as_json(found)
    elif found:
        rows = [(b["employee"], b["intention"], f"{b['plan']} (version {b['version']})", b["why"]) for b in found]
        printing.table(rows, "Employee", "Intention", "Plan", "Why it would fail")
    else:
        printing.line("Everything that is under way goes on with the code that is installed.")
    if found:
        raise typer.Exit(1)


def _broken() -> list[dict[str, Any]]:
    from empla.engine import guard
    from empla.engine.upgrading import breaks
    from empla.hr.profiles import roster
    from empla.store.company import CompanyStore
    from empla.store.minds import known_mind
    from runtime.cli import minds
    from runtime.employee import library

    minds.load_kept_types()
    guard.install()
    home, found = here(), []
    with CompanyStore(home.company_db) as company:
        employees = [(e.slug, e.name, e.role) for e in roster(company)]
    for slug, name, role in employees:
        with known_mind(home, slug) as store:
            known = breaks(store, library(role), guard.cpu_limit) if store is not None else []
        found += [
            {"employee": name, "intention": b.intention, "plan": b.plan, "version": b.version, "why": b.why}
            for b in known
        ]
    return found
