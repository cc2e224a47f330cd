"""Working memory: what one has in mind of a matter, within a budget of tokens, with why each thing is there.

It is made anew from the tables whenever it is asked for and kept nowhere, so nothing of it is lost in a crash. Each
part has a share of the budget and a most; what a part does not need goes to those that are short of room, in the order
in which they stand. What is left out is counted, with the reason.

    thread        .35   the turns of the current thread, newest first
    intention     .15   what is being done about it, step by step
    people        .15   who takes part, and what is known of them
    memory        .15   what else is remembered that belongs to it
    task          .10   tasks and promises: those that wait, and those that are over
    preference    .10   how people want things done
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from empla.errors import InputError
from empla.memory import at_hand
from empla.memory.at_hand import Focus, Item
from empla.memory.model import Cue, Recalled
from empla.memory.tokens import PER_TOKEN, tokens_in
from empla.store.store import Store

BUDGET: Final = 10_000
LEAST_BUDGET: Final = 200
SHARES: Final = {"thread": 35, "intention": 15, "people": 15, "memory": 15, "task": 10, "preference": 10}
"""Hundredths of the budget, in the order in which parts stand."""
MOST: Final = {"thread": 50, "intention": 10, "people": 20, "memory": 15, "task": 20, "preference": 30}
"""How many things a part may have, however much room there is."""
HEADING: Final = 8
"""Tokens of the heading of a part."""
CUE_TOKENS: Final = 100
"""Of the latest turn, what is looked for by."""

NO_ROOM, TOO_MANY = "no room", "too many"

Recalls = Callable[[Cue, int], Recalled]
"""Recalls within a budget of tokens (`Memory.recall`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its share of the budget, what it was lent of others' shares, and what of it is in.

    `of` is how many things there are on the whole, `of_tokens` what they would all take; `cut` says why some are not
    in. An item that was `shortened` is the first of its part, too long for all of its room.
    """

    name: str
    share: int
    lent: int
    items: tuple[Item, ...]
    tokens: int
    of: int
    of_tokens: int
    cut: Mapping[str, int]
    shortened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingMemory:
    """What is in mind of a matter. `tokens` never are more than `budget`; `of_tokens` is what everything would take."""

    thread: str
    intention: str
    budget: int
    tokens: int
    of_tokens: int
    parts: tuple[Part, ...]

    def text(self) -> str:
        """Return it as it is shown to a reader."""
        shown = []
        for part in self.parts:
            if part.items:
                shown.append(f"# {part.name}")
                shown += [_line(item) for item in part.items]
        return "\n".join(shown)

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "thread": self.thread,
            "intention": self.intention,
            "budget": self.budget,
            "tokens": self.tokens,
            "of_tokens": self.of_tokens,
            "parts": [_part_data(part) for part in self.parts],
        }


def working_memory(
    store: Store, focus: str, at: datetime, *, budget: int = BUDGET, zone: str = "UTC", recalls: Recalls | None = None
) -> WorkingMemory:
    """Return what is in mind at `at` of an intention ("i12"), a thread or an episode of it; "" is the latest matter.

    Without `recalls` nothing else is remembered. InputError for a focus that is not known, or too small a budget.
    """
    if budget < LEAST_BUDGET:
        raise InputError(f"{budget} tokens are too few", next_step=f"give at least {LEAST_BUDGET}")
    with store.reading():
        found = at_hand.focus_on(store, focus)
        everything = {
            "thread": list(at_hand.turns(found)),
            "intention": list(at_hand.intentions(store, found)),
            "people": list(at_hand.people(store, found)),
            "memory": [],
            "task": list(at_hand.tasks(store)),
            "preference": list(at_hand.preferences(store, found)),
        }
    if recalls is not None:
        everything["memory"] = list(_remembered(found, recalls, at, zone, budget))
    parts = _fitted(everything, budget)
    return WorkingMemory(
        thread=found.thread,
        intention=found.intention,
        budget=budget,
        tokens=sum(part.tokens for part in parts),
        of_tokens=sum(part.of_tokens for part in parts),
        parts=parts,
    )


def _remembered(focus: Focus, recalls: Recalls, at: datetime, zone: str, budget: int) -> Iterable[Item]:
    """Return what is remembered besides the thread: of what its latest turn speaks of, and of situations like it."""
    if not focus.turns:
        return
    latest, here = focus.turns[0], {f"e{row.seq}" for row in focus.turns}
    words = f"{latest.subject}\n{latest.text}"[: CUE_TOKENS * PER_TOKEN]
    found = recalls(Cue(words=words, at=at, zone=zone, limit=MOST["memory"] + len(here)), budget)
    for hit in found.hits:
        if hit.id not in here:
            when = f"{hit.at.isoformat()[:16]} " if hit.at is not None else ""
            best = sorted(hit.parts.items(), key=lambda one: (-one[1], one[0]))[:2]
            why = f"recalled, {hit.score:.2f}: {', '.join(f'{name} {value:.2f}' for name, value in best)}"
            by = f"by {hit.author}: " if hit.author else ""
            came_of = f"\n(noted: {'; '.join(hit.came_of.splitlines())})" if hit.came_of else ""
            yield Item(id=hit.id, text=f"{when}{hit.kind} {by}{hit.text}{came_of}", why=why, source=hit.source)


# fitting --------------------------------------------------------------------------------------------------------------


def _fitted(everything: Mapping[str, Sequence[Item]], budget: int) -> tuple[Part, ...]:
    """Fit everything into a budget: each part into its share first, then into what others have left."""
    rooms = {name: budget * share // 100 for name, share in SHARES.items()}
    parts = {name: _part(name, everything[name], rooms[name], 0) for name in SHARES}
    left = budget - sum(part.tokens for part in parts.values())
    for name, part in parts.items():
        if part.cut.get(NO_ROOM) or part.shortened:
            fuller = _part(name, everything[name], rooms[name], left + part.tokens - rooms[name])
            left -= fuller.tokens - part.tokens
            parts[name] = replace(fuller, lent=max(0, fuller.tokens - rooms[name]))
    return tuple(parts.values())


def _part(name: str, items: Sequence[Item], share: int, lent: int) -> Part:
    """Take as many items as there is room for; a first one that is too long is shortened rather than left out."""
    room = share + lent - HEADING
    kept: list[Item] = []
    shortened = False
    no_room = 0
    allowed = items[: MOST[name]]
    for item in allowed:
        if not kept and not no_room and _tokens(item) > room:
            over = _tokens(item) - room + 1
            if (end := len(item.text) - over * PER_TOKEN) > 0:
                item, shortened = replace(item, text=f"{item.text[:end]}…"), True
        if _tokens(item) > room:
            no_room += 1
            continue
        kept.append(item)
        room -= _tokens(item)
    cut = {NO_ROOM: no_room, TOO_MANY: len(items) - len(allowed)}
    return Part(
        name=name,
        share=share,
        lent=max(0, lent),
        items=tuple(kept),
        tokens=sum(map(_tokens, kept)) + (HEADING if kept else 0),
        of=len(items),
        of_tokens=sum(map(_tokens, items)) + (HEADING if items else 0),
        cut={why: number for why, number in cut.items() if number},
        shortened=shortened,
    )


def _line(item: Item) -> str:
    label = f", {item.source}" if item.source else ""
    return f"- [{item.id}{label}] {item.text}"


def _tokens(item: Item) -> int:
    return tokens_in(_line(item)) + 1  # and the end of the line


def _part_data(part: Part) -> dict[str, Any]:
    items = [{"id": i.id, "text": i.text, "why": i.why, "source": i.source} for i in part.items]
    told = {"share": part.share, "lent": part.lent, "tokens": part.tokens, "of": part.of, "of_tokens": part.of_tokens}
    return {"part": part.name, **told, "cut": dict(part.cut), "shortened": part.shortened, "items": items}
