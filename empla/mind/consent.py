"""What the manager's answer to a question allows (contracts 5 and 7): addresses from outside, and acts that waited.

The kernel checks it, not the plan: the manager saw the address in the question, is vouched for, answered in that very
thread, and took the matter up.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from empla.mind.answers import in_its_thread, refuses, takes_up
from empla.mind.authority import vouched_by
from empla.mind.intentions import Authority, Intention, Question, StepRecord
from empla.mind.percepts import APPROVAL_NEEDED, Status
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Decide, Scope
from empla.mind.values import Source

_TRUSTED = (Source.MANAGER, Source.DIRECTORY, Source.POLICY, Source.OWN)


def outsiders(authority: Authority, scope: Scope) -> list[str]:
    """Return those in a scope whose address came from outside and was opened by nobody."""
    opened = {a.value for a in authority.granted}
    return [p.value for p in scope.people if p.origin.source not in _TRUSTED and p.value not in opened]


def cannot_grant(ask: Ask, managers: frozenset[str]) -> str:
    """Return why a question cannot open the addresses that it shall open, empty if it can.

    The manager must see them: what is not literally in the text that goes to the manager alone is not granted.
    """
    said = ask.by.arguments
    text = said.get("text")
    reached = [a.value for name in ("to", "cc") for a in said.get(name) or ()]
    if ask.who.value not in managers or reached != [ask.who.value]:
        return "only the manager, asked alone, can open an address"
    unseen = [a.value for a in ask.grants if not (isinstance(text, str) and _stands_in(a.value, text))]
    return f"{unseen[0]} does not stand in the question" if unseen else ""


def _stands_in(address: str, text: str) -> bool:
    """Whether an address stands in a text by itself, not as a part of a longer one."""
    return re.search(rf"(?<![\w.%+'-]){re.escape(address)}(?![\w-]|\.\w)", text, re.IGNORECASE) is not None


def opened_by(authority: Authority, question: Question, mail: Mail) -> Authority:
    """Return the authority after the manager's answer: with the addresses that it opens, and on the manager's word."""
    if not question.grants or not in_its_thread(question, mail):
        return authority
    no = question.declines and refuses(mail)
    if not no and not takes_up(mail):
        return authority
    known = {a.value for a in authority.granted}
    granted = (*authority.granted, *(a for a in question.grants if a.value not in known))
    return replace(authority, principal="manager", granted=granted, mail_only=no)


def may_decide(step: Decide, intention: Intention, history: Mapping[str, StepRecord], managers: frozenset[str]) -> bool:
    """Return whether an intention may say the manager's word: a yes only on its own request, after a vouched yes."""
    if not step.approved:
        return True
    if intention.kind != APPROVAL_NEEDED or intention.bindings.get("action") != step.action:
        return False
    asked = [r for r in history.values() if isinstance(r.step, Ask) and r.step.who.value in managers]
    asked.sort(key=lambda r: tuple(int(part) for part in r.index.split(".")))
    outcome = asked[-1].outcome if asked else None
    mail = outcome.value if outcome is not None and outcome.status is Status.DONE else None
    if not isinstance(mail, Mail) or mail.reading is None:
        return False
    return mail.reading.intent == "yes" and vouched_by(mail, managers)
