"""The morning, scene by scene: what people write, and what they wait for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from zoneinfo import ZoneInfo

from runtime.cli.demo.stage import ASSISTANT, MANAGER, MONDAY, ZONE, Stage
from runtime.client import Client, Letter

WAIT_S: Final = 40.0


@dataclass
class Morning:
    """What was written, by scene, for the checks: mails that must be answered, and the answers that came."""

    introduction: Letter | None = None
    asked: dict[str, str] = field(default_factory=dict)  # scene -> Message-ID
    answers: dict[str, Letter] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)  # Message-IDs that must get no answer


def play_morning(stage: Stage) -> Morning:
    """Play everything and return what was written."""
    morning = Morning()
    _fill_calendars(stage)
    _hiring(stage, morning)
    _first_meeting(stage, morning)
    _no_slot(stage, morning)
    _questions(stage, morning)
    _cannot(stage, morning)
    _ambiguous(stage, morning)
    _machines(stage, morning)
    return morning


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an hour of the `day`-th day after the Monday on which the demo begins."""
    date = (MONDAY + timedelta(days=day)).date()
    return datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZoneInfo(ZONE))


BUSY: Final = (
    (MANAGER, "Budget review", _at(8, 13), _at(8, 14)),
    (MANAGER, "Call with the bank", _at(8, 15), _at(8, 16)),
    (MANAGER, "Dentist", _at(3, 10), _at(3, 11)),
    (MANAGER, "Board lunch", _at(2, 12), _at(2, 14)),
    ("Ben Stone", "Workshop", _at(8, 14), _at(8, 15)),
    ("Ben Stone", "Customer visit", _at(8, 12), _at(8, 13)),
    ("Carla Ruiz", "Training", _at(2, 9), _at(2, 17)),
    ("Sam Ortega", "Interviews", _at(4, 9), _at(4, 11)),
)


def _fill_calendars(stage: Stage) -> None:
    stage.transcript.scene("What stands in the calendars already")
    for number, (who, title, start, end) in enumerate(BUSY):
        stage.people[who].put_event(f"demo-{number}", title, start, end)
        stage.transcript.event(who, title, start, end)


def _hiring(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene(f"{MANAGER} hires an assistant")
    stage.hire()
    morning.introduction = stage.manager.wait_for(lambda letter: letter.sender == stage.assistant, WAIT_S)
    stage.transcript.mail(morning.introduction)
    stage.transcript.thoughts(stage.home, stage.assistant)


def _ask(stage: Stage, morning: Morning, scene: str, subject: str, text: str, *, fall: bool = False) -> Letter:
    """Have the manager write, kill at a random moment, and wait for the answer."""
    morning.asked[scene] = stage.manager.send(stage.assistant, subject, text)
    stage.transcript.wrote(stage.now(), MANAGER, ASSISTANT, subject, text)
    return _answered(stage, morning, scene, fall=fall)


def _reply(stage: Stage, morning: Morning, scene: str, letter: Letter, text: str) -> Letter:
    """Have the manager answer a mail, kill at a random moment, and wait for what comes back."""
    morning.asked[scene] = stage.manager.reply(letter, text)
    stage.transcript.wrote(stage.now(), MANAGER, ASSISTANT, letter.subject, text)
    return _answered(stage, morning, scene)


def _answered(stage: Stage, morning: Morning, scene: str, *, fall: bool = False) -> Letter:
    if fall:
        stage.fell_everything()
    else:
        stage.kill_soon()
    answer = stage.manager.answer_to(morning.asked[scene], WAIT_S)
    morning.answers[scene] = answer
    stage.transcript.mail(answer)
    stage.after_kills()
    stage.transcript.thoughts(stage.home, stage.assistant)
    return answer


def _first_meeting(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("Half an hour with a colleague")
    _ask(
        stage,
        morning,
        "book",
        "Time with Ben",
        "Hello Ada,\n\nplease book half an hour with Ben next Tuesday afternoon.",
    )
    _accepts(stage, stage.people["Ben Stone"])


def _accepts(stage: Stage, colleague: Client) -> None:
    """Have a colleague's client accept, and wait until the manager's calendar shows it."""
    invited = colleague.wait_for(lambda letter: letter.invitation is not None, WAIT_S)
    stage.transcript.mail(invited)
    colleague.answer_invitation(invited, "ACCEPTED")
    stage.transcript.remark(f"{colleague.name} accepts, by the button of the calendar client")
    stage.kill_soon()
    stage.wait_until(lambda: _accepted(stage.manager, colleague.address), "the calendar shows the answer", WAIT_S)
    stage.transcript.remark(f"{MANAGER}'s calendar shows it")
    stage.after_kills()
    stage.transcript.thoughts(stage.home, stage.assistant)


def _accepted(manager: Client, address: str) -> bool:
    for event in manager.events():
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            if address in str(attendee).lower() and attendee.params.get("PARTSTAT") == "ACCEPTED":
                return True
    return False


def _no_slot(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("A day on which there is no time")
    offered = _ask(stage, morning, "no-slot", "Carla", "Please set up an hour with Carla on Wednesday.", fall=True)
    _reply(stage, morning, "choose", offered, "The second one works.")


def _questions(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("Questions about the calendar")
    _ask(stage, morning, "free", "Thursday", "Am I free on Thursday?")
    _ask(stage, morning, "agenda", "My week", "What does my week look like?")


def _cannot(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("Something it cannot do")
    _ask(stage, morning, "cannot", "Rome", "Please book me a flight to Rome on Friday morning.")


def _ambiguous(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("Something that can be meant in two ways")
    question = _ask(stage, morning, "ambiguous", "Sam", "Find 45 minutes with Sam on Friday.")
    _reply(stage, morning, "clarified", question, "Sam Ortega")


def _machines(stage: Stage, morning: Morning) -> None:
    stage.transcript.scene("Mails that nobody should answer, and one that nobody can read")
    carla = stage.people["Carla Ruiz"]
    for raw, sender in _automatic_mails(stage, carla):
        mail_id = str(raw["Message-ID"])
        morning.unanswered.append(mail_id)
        if sender == carla.address:
            carla.submit(raw.as_bytes(), [stage.assistant])
        else:
            stage.deliver(raw.as_bytes(), sender)
        stage.transcript.noise(stage.now(), raw)
    stage.deliver(_mangled(stage), "press@elsewhere.example")
    stage.transcript.wrote(
        stage.now(), "press@elsewhere.example", ASSISTANT, "(no subject)", "(200 parts, each nested in the last)"
    )
    told = stage.manager.wait_for(lambda letter: "cannot read" in letter.subject, WAIT_S)
    stage.transcript.mail(told)
    _ask(stage, morning, "after", "Wednesday", "Am I free on Wednesday morning?")


def _automatic_mails(stage: Stage, carla: Client) -> list[tuple[EmailMessage, str]]:
    away = _mail(stage, f"Carla Ruiz <{carla.address}>", "Automatic reply: Carla", "I am out of the office.", 1)
    away["Auto-Submitted"] = "auto-replied"
    bounce = _mail(stage, "MAILER-DAEMON@elsewhere.example", "Undelivered Mail Returned to Sender", "It bounced.", 2)
    bounce["Auto-Submitted"] = "auto-replied"
    news = _mail(stage, "news@elsewhere.example", "Our weekly news", "Can you meet us next week?", 3)
    news["List-Id"] = "<news.elsewhere.example>"
    news["Precedence"] = "list"
    return [(away, carla.address), (bounce, ""), (news, "news@elsewhere.example")]


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
