"""An employee's traits: told to it as its role has them, shown, and set for it alone; and its rules of inference.

The role's come with the hiring, and again when a process begins with a role that has changed. What a person sets is
kept by the employee itself, beside what its role says, and goes before it. Both are percepts, so a replay knows them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.engine import inbox
from empla.errors import InputError
from empla.hr import roles
from empla.hr.hiring import PROFILE
from empla.hr.names import nearest
from empla.hr.profiles import found
from empla.memory.commands import MEMORY
from empla.memory.knowledge.rules import role_rules
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.percepts import Percept
from empla.mind.persona import NAMES, PERSONA, TRAITS, with_traits
from empla.mind.values import OWN
from empla.store.minds import known_mind
from empla.store.store import Store, instant
from runtime.hiring import staff
from runtime.inboxes import sender


def tell_of_role(store: Store, role: str, at: datetime) -> None:
    """Have an employee that begins hear of its role's persona, if what it knows of it is another."""
    wanted = roles.role(role)
    told = wanted.persona.told()
    with store.reading():
        known = _profile(store)
    if not known or known.get(PERSONA) == told[PERSONA]:
        return  # nobody has told it yet who it is, or it knows
    key = f"persona:{wanted.name}:{wanted.version}:{codec.digest(told)[:12]}"
    inbox.send(store, Percept(key=key, kind=PROFILE, fields=told, origin=OWN), at)


def tell_of_rules(store: Store, role: str, at: datetime) -> None:
    """Have an employee that begins hear of its role's rules of inference, if it goes by others."""
    wanted = roles.role(role).memory.rules
    if role_rules(store) != wanted:
        fields = {"do": "rules", "rules": wanted}
        inbox.send(store, Percept(key=f"rules:{role}:{instant(at)}", kind=MEMORY, fields=fields, origin=OWN), at)


def shown(home: Home, name: str) -> dict[str, Any]:
    """Return an employee's traits: `name`, and `traits` with `trait`, `value` and `of` ("role", "set" or "follows")."""
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
    role = roles.role(row.role).persona.traits()
    own = _set_for(home, row.slug)
    persona = with_traits(role, own)
    return {
        "name": row.name,
        "traits": [{"trait": n, "value": round(persona.trait(n), 3), "of": _source(n, own, role)} for n in NAMES],
    }


def changed(home: Home, name: str, traits: Mapping[str, float], unset: Sequence[str]) -> dict[str, Any]:
    """Set traits of one employee, and have others be as its role says again; return its traits as `shown` does.

    InputError if there is no such trait, or a number is not from 0 to 1.
    """
    for trait in (*traits, *unset):
        if trait not in NAMES:
            near = nearest(trait, list(NAMES))
            raise InputError(
                f"there is no trait {trait!r}",
                next_step=f"did you mean {near}?" if near else f"the traits are {', '.join(NAMES)}",
            )
    for trait, value in traits.items():
        if not 0.0 <= value <= 1.0:
            raise InputError(f"{trait} cannot be {value:g}", next_step="give a number from 0 to 1; 0.5 is neutral")
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
    own = {**_set_for(home, row.slug), **traits}
    kept = {trait: value for trait, value in sorted(own.items()) if trait not in unset}
    at = SystemClock(home.clock).now().isoformat()
    sender(home)(row.slug, f"persona:set:{at}", PROFILE, {TRAITS: kept})
    return shown(home, name)


def _source(trait: str, own: Mapping[str, float], role: object) -> str:
    if trait in own:
        return "set"
    return "role" if getattr(role, trait) is not None else "follows"


def _set_for(home: Home, slug: str) -> dict[str, float]:
    with known_mind(home, slug) as store:
        if store is None:
            return {}
        with store.reading():
            return dict(_profile(store).get(TRAITS) or {})


def _profile(store: Store) -> dict[str, Any]:
    """Return what an employee knows of itself, and what it has been told and has not thought about yet."""
    rows = store.find("belief", {"functor": PROFILE, "held": 1}, ("body",))
    beliefs: list[Belief] = [codec.loads(row.body) for row in rows]
    known: dict[str, Any] = dict(belief.arguments for belief in beliefs)
    for row in store.find("percept", {"kind": PROFILE, "state": "new"}, ("key", "kind", "body")):
        known.update(inbox.read(row).fields)
    return known
