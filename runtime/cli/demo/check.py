"""What one check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true, whether it is, and by what that shows."""

    name: str
    ok: bool
    evidence: str
