"""An employee's preferences from outside its process: read, and set in the same words as by mail.

The words are read by the reader of mails, and go into the employee's inbox as the company's own word. The employee
takes them up, and tells its manager. "Me" is the manager, for whom the words are said.
"""

from dataclasses import replace
from typing import Any

from empla.capabilities.email.reading.preferring import preferring
from empla.capabilities.email.reading.slots import Setting
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.hr.profiles import found
from empla.memory.procedural.showing import held, procedures
from empla.mind.preferences import CORRECTION, PREFERENCE, PREFERENCES_COMMAND, Held, Preferred, Wanted
from empla.mind.readings import Mail
from empla.mind.rules import RULE
from empla.mind.values import Origin, Source
from empla.store.minds import known_mind
from empla.workplace.directory import CompanyDirectory
from employees.executive_assistant import ruling
from employees.executive_assistant.preferwords import described
from runtime.hiring import staff
from runtime.inboxes import sender

_EXAMPLES = "for instance: “call Robert Stone as Rob”, “keep mails to me under five lines”, “don't sign with Cheers”"
_KEY = "command"


def prefer(home: Home, name: str, text: str) -> dict[str, Any]:
    """Have an employee keep a preference; return what it comes to. InputError if the words make no certain one."""
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        slug, full, zone, manager = row.slug, row.name, row.zone, row.manager
    wanted, whom = _placed(home, _read(home, text, zone), manager)
    by = load_settings(home).owner
    at = SystemClock(home.clock).now().isoformat()
    sender(home)(slug, f"preferences:{text}:{at}", PREFERENCES_COMMAND, {"wanted": wanted, "by": by})
    functor = CORRECTION if wanted.key == CORRECTION else PREFERENCE
    scope = wanted.wrong if wanted.key == CORRECTION else wanted.scope
    preferred = Preferred(value=wanted.value, said=text, by=by, name=whom)
    as_held = Held(functor=functor, person=wanted.person, key=wanted.key, scope=scope, preferred=preferred)
    return {"name": full, "slug": slug, "preference": described(as_held), "said": text, "by": by}


def shown(home: Home, name: str) -> dict[str, Any]:
    """Return how an employee does things (`empla.memory.procedural`), each with `says`, in words; and `name`."""
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        slug, full, manager = row.slug, row.name, row.manager
    at = SystemClock(home.clock).now()
    with known_mind(home, slug) as store:
        if store is None:
            raise InputError(f"{full} has not begun to work, and knows nothing yet", next_step="see `empla status`")
        known = procedures(store, at)
        rules = dict(belief.arguments for belief in held(store, RULE, at))
    for one in (*known["preferences"], *known["corrections"]):
        wanted = Preferred(value=one["value"], name=one["name"])
        as_held = Held(functor="", person=one["person"], key=one["key"], scope=one["scope"], preferred=wanted)
        one["says"] = described(as_held, manager)
    for rule in known["rules"]:
        rule["says"] = ruling.described(rules[rule["number"]])
    return {"name": full, **known}


def _read(home: Home, text: str, zone: str) -> Wanted:
    mail = Mail(key=_KEY, message_id="", blob="", subject="", sender=None, authenticated=None, text=text)
    setting = Setting(SystemClock(home.clock).now(), zone, Origin(Source.POLICY, _KEY, "text"))
    understood = preferring(text.strip().rstrip(".!"), setting, mail)
    wanted = understood.slots["wanted"].value if understood is not None and "wanted" in understood.slots else None
    if understood is None or not isinstance(wanted, Wanted) or understood.intent != "prefer":
        raise InputError(f"“{text}” is no preference that I know", next_step=_EXAMPLES)
    if not wanted.value:
        raise InputError(f"“{text}” leaves open which one is wanted", next_step=_EXAMPLES)
    return wanted


def _placed(home: Home, wanted: Wanted, manager: str) -> tuple[Wanted, str]:
    """Return a preference with the address of whom it is about, and their name."""
    if not wanted.person:
        return wanted, ""
    directory = CompanyDirectory(home.company_db)
    try:
        known = directory.find(manager if wanted.person == "me" else wanted.person)
    finally:
        directory.close()
    if len(known) != 1:
        those = " or ".join(p.address.value for p in known) or "nobody in the directory"
        raise InputError(f"“{wanted.person}” is {those}", next_step="give the address")
    return replace(wanted, person=known[0].address.value), known[0].name
