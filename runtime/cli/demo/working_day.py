"""The rest of the working day: what others want of the manager, an errand, and the brief on the next morning."""

from typing import Final

from runtime.cli.demo.playing import Played, accepts, ask, at, heard, reply, settled
from runtime.cli.demo.stage import ASSISTANT, MANAGER, STRANGER, Stage
from runtime.client import Letter

PROPOSED: Final = (at(4, 15), at(4, 15, 45))
"""The other time that a colleague proposes."""
EARLY: Final = (at(9, 8), at(9, 8, 30))
"""The time of an invitation that a rule of the manager's forbids."""
DUE: Final = at(1, 10)
"""By when the supplier list is wanted."""
FILE_NAME: Final = "suppliers.csv"
FILE: Final = "name;place\r\nHöfer & Söhne;Köln\r\nAtelier Éclair;Liège\r\n".encode("cp1252")
"""The supplier list, byte by byte: in the encoding of an old spreadsheet."""


def play_day(stage: Stage, played: Played) -> None:
    """Play the day, and note what was written."""
    _errand(stage, played)
    _other_time(stage, played)
    _rule(stage, played)
    _stranger(stage, played)
    _afternoon(stage)
    _next_morning(stage)


def _errand(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Something to be got from a colleague")
    text = "Please get me the supplier list from Carla by tomorrow 10:00."
    ask(stage, played, "errand", "Suppliers", text)
    heard(stage, stage.people["Carla Ruiz"], is_question, kill=False)


def is_question(letter: Letter) -> bool:
    """Return whether a mail asks for the supplier list for the first time."""
    return letter.subject.startswith("Supplier list")


def is_reminder(letter: Letter) -> bool:
    """Return whether a mail asks for it again."""
    return letter.subject.startswith("Re: Supplier list")


def _other_time(stage: Stage, played: Played) -> None:
    stage.transcript.scene("A colleague proposes another time")
    sam = stage.people["Sam Ortega"]
    invited = heard(stage, sam, lambda letter: letter.invitation is not None, kill=False)
    sam.enter(invited)
    start, end = PROPOSED
    sam.propose_time(invited, start, end, "I am travelling until noon")
    stage.transcript.remark(f"{sam.name} proposes {start:%A, %H:%M}, by the button of the calendar client")
    question = heard(stage, stage.manager, lambda letter: letter.subject.startswith("Another time for"))
    reply(stage, played, "other time", question, "Yes, that is fine.")
    updated = heard(stage, sam, lambda letter: letter.subject.startswith("Updated invitation"), kill=False)
    sam.enter(updated)
    accepts(stage, sam, updated)


def _rule(stage: Stage, played: Played) -> None:
    stage.transcript.scene("An invitation against a rule of the manager's")
    ask(stage, played, "rule", "Mornings", "Never before 9.")
    carla = stage.people["Carla Ruiz"]
    start, end = EARLY
    carla.invite(stage.manager.address, "budget@carla", "Budget", start, end)
    stage.transcript.remark(f"{carla.name} invites {MANAGER}: Budget, {start:%A %d %B, %H:%M}")
    heard(stage, carla, is_counter)


def is_counter(letter: Letter) -> bool:
    """Return whether a mail proposes another time for an invitation."""
    return letter.invitation is not None and str(letter.invitation["METHOD"]) == "COUNTER"


def _stranger(stage: Stage, played: Played) -> None:
    stage.transcript.scene("A stranger asks for an hour")
    gus = stage.stranger
    subject = "A meeting"
    text = "Hello,\n\nI would like to meet Anna Berg next week about our new offer. Could you find us an hour?"
    gus.send(stage.assistant, subject, text)
    stage.transcript.wrote(stage.now(), STRANGER, ASSISTANT, subject, text)
    question = heard(stage, stage.manager, is_about_stranger)
    allowed = "Yes, but 30 minutes"
    stage.manager.reply(question, allowed)
    stage.transcript.wrote(stage.now(), MANAGER, ASSISTANT, question.subject, allowed)
    offer = heard(stage, gus, is_offer)
    chosen = "The second one works for me."
    gus.reply(offer, chosen)
    stage.transcript.wrote(stage.now(), STRANGER, ASSISTANT, offer.subject, chosen)
    heard(stage, gus, lambda letter: letter.invitation is not None)
    heard(stage, stage.manager, lambda letter: letter.subject.startswith(f"Booked: {gus.address}"), kill=False)
    played.arranged += 1


def is_about_stranger(letter: Letter) -> bool:
    """Return whether a mail asks the manager about a meeting with somebody."""
    return letter.subject.endswith("asks for a meeting")


def is_offer(letter: Letter) -> bool:
    """Return whether a mail offers times."""
    return "can offer you" in letter.text


def _afternoon(stage: Stage) -> None:
    stage.transcript.scene("In the afternoon the colleague is reminded, and answers")
    carla = stage.people["Carla Ruiz"]
    stage.kill_over(at(0, 16), "the morning was over")
    reminder = heard(stage, carla, is_reminder, kill=False)
    text = "Sorry, here it is."
    carla.reply(reminder, text, files={FILE_NAME: FILE})
    stage.transcript.wrote(stage.now(), carla.name, ASSISTANT, reminder.subject, f"{text}\n\n[{FILE_NAME}]")
    heard(stage, stage.manager, brings_list)


def brings_list(letter: Letter) -> bool:
    """Return whether a mail brings the manager the supplier list."""
    return "Supplier list" in letter.subject and any(letter.message.iter_attachments())


def _next_morning(stage: Stage) -> None:
    stage.transcript.scene("Killed in the evening, and there again in the morning")
    stage.kill_over(at(1, 7, 30), "the evening had come")
    stage.kill_soon("the clock was moved")
    heard(stage, stage.manager, is_brief, kill=False)
    settled(stage)


def is_brief(letter: Letter) -> bool:
    """Return whether a mail is the morning's brief."""
    return letter.text.startswith("Good morning")
