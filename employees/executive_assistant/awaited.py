"""Which mails of others are taken for the answer that something waits for. Pure."""

from empla.capabilities.email.sorting import TRIAGED
from empla.capabilities.email.triage import Triage
from empla.capabilities.email.weighing import MailKind
from empla.mind.beliefs import BeliefBase
from empla.mind.readings import Mail


def means_harm(beliefs: BeliefBase, mail: Mail) -> bool:
    """Return whether a mail was sorted as suspicious: whatever thread it stands in, nothing of it is passed on."""
    held = beliefs.matching(TRIAGED, mail.key)
    triage: Triage | None = held[-1].arguments[1] if held else None
    return triage is not None and triage.kind is MailKind.SUSPICIOUS
