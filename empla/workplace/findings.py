"""What is found out about an account, one finding for each thing that was tried."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from empla.workplace.accounts import Account


class Verdict(StrEnum):
    """What a finding means for an employee that is to work in the account."""

    GOOD = "good"
    NOTE = "note"  # good to know
    WARNING = "warning"  # it can work, but not do everything
    FAILED = "failed"  # it cannot work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: what came of it, in a sentence for a person, and what mends it."""

    check: str
    verdict: Verdict
    sentence: str
    mend: str = ""

    def as_data(self) -> dict[str, str]:
        """Return it as `--json` prints it."""
        return {"check": self.check, "verdict": self.verdict, "sentence": self.sentence, "mend": self.mend}


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found, and the account completed by it."""

    account: Account
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether an employee can work with the account at all."""
        return not any(finding.verdict is Verdict.FAILED for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whoever is told while an account is tried: what is being tried now, and each finding as it is made."""

    begins: Callable[[str], None] = lambda _: None
    finds: Callable[[Finding], None] = lambda _: None


@dataclass(slots=True)
class Trial:
    """A probe under way: the account as far as it is known, and what was found so far."""

    account: Account
    watcher: Watcher
    patience_s: float
    findings: list[Finding] = field(default_factory=list)

    def trying(self, what: str) -> None:
        """Tell what is being tried now."""
        self.watcher.begins(what)

    def found(self, check: str, verdict: Verdict, sentence: str, mend: str = "") -> None:
        """Add a finding."""
        finding = Finding(check, verdict, sentence, "" if verdict is Verdict.GOOD else mend)
        self.findings.append(finding)
        self.watcher.finds(finding)

    def learned(self, **fields: Any) -> None:
        """Set these fields of the account."""
        self.account = self.account.model_copy(update=fields)

    def failed(self, check: str) -> bool:
        """Return whether something of this name failed."""
        return any(f.check == check and f.verdict is Verdict.FAILED for f in self.findings)
