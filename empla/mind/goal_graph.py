"""The graph of goals: what needs what.

A goal needs its parts, what serves it, and what it depends on. A part is not begun before what the whole depends on is
reached, so it needs that too. Two things are refused, with the goals named, for they could never be reached: a goal
that in the end needs itself, and one in conflict with a goal that it needs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from empla.errors import ValidationError
from empla.mind.goal_looks import check
from empla.mind.goals import Aim

Needs = Callable[[str], Iterable[str]]
_BEGINNING = "^"
"""Before a goal's name: that it may begin."""


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
    parts: dict[str, list[str]] = {name: [] for name in known}
    above: dict[str, list[str]] = {name: [] for name in known}
    for aim in known.values():
        served = [(aim.name, part.name if isinstance(part, Aim) else part) for part in aim.parts]
        for whole, part in [*served, *([(aim.parent, aim.name)] if aim.parent else [])]:
            parts.setdefault(whole, []).append(part)
            above.setdefault(part, []).append(whole)
    depends = {name: aim.depends_on for name, aim in known.items()}
    refuse(
        known,
        lambda name: parts.get(name, ()),
        lambda name: depends.get(name, ()),
        lambda name: above.get(name, ()),
        ((aim.name, other) for aim in known.values() for other in aim.conflicts_with),
        str,
    )


def refuse(
    starts: Iterable[str],
    parts: Needs,
    depends_on: Needs,
    serves: Needs,
    conflicts: Iterable[tuple[str, str]],
    name: Callable[[str], str],
) -> None:
    """Raise ValidationError if one of `starts` could never be reached; `name` says how people call it."""

    def needs(goal: str) -> tuple[str, ...]:
        return (*parts(goal), *depends_on(goal))

    def needs_to_begin(node: str) -> tuple[str, ...]:
        goal = node.removeprefix(_BEGINNING)
        wholes = tuple(f"{_BEGINNING}{whole}" for whole in serves(goal))
        return (*depends_on(goal), *wholes) if node != goal else (*needs(goal), *wholes)

    cycle = find_cycle(starts, needs_to_begin)
    if cycle:
        first, *rest = (name(node.removeprefix(_BEGINNING)) for node in cycle)
        raise ValidationError(f"goals need each other in a circle: {first} needs {', which needs '.join(rest)}")
    for one, other in conflicts:
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
