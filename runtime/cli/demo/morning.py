"""The first morning: somebody is hired, books, asks, answers, and leaves alone what nobody should answer."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from runtime.cli.demo.playing import Played, accepts, ask, at, heard, reply
from runtime.cli.demo.stage import ASSISTANT, MANAGER, Stage
from runtime.client import Client


def play_morning(stage: Stage, played: Played) -> None:
    """Play the morning, and note what was written."""
    _fill_calendars(stage)
    _hiring(stage)
    _first_meeting(stage, played)
    _no_slot(stage, played)
    _questions(stage, played)
    _cannot(stage, played)
    _ambiguous(stage, played)
    _machines(stage, played)


BUSY: Final = (
    (MANAGER, "Budget review", at(8, 13), at(8, 14)),
    (MANAGER, "Call with the bank", at(8, 15), at(8, 16)),
    (MANAGER, "Staff meeting", at(1, 10), at(1, 11)),
    (MANAGER, "Dentist", at(3, 10), at(3, 11)),
    (MANAGER, "Board lunch", at(2, 12), at(2, 14)),
    ("Ben Stone", "Workshop", at(8, 14), at(8, 15)),
    ("Ben Stone", "Customer visit", at(8, 12), at(8, 13)),
    ("Carla Ruiz", "Training", at(2, 9), at(2, 17)),
    ("Sam Ortega", "Interviews", at(4, 9), at(4, 11)),
)


def _fill_calendars(stage: Stage) -> None:
    stage.transcript.scene("What stands in the calendars already")
    for number, (who, title, start, end) in enumerate(BUSY):
        stage.people[who].put_event(f"demo-{number}", title, start, end)
        stage.transcript.event(who, title, start, end)


def _hiring(stage: Stage) -> None:
    stage.transcript.scene(f"{MANAGER} hires an assistant")
    stage.hire()
    heard(stage, stage.manager, lambda letter: letter.subject == "Your new assistant", kill=False)


def _first_meeting(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Half an hour with a colleague")
    text = "Hello Ada,\n\nplease book half an hour with Ben next Tuesday afternoon."
    ask(stage, played, "book", "Time with Ben", text)
    played.arranged += 1
    ben = stage.people["Ben Stone"]
    accepts(stage, ben, heard(stage, ben, lambda letter: letter.invitation is not None, kill=False))


def _no_slot(stage: Stage, played: Played) -> None:
    stage.transcript.scene("A day on which there is no time")
    offered = ask(stage, played, "no-slot", "Carla", "Please set up an hour with Carla on Wednesday.", fall=True)
    reply(stage, played, "choose", offered, "The second one works.")
    played.arranged += 1


def _questions(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Questions about the calendar")
    ask(stage, played, "free", "Thursday", "Am I free on Thursday?")
    ask(stage, played, "agenda", "My week", "What does my week look like?")


def _cannot(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Something it cannot do")
    ask(stage, played, "cannot", "Rome", "Please book me a flight to Rome on Friday morning.")


def _ambiguous(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Something that can be meant in two ways")
    question = ask(stage, played, "ambiguous", "Sam", "Find 45 minutes with Sam on Friday.")
    reply(stage, played, "clarified", question, "Sam Ortega")
    played.arranged += 1


def _machines(stage: Stage, played: Played) -> None:
    stage.transcript.scene("Mails that nobody should answer, and one that nobody can read")
    away = stage.people["Sam Young"]
    for raw, sender in _automatic_mails(stage, away):
        mail_id = str(raw["Message-ID"])
        played.unanswered.append(mail_id)
        if sender == away.address:
            away.submit(raw.as_bytes(), [stage.assistant])
        else:
            stage.deliver(raw.as_bytes(), sender)
        stage.transcript.noise(stage.now(), raw)
    stage.deliver(_mangled(stage), "press@elsewhere.example")
    stage.transcript.wrote(
        stage.now(), "press@elsewhere.example", ASSISTANT, "(no subject)", "(200 parts, each nested in the last)"
    )
    heard(stage, stage.manager, lambda letter: "cannot read" in letter.subject, kill=False)
    ask(stage, played, "after", "Wednesday", "Am I free on Wednesday morning?")


def _automatic_mails(stage: Stage, absent: Client) -> list[tuple[EmailMessage, str]]:
    away = _mail(stage, f"{absent.name} <{absent.address}>", "Automatic reply: Thursday", "I am out of the office.", 1)
    away["Auto-Submitted"] = "auto-replied"
    bounce = _mail(stage, "MAILER-DAEMON@elsewhere.example", "Undelivered Mail Returned to Sender", "It bounced.", 2)
    bounce["Auto-Submitted"] = "auto-replied"
    news = _mail(stage, "news@elsewhere.example", "Our weekly news", "Can you meet us next week?", 3)
    news["List-Id"] = "<news.elsewhere.example>"
    news["Precedence"] = "list"
    return [(away, absent.address), (bounce, ""), (news, "news@elsewhere.example")]


def _mail(stage: Stage, sender: str, subject: str, text: str, number: int) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = stage.assistant
    mail["Subject"] = subject
    mail["Date"] = format_datetime(stage.now())
    mail["Message-ID"] = f"<machine-{number}@elsewhere.example>"
    mail.set_content(text)
    return mail


def _mangled(stage: Stage) -> bytes:
    """Return a mail whose parts are nested so deep that no reader can mean it."""
    head = f"From: press@elsewhere.example\r\nTo: {stage.assistant}\r\nMessage-ID: <mangled@elsewhere.example>\r\n"
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(200))
    return (head + parts + "Content-Type: text/plain\r\n\r\nhello\r\n").encode()
