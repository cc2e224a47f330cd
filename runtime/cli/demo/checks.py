"""What must be true at the end: read from outside, with IMAP and CalDAV, never from the program's own tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from runtime.cli.demo.check import Check
from runtime.cli.demo.playing import Played
from runtime.cli.demo.seen import Seen
from runtime.cli.demo.stage import Stage

ENOUGH_KILLS = 12

Checks = Callable[[Seen, Played], Iterable[Check]]
"""Looks at what is seen at the end, and at what was written, and says what holds."""


def checks(stage: Stage, played: Played, parts: Sequence[Checks]) -> list[Check]:
    """Look at every mailbox and calendar from outside and say what holds."""
    stage.settle()
    seen = Seen(stage)
    return [*_once(seen, played), *(check for part in parts for check in part(seen, played)), *_kills(stage)]


def _once(seen: Seen, played: Played) -> Iterator[Check]:
    answers = Counter(str(m.message["In-Reply-To"] or "") for _, m in seen.from_assistant())
    wrong = {scene: answers[asked] for scene, asked in played.asked.items() if answers[asked] != 1}
    told = (
        ", ".join(f"{scene}: {count}" for scene, count in wrong.items()) or f"{len(played.asked)} mails, 1 answer each"
    )
    yield Check("every mail answered exactly once", not wrong, told)
    copies = Counter((name, m.message_id) for name, m in seen.from_assistant())
    twice = [message_id for (_, message_id), count in copies.items() if count > 1]
    yield Check("no mail of the assistant arrived twice", not twice, f"{len(copies)} mails, {len(twice)} twice")
    uids = Counter(str(event["UID"]) for event in seen.calendar)
    doubled = [uid for uid, count in uids.items() if count > 1]
    arranged = [e for e in seen.calendar if seen.assistant in str(e.get("ORGANIZER", "")).lower()]
    ok = not doubled and len(arranged) == played.arranged
    yield Check("every event stands exactly once", ok, f"{len(arranged)} arranged, {len(doubled)} twice")


def _kills(stage: Stage) -> Iterator[Check]:
    ok = stage.kills >= ENOUGH_KILLS and stage.falls >= 1
    yield Check("all this through kill -9", ok, f"{stage.kills} of its process, {stage.falls} of `empla up`")
