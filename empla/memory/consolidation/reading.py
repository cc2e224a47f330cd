"""Reading new episodes: what they claim goes into knowledge, each fact resting on the episode that says it.

Each episode is read once, in the order in which they came; what that changed can be put back by itself (the step
`read:e12`). The signature below a mail is no part of its episode, so it is looked up in what was recorded when the mail
was read.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from empla.memory.consolidation.by_rules import ByRules
from empla.memory.consolidation.changes import recorded
from empla.memory.consolidation.claims import Extractor, Turn
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.relating import observe, relate
from empla.memory.consolidation.signatures import signature_of
from empla.memory.consolidation.taking import take
from empla.memory.model import EpisodeKind, Importance, Kept, Visibility
from empla.mind import codec
from empla.mind.percepts import PROFILE
from empla.mind.readings import Mail
from empla.mind.values import Address, Source
from empla.store.store import Store

PIECE: Final = 4
"""Episodes that one piece reads: some ten milliseconds where each of them says something."""
STEP: Final = "read"
RULES: Final[Extractor] = ByRules()
_COLUMNS: Final = (
    *("seq", "kind", "at", "thread", "author", "people", "subject", "text", "importance", "visibility", "source"),
    *("action", "state"),
)
_READ: Final = frozenset({EpisodeKind.MAIL, EpisodeKind.TOLD})


def read(store: Store, known: Consolidating, terms: Terms) -> Consolidating:
    """Read some of the episodes that nobody has read yet."""
    rows = store.find("episode", (), _COLUMNS, at_least={"seq": known.read + 1}, limit=PIECE)
    rows = [row for row in rows if row.seq <= known.upto]
    me = profile_of(store) if any(row.kind in _READ for row in rows) else {}
    own, zone = str(me.get("address", "")), str(me.get("zone", "UTC"))
    extractor = terms.extractor or RULES
    for row in rows:
        if row.kind in _READ and row.state == Kept.KEPT and row.importance > Importance.LOW and row.author != own:
            turn = turn_of(store, row, zone)
            with recorded(store, known.run, f"{STEP}:{turn.id}", known.time):
                take(store, turn, extractor.extract(turn), known.time)
                relate(store, turn, own, known.time)
            observe(store, turn, own, terms.tell, known.time)
    last = rows[-1].seq if rows else known.upto
    known = replace(known, read=max(known.read, last))
    return known if len(rows) == PIECE else replace(known, read=known.upto, stage="", at=0)


def turn_of(store: Store, row: Any, zone: str) -> Turn:
    """Return an episode as it is read."""
    mail = _mail(store, row.action) if row.kind == EpisodeKind.MAIL else None
    return Turn(
        id=f"e{row.seq}",
        kind=EpisodeKind(row.kind),
        at=datetime.fromisoformat(row.at),
        author=row.author,
        people=tuple(json.loads(row.people)),
        subject=row.subject,
        text=row.text,
        thread=row.thread,
        signature=signature_of(mail.text) if mail is not None and _wrote(mail, row.author) else (),
        source=Source(row.source),
        visibility=Visibility(row.visibility),
        zone=zone,
    )


def _wrote(mail: Mail, author: str) -> bool:
    """Whether an episode is the mail itself, rather than one that it forwards."""
    return mail.sender is not None and mail.sender.value.lower() == author


def _mail(store: Store, action: str) -> Mail | None:
    """Return the mail that was read in an action, as it was recorded then; None if that is packed away by now."""
    rows = store.find("step", {"id": action}, ("body",)) if action else ()
    outcome = codec.loads(rows[0].body).outcome if rows else None
    return outcome.value if outcome is not None and isinstance(outcome.value, Mail) else None


def profile_of(store: Store) -> Mapping[str, object]:
    """Return who the employee is and works for, as it believes."""
    found: dict[str, object] = {}
    for row in store.find("belief", {"functor": PROFILE, "held": 1}, ("body",)):
        name, value = codec.loads(row.body).arguments[:2]
        found[name] = value.value if isinstance(value, Address) else value
    return found
