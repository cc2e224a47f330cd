"""Goals: the states an employee wants, with why each came up and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from empla.mind.codec import registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A state to reach, with why it came up and what became of it."""

    id: str
    name: str
    kind: str = "achieve"
    horizon: str = "immediate"
    parent: str = ""
    percept: str = ""
    adopted_at: datetime | None = None
    state: str = "active"
    reason: str = ""
    metric: Mapping[str, Any] = field(default_factory=dict)
