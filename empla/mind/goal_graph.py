"""The graph of goals: what needs what. A goal needs its parts, what serves it, and what it depends on.

Two things are refused, with the goals named: a goal that in the end needs itself, and one in conflict with a goal that
it needs, for neither could ever be reached.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from empla.errors import ValidationError
from empla.mind.goal_looks import check
from empla.mind.goals import Aim

Needs = Callable[[str], Iterable[str]]


def all_of_them(aims: Iterable[Aim]) -> Iterator[Aim]:
    """Iterate over aims and, after each, the parts that are declared inside it."""
    for aim in aims:
        yield aim
        yield from all_of_them(part for part in aim.parts if isinstance(part, Aim))


def check_aims(aims: Mapping[str, Aim]) -> None:
    """Refuse aims that could never be reached or judged, and two of one name; others named may still come."""
    known: dict[str, Aim] = {}
    for aim in all_of_them(aims.values()):
        check(aim)
        if aim.name in known:
            raise ValidationError(f"there are two aims of the name {aim.name!r}")
        known[aim.name] = aim
    needs = {name: _needed(aim) for name, aim in known.items()}
    for aim in known.values():
        if aim.parent in needs:
            needs[aim.parent].append(aim.name)
    refuse_cycles(known, lambda name: needs.get(name, ()), str)
    conflicts = ((aim.name, other) for aim in known.values() for other in aim.conflicts_with)
    refuse_conflicts(conflicts, lambda name: needs.get(name, ()), str)


def _needed(aim: Aim) -> list[str]:
    parts = (part.name if isinstance(part, Aim) else part for part in aim.parts)
    return [*parts, *aim.depends_on]


def refuse_cycles(starts: Iterable[str], needs: Needs, name: Callable[[str], str]) -> None:
    """Raise ValidationError if one of `starts` is led back to itself; `name` says how people call it."""
    cycle = find_cycle(starts, needs)
    if cycle:
        first, *rest = map(name, cycle)
        raise ValidationError(f"goals need each other in a circle: {first} needs {', which needs '.join(rest)}")


def refuse_conflicts(pairs: Iterable[tuple[str, str]], needs: Needs, name: Callable[[str], str]) -> None:
    """Raise ValidationError if of two in conflict one needs the other, or they are the same."""
    for one, other in pairs:
        if one == other:
            raise ValidationError(f"{name(one)} conflicts with itself")
        for needing, needed in ((one, other), (other, one)):
            if needed in _reached(needing, needs):
                raise ValidationError(f"{name(needing)} conflicts with {name(needed)}, which it needs")


def find_cycle(starts: Iterable[str], needs: Needs) -> list[str]:
    """Return the first circle found, from one goal back to itself; empty if there is none.

    Depth first, without recursion: a goal whose needs were all followed is never looked at again.
    """
    done: set[str] = set()
    for start in starts:
        path: list[str] = []
        on_path: set[str] = set()
        todo = [(start, iter((start,)))]
        while todo:
            following = next(todo[-1][1], None)
            if following is None:
                todo.pop()
                if path:
                    on_path.discard(path[-1])
                    done.add(path.pop())
            elif following in on_path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                on_path.add(following)
                todo.append((following, iter(needs(following))))
    return []


def _reached(start: str, needs: Needs) -> dict[str, None]:
    """Return everything a goal needs, directly or not."""
    found: dict[str, None] = {}
    todo = list(needs(start))
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = None
            todo.extend(needs(name))
    return found


def parts_last(aims: Mapping[str, Aim]) -> list[Aim]:
    """Return the aims so that each comes after those it serves, else in their order: they take on what those have."""
    order: dict[str, Aim] = {}

    def put(aim: Aim) -> None:
        if aim.name in order:
            return
        for other in aims.values():
            if other.name == aim.parent or aim.name in other.parts:
                put(other)
        order[aim.name] = aim

    for aim in aims.values():
        put(aim)
    return list(order.values())
