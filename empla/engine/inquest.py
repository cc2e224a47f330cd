"""The inquest: what the death of the process before is put down to, and what is set aside because of it (law 8)."""

from collections.abc import Container
from dataclasses import dataclass, replace

import structlog

from empla.engine.crashes import UNCOMMITTED, Crashes, Guilty, LastProcess, in_flight
from empla.engine.outbox import Outbox
from empla.engine.setting_aside import SettingAside
from empla.store.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of an inquest: `told` is the key of a percept that has to be handled before any other, for what it says
    must rest; `stumbled_at` the percept over which the process died, if nothing was set aside yet."""

    told: str = ""
    stumbled_at: str = ""


class Inquest:
    """Looks into the deaths of one employee's processes."""

    def __init__(self, store: Store, outbox: Outbox, aside: SettingAside) -> None:
        self._store = store
        self._outbox = outbox
        self._aside = aside
        self._crashes = Crashes(store)

    def hold(self, last: LastProcess, intentions: Container[str]) -> Verdict:
        """Note a death; set aside what was in hand at two that count. `intentions` are those under way."""
        kept = self._in_hand(last, intentions)
        with self._store.transaction("died"):
            guilty = self._crashes.note(kept)
            if guilty is None:
                return Verdict(stumbled_at=kept.percept)
            return Verdict(told=self._set_aside(guilty))

    def suspects(self) -> frozenset[str]:
        """Return the actions that may have killed a process, and are to be tried alone."""
        return self._crashes.suspects()

    def _in_hand(self, last: LastProcess, intentions: Container[str]) -> LastProcess:
        """Return what the process before had in hand that is still to be done."""
        waits = bool(self._store.find("percept", {"key": last.percept, "state": "new"}, ("seq",)))
        intention = last.intention
        if intention and intention not in intentions:
            intention = f"{intention}{UNCOMMITTED}" if waits else ""
        rows = self._outbox.open_rows() if last.worked else ()
        percept = last.percept if waits else ""
        return replace(last, percept=percept, intention=intention, actions=in_flight(rows, last))

    def _set_aside(self, guilty: Guilty) -> str:
        """Set something aside; return the key of the percept by which the mind learns of an intention's."""
        log.error("set aside", percept=guilty.percept, intention=guilty.intention, action=guilty.action)
        if guilty.intention:
            return self._aside.intention(guilty.intention, guilty.reason)
        if guilty.action:
            return self._aside.action(guilty.action, guilty.reason)
        self._aside.percept(guilty.percept, guilty.reason)
        return ""
