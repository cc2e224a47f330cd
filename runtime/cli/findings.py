"""What an examination finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: whether it is as it must be, what shows it, and what mends it.

    `fix` mends it without asking anybody, where that is harmless.
    """

    name: str
    ok: bool
    evidence: str
    mend: str = ""
    mended: bool = False
    fix: Callable[[], None] | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"name": self.name, "ok": self.ok, "evidence": self.evidence, "mend": self.mend, "mended": self.mended}
