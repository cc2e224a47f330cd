"""Setting aside what cannot be handled, with its evidence, and what a person says becomes of it (law 8).

    percept      stays in the inbox as `quarantined`; an intention that waited for it is set aside with it
    intention    rests (`empla.mind.setting_aside`): its rows, timers and questions stay, nothing of it is advanced
    action       of an intention that is over: *failed* if it never came on the wire, else *unknown*

Every method runs inside a transaction. What the mind has to know of it is a percept.
"""

from typing import Any

from empla.clock import Clock
from empla.engine import inbox
from empla.engine.crashes import Crashes
from empla.engine.outbox import Outbox
from empla.errors import EmplaError
from empla.mind import codec
from empla.mind.intentions import Intention, Stage
from empla.mind.percepts import (
    CONTINUE,
    INTENTION_SET_ASIDE,
    INTENTION_WORD,
    OUTCOME,
    PERCEPT_SET_ASIDE,
    TIMER,
    WAKE,
    Outcome,
    Percept,
    Status,
)
from empla.mind.values import OWN
from empla.store.store import Store

_UNDER_WAY = ("active", "suspended")
"""Stages of intentions that can be set aside."""


class SettingAside:
    """Sets aside what is in one employee's store, and takes it back."""

    def __init__(self, store: Store, outbox: Outbox, clock: Clock) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._crashes = Crashes(store)

    # aside ----------------------------------------------------------------------------------------------------

    def percept(self, key: str, reason: str) -> None:
        """Set a percept aside, with every intention that would wait for it in vain, and let plans hear of it."""
        rows = self._store.find("percept", {"key": key}, ("kind", "body"))
        self._store.change("percept", {"key": key}, {"state": "quarantined", "reason": reason})
        kind, body = (rows[0].kind, rows[0].body) if rows else ("", "")
        if kind == INTENTION_SET_ASIDE:  # to tell of it stopped the process: the intention must rest all the same
            told = _fields(body)
            self.intention(str(told.get("intention")), str(told.get("reason")), because=key, quietly=True)
            return
        waiting = [i for i in dict.fromkeys(_waiting_for(key, kind, body)) if self._known(i)]
        for intention in waiting:
            self.intention(intention, f"what it waited for was set aside: {reason}", with_percept=key, because=key)
        if not waiting:
            self._tell(self._new_key(key), PERCEPT_SET_ASIDE, {"percept": key, "reason": reason}, because=key)

    def intention(
        self, intention: str, reason: str, *, with_percept: str = "", because: str = "", quietly: bool = False
    ) -> str:
        """Have an intention set aside; return the key of the percept that says so to the mind.

        `quietly`: no plan hears of it.
        """
        rows = self._store.find("intention", {"id": intention}, ("plan",))
        plan = rows[0].plan if rows else ""
        fields = {"intention": intention, "plan": plan, "reason": reason, "percept": with_percept, "quietly": quietly}
        key = self._new_key(intention)
        self._tell(key, INTENTION_SET_ASIDE, fields, because=because)
        return key

    def action(self, action: str, reason: str) -> str:
        """Have the intention of an action set aside, and return as `intention` does.

        If the intention is over the action itself ends, and the text is empty.
        """
        row = self._outbox.row(action)
        if self._known(row.intention):
            return self.intention(row.intention, reason, because=row.percept)
        if row.state == "on_wire":
            self._outbox.unknown(action, reason)
        else:
            self._outbox.end(action, "failed", Outcome(status=Status.FAILED, code="set-aside", sentence=reason))
        return ""

    # and back -------------------------------------------------------------------------------------------------

    def settled(self, word: Percept) -> None:
        """Take a person's word on one of them (`percept`, `intention` or `action`); once settled, nothing happens."""
        again, by = bool(word.fields["again"]), str(word.fields["by"])
        if "intention" in word.fields:
            self._settle_intention(str(word.fields["intention"]), word, again, by)
        elif "action" in word.fields:
            self._settle_action(str(word.fields["action"]), again, by)
        else:
            self._settle_percept(str(word.fields["percept"]), word, again, by)

    def _settle_percept(self, key: str, word: Percept, again: bool, by: str) -> None:
        values: dict[str, Any] = {"state": "dropped", "reason": f"dropped by {by}"}
        if again:
            values = {"state": "new", "reason": ""}
        if not self._store.change("percept", {"key": key, "state": "quarantined"}, values):
            return
        self._crashes.forgive(percept=key)
        for kept in self._set_aside():
            if kept.set_aside_with == key:
                self._say(kept.id, word, again, by)

    def _settle_intention(self, intention: str, word: Percept, again: bool, by: str) -> None:
        kept = next((i for i in self._set_aside() if i.id == intention), None)
        if kept is None:
            return
        self._say(intention, word, again, by)
        if kept.set_aside_with:
            self._settle_percept(kept.set_aside_with, word, again, by)

    def _say(self, intention: str, word: Percept, again: bool, by: str) -> None:
        self._crashes.forgive(intention=intention)
        fields = {"intention": intention, "again": again, "by": by}
        self._tell(f"word:{intention}:{word.key}", INTENTION_WORD, fields, because=word.key)

    def _settle_action(self, action: str, again: bool, by: str) -> None:
        """Have the very bytes of an action that failed sent once more, or leave it for good."""
        if again:
            self._outbox.revive(action, by)
        else:
            self._outbox.bury(action, by)

    # looking --------------------------------------------------------------------------------------------------

    def _set_aside(self) -> list[Intention]:
        rows = self._store.find("intention", {"stage": Stage.QUARANTINED.value}, ("body",))
        return [codec.loads(row.body) for row in rows]

    def _known(self, intention: str) -> bool:
        """Return whether an intention is under way, so that it can be set aside."""
        rows = self._store.find("intention", {"id": intention}, ("stage",))
        return bool(rows) and rows[0].stage in _UNDER_WAY

    def _new_key(self, what: str) -> str:
        """Return the key of the percept that something is set aside: that may happen to it more than once."""
        newest = self._store.find("percept", {}, ("seq",), limit=1, newest=True)
        return f"set-aside:{what}:{newest[0].seq if newest else 0}"

    def _tell(self, key: str, kind: str, fields: dict[str, Any], *, because: str) -> None:
        told = Percept(key=key, kind=kind, fields=fields, origin=OWN)
        inbox.insert(self._store, told, self._clock.now(), because=because)


def _waiting_for(key: str, kind: str, body: str) -> list[str]:
    """Return the intentions of which a percept would have made one go on; also where it cannot be decoded."""
    if kind == OUTCOME:
        return [key.removeprefix("outcome:").partition(".")[0]]
    if kind == TIMER:
        return [key.removeprefix("timer:").partition(".")[0]]
    if kind == CONTINUE:
        events = _fields(body).get("events", ())
        return [str(event.get("intention")) for event in events if event.kind == WAKE]
    return []


def _fields(body: str) -> dict[str, Any]:
    try:
        return dict(codec.loads(body)["fields"])
    except (EmplaError, KeyError, TypeError, ValueError):
        return {}
