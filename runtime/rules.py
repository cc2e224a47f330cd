"""An employee's standing rules from outside its process: listed, set in the same words as by mail, and dropped.

The words are read by the reader of mails, and the rule goes into the employee's inbox as the company's own word. The
employee takes it up, and tells its manager.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.standing import standing
from empla.capabilities.standing import StandingRule
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.hr.profiles import found
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.readings import Mail
from empla.mind.rules import RULE, RULES_COMMAND
from empla.mind.values import Address, Origin, Source
from empla.store.minds import known_mind
from empla.workplace.directory import CompanyDirectory
from employees.executive_assistant.ruling import described
from runtime.hiring import staff
from runtime.inboxes import sender

_EXAMPLES = "for instance: “never before 9”, “keep Wednesdays free”, “always accept from carla@example.com”"
_KEY = "command"


def held(home: Home, name: str) -> dict[str, Any]:
    """Return an employee's rules in force: `name`, and `rules` with `number`, `rule` (in words), `said`, `since`."""
    slug, full, _ = _employee(home, name)
    return {"name": full, "rules": [_shown(number, rule) for number, rule in sorted(_rules(home, slug).items())]}


def add(home: Home, name: str, text: str) -> dict[str, Any]:
    """Have an employee keep a rule; return what it comes to. InputError if the words make no certain rule."""
    slug, full, zone = _employee(home, name)
    rule = _read(home, text, zone)
    by = _send(home, slug, f"rules:add:{text}", {"rule": rule})
    return {"name": full, "rule": described(rule), "said": text, "by": by}


def drop(home: Home, name: str, numbers: list[int]) -> dict[str, Any]:
    """Have an employee drop rules by their numbers. InputError if there is no rule of one of these numbers."""
    slug, full, _ = _employee(home, name)
    rules = _rules(home, slug)
    for number in numbers:
        if number not in rules:
            raise InputError(f"{full} has no rule {number}", next_step=f'see `empla rules "{full}"`')
    by = _send(home, slug, f"rules:drop:{numbers}", {"drop": tuple(numbers)})
    return {"name": full, "dropped": [_shown(number, rules[number]) for number in numbers], "by": by}


def _employee(home: Home, name: str) -> tuple[str, str, str]:
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        return row.slug, row.name, row.zone


def _rules(home: Home, slug: str) -> dict[int, StandingRule]:
    now = SystemClock(home.clock).now()
    with known_mind(home, slug) as store:
        rows = store.find("belief", {"functor": RULE, "held": 1}, ("body",)) if store is not None else ()
    beliefs: list[Belief] = [codec.loads(row.body) for row in rows]
    return dict(b.arguments for b in beliefs if b.valid_until is None or now < b.valid_until)


def _shown(number: int, rule: StandingRule) -> dict[str, Any]:
    since = rule.set_at.isoformat() if rule.set_at is not None else None
    return {"number": number, "rule": described(rule), "said": rule.said, "since": since}


def _read(home: Home, text: str, zone: str) -> StandingRule:
    """Return the rule that the words make, people looked up in the directory."""
    origin = Origin(Source.POLICY, _KEY, "text")
    now = SystemClock(home.clock).now()
    mail = Mail(key=_KEY, message_id="", blob="", subject="", sender=None, authenticated=None, text=text)
    understood = standing(text.strip().rstrip(".!"), Setting(now, zone, origin), mail)
    rule = understood.slots["rule"].value if understood is not None and "rule" in understood.slots else None
    if understood is None or not isinstance(rule, StandingRule) or understood.intent != "rule":
        raise InputError(f"“{text}” is no rule that I know", next_step=_EXAMPLES)
    if understood.doubts:
        raise InputError(f"“{text}” is not clear: {understood.doubts[0].question}", next_step="say it in full")
    if understood.unread or "ordinals" in understood.slots:
        left = ", ".join(understood.unread) or text
        raise InputError(f"I could not place “{left}” in “{text}”", next_step=_EXAMPLES)
    people = understood.slots.get("people")
    whom: tuple[Who, ...] = people.value if people is not None else ()
    return replace(rule, people=(*rule.people, *(_address(home, who) for who in whom)))


def _address(home: Home, who: Who) -> Address:
    directory = CompanyDirectory(home.company_db)
    try:
        known = directory.find(who.words)
    finally:
        directory.close()
    if len(known) != 1:
        those = " or ".join(p.address.value for p in known) or "nobody in the directory"
        raise InputError(f"“{who.words}” is {those}", next_step="give the address")
    return known[0].address


def _send(home: Home, slug: str, key: str, fields: Mapping[str, Any]) -> str:
    by = load_settings(home).owner
    at = SystemClock(home.clock).now().isoformat()
    sender(home)(slug, f"{key}:{at}", RULES_COMMAND, {**fields, "by": by})
    return by
