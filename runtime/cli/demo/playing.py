"""How a scene is played: somebody writes, something is killed meanwhile, and what comes of it is waited for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from runtime.cli.demo.stage import ASSISTANT, MANAGER, MONDAY, ZONE, Stage
from runtime.client import Client, Letter

WAIT_S: Final = 75.0
"""Longer than the office waits before it tries again to hand mail over to the world outside."""


@dataclass
class Played:
    """What was written, by scene, for the checks: mails that must be answered, and what came of them."""

    asked: dict[str, str] = field(default_factory=dict)  # scene -> Message-ID of a mail that is to be answered once
    answers: dict[str, Letter] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)  # Message-IDs that must get no answer
    arranged: int = 0  # meetings that must stand in the end


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an hour of the `day`-th day after the Monday on which the demo begins."""
    date = (MONDAY + timedelta(days=day)).date()
    return datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZoneInfo(ZONE))


def ask(stage: Stage, played: Played, scene: str, subject: str, text: str, *, fall: bool = False) -> Letter:
    """Have the manager write, kill at a random moment, and wait for the answer."""
    played.asked[scene] = stage.manager.send(stage.assistant, subject, text)
    stage.transcript.wrote(stage.now(), MANAGER, ASSISTANT, subject, text)
    return _answered(stage, played, scene, fall=fall)


def reply(stage: Stage, played: Played, scene: str, letter: Letter, text: str) -> Letter:
    """Have the manager answer a mail, kill at a random moment, and wait for what comes back."""
    played.asked[scene] = stage.manager.reply(letter, text)
    stage.transcript.wrote(stage.now(), MANAGER, ASSISTANT, letter.subject, text)
    return _answered(stage, played, scene)


def _answered(stage: Stage, played: Played, scene: str, *, fall: bool = False) -> Letter:
    if fall:
        stage.fell_everything()
    else:
        stage.kill_soon()
    answer = stage.manager.answer_to(played.asked[scene], WAIT_S)
    played.answers[scene] = answer
    stage.transcript.mail(answer)
    settled(stage)
    return answer


def heard(stage: Stage, client: Client, wanted: Callable[[Letter], bool], *, kill: bool = True) -> Letter:
    """Kill at a random moment, and wait for what the assistant writes to somebody besides answers."""
    if kill:
        stage.kill_soon()
    letter = client.wait_for(lambda m: m.sender == stage.assistant and wanted(m), WAIT_S)
    stage.transcript.mail(letter)
    settled(stage)
    return letter


def accepts(stage: Stage, colleague: Client, invited: Letter, *, kill: bool = True) -> None:
    """Have a colleague's client accept, and wait until the manager's calendar shows it."""
    colleague.answer_invitation(invited, "ACCEPTED")
    stage.transcript.remark(f"{colleague.name} accepts, by the button of the calendar client")
    if kill:
        stage.kill_soon()
    uid = str(invited.invitation.events[0]["UID"]) if invited.invitation is not None else ""
    shown = f"{MANAGER}'s calendar shows it"
    stage.wait_until(lambda: _accepted(stage.manager, uid, colleague.address), shown, WAIT_S)
    stage.transcript.remark(shown)
    settled(stage)


def settled(stage: Stage) -> None:
    """Wait until the last kill has happened, and show what the assistant has made of it all."""
    stage.after_kills()
    stage.transcript.thoughts(stage.home, stage.assistant)


def _accepted(manager: Client, uid: str, address: str) -> bool:
    for event in manager.events():
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            answered = address in str(attendee).lower() and attendee.params.get("PARTSTAT") == "ACCEPTED"
            if str(event["UID"]) == uid and answered:
                return True
    return False
