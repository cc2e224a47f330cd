"""`command:memory` do=forget: what is meant is erased from memory's own tables, and the rest of the work begun.

Fields: one of `person` (address or name), `topic`, `document` ("d2"), `ids`, or `since` and `until`; `also_open`; `by`;
`salt`, a secret of whoever asks, by which the hashes in the ledger can be proven; `run`, by which it is asked after.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from empla.errors import InputError, PermissionDenied
from empla.memory.forgetting import task
from empla.memory.forgetting.erasing import Erasing
from empla.memory.forgetting.finding import Meant, Target, find, find_again
from empla.memory.forgetting.task import Forgetting
from empla.mind import codec
from empla.store.store import Store, instant


def forget(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Begin to forget, in the current transaction; said again with the same `run`, nothing happens.

    InputError for a target that is not there, PermissionDenied for one without whom the employee cannot work.
    """
    run = str(fields.get("run") or f"forget:{instant(at)}")
    if task.known(store, run) is not None:
        return
    meant = sought(store, fields)
    salt = str(fields.get("salt") or codec.digest([run, instant(at)]))
    erasing = Erasing(store, meant, salt, run, at)
    erasing.erase()
    words = meant.words(salt)
    task.keep(
        store,
        Forgetting(
            run=run,
            by=str(fields.get("by") or ""),
            salt=salt,
            terms=words.terms,
            lines=tuple(sorted(words.lines)),
            keys=tuple(sorted(words.keys)),
            own=tuple(sorted(meant.own)),
            also_open=bool(fields.get("also_open")),
            hashes=tuple(sorted(erasing.hashes.items())),
            counts=erasing.counts,
        ),
    )


def forget_news(store: Store, known: Forgetting, at: datetime) -> Forgetting:
    """Erase what was remembered since with the words, in the current transaction; return how far that has come."""
    words = known.words()
    meant = find_again(store, words)
    erasing = Erasing(store, meant, known.salt, known.run, at)
    erasing.erase()
    counts = {
        name: known.counts.get(name, 0) + erasing.counts.get(name, 0) for name in {*known.counts, *erasing.counts}
    }
    return replace(
        known,
        keys=tuple(sorted({*known.keys, *meant.keys})),
        hashes=tuple(sorted({*known.hashes, *erasing.hashes.items()})),
        counts=counts,
    )


def sought(store: Store, fields: Mapping[str, Any]) -> Meant:
    """Return what a command means; raises as `forget`."""
    target = Target.of(fields)
    meant = find(store, target)
    needed = {str(b.arguments[1]).lower() for b in _profile(store) if b.arguments[0] in ("address", "manager")}
    if found := needed & {term.lower() for term in meant.terms}:
        raise PermissionDenied(
            f"{' and '.join(sorted(found))} cannot be forgotten by who works with that address",
            next_step="end its employment with `empla offboard`, or forget single memories by their ids",
        )
    if meant.is_nothing and not meant.terms:
        raise InputError("nothing is remembered of that", next_step="see `empla memory search`")
    return meant


def _profile(store: Store) -> list[Any]:
    return [codec.loads(row.body) for row in store.find("belief", {"functor": "profile", "held": 1}, ("body",))]
