"""What the assistant believed, intended and did, in words.

Read from its own tables, to be shown: the checks never look there.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from empla.config import Home
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.intentions import Intention
from empla.mind.values import Instant
from empla.store.minds import open_mind
from empla.store.store import Store
from runtime.cli import minds
from runtime.cli.wording import of_value

_BOOKKEEPING: Final = frozenset({"profile", "hold", "spoken-of"})
_ROUTINE: Final = "perceive-mail"
"""The plan that takes in every mail, whatever it says."""

_OPAQUE: Final = re.compile(r"mail:[0-9a-f]+|<\S+>|[0-9a-f]{32,}(?:@\S+)?")
"""Keys, Message-IDs and UIDs: exact, and nothing that a person reads."""

Thought = tuple[str, str]
"""What it did with it (believed, intended, looked, did), and what."""


@dataclass
class Thoughts:
    """Tells what is new each time it is asked."""

    zone: ZoneInfo
    _seen: dict[str, int] = field(default_factory=dict)

    def fresh(self, home: Home, address: str) -> list[Thought]:
        """Return what the assistant has believed, intended and done since this was asked last."""
        minds.load_kept_types()
        slug = address.partition("@")[0]
        with closing(open_mind(home, slug)) as store:
            beliefs = self._new(store, "belief", ("seq", "body"))
            intentions = self._new(store, "intention", ("seq", "plan", "body"))
            actions = self._new(store, "action", ("seq", "operation", "rule", "state", "effect"))
        return [
            *(("believed", text) for row in beliefs if (text := self._belief(row.body))),
            *(("intended", _intention(row)) for row in intentions if row.plan != _ROUTINE),
            *_deeds(actions),
        ]

    def _new(self, store: Store, table: str, columns: tuple[str, ...]) -> Sequence[Any]:
        rows = list(store.find(table, {}, columns, at_least={"seq": self._seen.get(table, 0) + 1}))
        if rows:
            self._seen[table] = rows[-1].seq
        return rows

    def _belief(self, body: str) -> str:
        belief: Belief = codec.loads(body)
        told = [text for argument in belief.arguments if (text := self._argument(argument))]
        return f"{belief.functor}: {', '.join(told)}" if told and belief.functor not in _BOOKKEEPING else ""

    def _argument(self, value: Any) -> str:
        if isinstance(value, Instant):
            value = value.value
        if isinstance(value, datetime):
            return f"{value.astimezone(self.zone):%a %d %b %H:%M}"
        text = of_value(value)
        return "" if _OPAQUE.search(text) else text


def _intention(row: Any) -> str:
    intention: Intention = codec.loads(row.body)
    by_reason: dict[str, list[str]] = {}
    for passed in intention.passed_over:
        plan, _, reason = passed.partition(": ")
        by_reason.setdefault(reason, []).append(plan)
    others = "; ".join(f"{', '.join(plans)}: {reason}" for reason, plans in by_reason.items())
    return f"{row.plan}  (rather than {others})" if others else str(row.plan)


def _deeds(actions: Sequence[Any]) -> Iterator[Thought]:
    for effect, rows in groupby((row for row in actions if row.effect != "think"), key=lambda row: row.effect):
        if effect == "read":
            yield "looked", ", ".join(dict.fromkeys(row.operation for row in rows))
            continue
        for row in rows:
            yield "did", f"{row.operation}  ({row.state.replace('_', ' ')}; the gate: {row.rule})"
