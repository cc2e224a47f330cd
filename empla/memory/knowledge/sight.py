"""What a viewer may see, as a condition of a statement: what may not be seen is never read."""

import json
from collections.abc import Mapping
from typing import Any

from empla.memory.model import Viewer


def seen_by(viewer: Viewer, table: str) -> tuple[str, Mapping[str, Any]]:
    """Return the condition that a viewer may see a row of `table`, an alias in the statement, and its parameters."""
    if viewer.everything:
        return "1 = 1", {}
    bound: dict[str, Any] = {"least": int(viewer.least)}
    either = [f"{table}.visibility >= :least"]
    for place, address in enumerate(viewer.addresses):
        either.append(f"{table}.people LIKE :seen{place} ESCAPE '!'")
        bound[f"seen{place}"] = f"%{like(json.dumps(address.lower()))}%"
    return f"({' OR '.join(either)})", bound


def like(text: str) -> str:
    """Return a text for LIKE ... ESCAPE '!' in which nothing has a meaning of its own."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
