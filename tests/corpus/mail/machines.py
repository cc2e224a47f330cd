"""What machines write: reports, notices of absence, lists, robots, calendar messages. None of it is answered."""

# ruff: noqa: E501

from tests.corpus.mail.cases import ASSISTANT, Case, Fate, Way, head, lines, multipart, part, plain
from tests.corpus.mail.structure import ics

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"
ZOE = "Zoe Quinn <zoe@elsewhere.example>"
ROBOT = "Shop <news@shop.example>"


def _machine(name: str, why: str, raw: bytes, envelope: str = "", **more: object) -> Case:
    return Case(name=name, raw=raw, way=Way.OUTSIDE, fate=Fate.IGNORED, why=why, envelope=envelope, **more)  # type: ignore[arg-type]


def _report(name: str, *recipients: str, subject: str, why: str, failed: tuple[str, ...] = ()) -> Case:
    status = "Reporting-MTA: dns; mx.example\n\n" + "\n\n".join(recipients) + "\n"
    raw = multipart(
        name,
        "report; report-type=delivery-status",
        part("text/plain", "This is the mail system at host mx.example."),
        part("message/delivery-status", status),
        part(
            "message/rfc822", f"From: {ASSISTANT}\nMessage-ID: <sent-{name}@office.example>\nSubject: Hello\n\nHello\n"
        ),
        sender=DAEMON,
        subject=subject,
    ).replace(
        b"multipart/report; report-type=delivery-status; boundary",
        b"multipart/report; report-type=delivery-status; boundary",
    )
    return _machine(name, why, raw, bounced=failed)


def _recipient(address: str, action: str, status: str) -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}"


def _answer(name: str, subject: str, text: str, *fields: str, envelope: str = "", why: str = "auto-reply") -> Case:
    return _machine(name, why, plain(name, text, *fields, sender=ZOE, subject=subject), envelope)


UNDELIVERED = "Undelivered Mail Returned to Sender"

BOUNCES = [
    _report("bounce-postfix", _recipient("a@x.example", "failed", "5.1.1"), subject=UNDELIVERED, why="bounce", failed=("a@x.example",)),
    _report("bounce-two", _recipient("a@x.example", "failed", "5.1.1"), _recipient("b@x.example", "failed", "5.2.2"), subject=UNDELIVERED, why="bounce", failed=("a@x.example", "b@x.example")),
    _report("bounce-one-of-two", _recipient("a@x.example", "failed", "5.1.1"), _recipient("b@x.example", "delayed", "4.2.2"), subject=UNDELIVERED, why="bounce", failed=("a@x.example",)),
    _report("delay-postfix", _recipient("a@x.example", "delayed", "4.4.1"), subject="Delayed Mail (still being retried)", why="delay"),
    _report("relayed", _recipient("a@x.example", "relayed", "2.0.0"), subject="Successful Mail Delivery Report", why="auto-reply"),
    _report("bounce-status-only", "Final-Recipient: RFC822; <A@X.example>\nStatus: 5.0.0", subject="Undeliverable: Hello", why="bounce", failed=("a@x.example",)),
    _report("bounce-empty-status", "", subject="Undeliverable: Hello", why="bounce"),
    _machine(
        "bounce-exim",
        "bounce",
        plain("bounce-exim", "A message that you sent could not be delivered to one or more of its recipients.\n\n  c@x.example\n    Unrouteable address", "X-Failed-Recipients: c@x.example", "Auto-Submitted: auto-replied", sender=DAEMON, subject="Mail delivery failed: returning message to sender"),
        bounced=("c@x.example",),
    ),
    _machine(
        "bounce-qmail",
        "bounce",
        plain("bounce-qmail", "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message. This is a permanent error;\nI've given up.\n\n<d@x.example>:\nThis address no longer accepts mail. No such user.\n\n--- Below this line is a copy of the message.\n\n<eve@x.example>:\nBook Ben.", sender="MAILER-DAEMON@x.example", subject="failure notice"),
        bounced=("d@x.example",),
    ),
    _machine(
        "delay-exim",
        "delay",
        plain("delay-exim", "This message has not yet been delivered. No action is required on your part.", sender=DAEMON, subject="Warning: message 1abc-2 delayed 24 hours"),
    ),
    _machine("bounce-without-anything", "bounce", plain("bounce-without-anything", "550 5.1.1 user unknown", sender="postmaster@x.example", subject="Hello")),
    _machine(
        "bounce-without-sender",
        "bounce",
        head("bounce-without-sender").replace(b"From: Anna Berg <anna.berg@office.example>\r\n", b"From: <>\r\n") + lines("Return-Path: <>", "", "It could not be delivered."),
    ),
]  # fmt: skip

ABSENCES = [
    _answer("absent-exchange", "Automatic reply: Budget", "I am out of the office until Friday, 18 September 2026.", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"),
    _answer("absent-gmail", "Re: Budget", "I'm on vacation.", "Precedence: bulk", "X-Autoreply: yes", why="list"),
    _answer("absent-without-marks", "Out of office: Budget", "I will be back on Monday, 21 September.", "In-Reply-To: <x@office.example>"),
    _answer("absent-null-sender-reply", "Re: Budget", "I am away and will return on 21 September 2026.", "In-Reply-To: <x@office.example>"),
    _answer("absent-de", "Abwesenheitsnotiz: Budget", "Ich bin bis zum 21.09.2026 nicht im Büro."),
    _answer("absent-fr", "Réponse automatique : Budget", "Je suis absent jusqu'au 15 octobre 2026."),
    _answer("absent-subject-encoded", "=?utf-8?q?R=C3=A9ponse_automatique?= : Budget", "Je suis absent."),
    _machine(
        "receipt-read",
        "auto-reply",
        multipart("receipt-read", "report; report-type=disposition-notification", part("text/plain", "Your message was read."), part("message/disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed"), sender=ZOE, subject="Read: Budget"),
    ),
    _machine(
        "complaint",
        "auto-reply",
        multipart("complaint", "report; report-type=feedback-report", part("text/plain", "This is an abuse report."), part("message/feedback-report", "Feedback-Type: abuse"), sender="fbl@x.example"),
    ),
]  # fmt: skip

LISTS = [
    _machine("newsletter", "list", plain("newsletter", "<p>50 % off!</p>", "Content-Type: text/html", "List-Unsubscribe: <mailto:out@shop.example>", sender=ROBOT), "bounce@shop.example"),
    _machine("mailing-list", "list", plain("mailing-list", "Book Ben.", "List-Id: <all.x.example>", sender=ZOE), "all-bounces@x.example"),
    _machine("bulk", "list", plain("bulk", "Book Ben.", "Precedence: bulk", sender=ROBOT), "bounce@shop.example"),
    _machine("no-reply", "auto-reply", plain("no-reply", "Your parcel is on its way.", sender="no-reply@parcel.example"), "x@parcel.example"),
    _machine("notification", "auto-reply", plain("notification", "Eve mentioned you.", sender="Notifications <notifications@git.example>"), "x@git.example"),
    _machine("cron", "auto-reply", plain("cron", "backup ok", "Auto-Submitted: auto-generated", sender="root@server.example"), "root@server.example"),
]  # fmt: skip


def _calendar(name: str, content: bytes, why: str = "calendar") -> Case:
    return _machine(name, why, content, "zoe@elsewhere.example")


CALENDARS = [
    _calendar("invitation", multipart("invitation", "alternative", part("text/plain", "Zoe invites you."), part("text/calendar; method=REQUEST; charset=utf-8", ics("REQUEST", "c1@x")), sender=ZOE)),
    _calendar("invitation-as-file", multipart("invitation-as-file", "mixed", part("text/plain", "See the file."), part("text/calendar; method=REQUEST; name=invite.ics", ics("REQUEST", "c2@x"), "Content-Disposition: attachment; filename=invite.ics"), sender=ZOE)),
    _calendar("invitation-application-ics", multipart("invitation-application-ics", "mixed", part("text/plain", "See the file."), part("application/ics; name=invite.ics", ics("REQUEST", "c3@x")), sender=ZOE)),
    _calendar("invitation-alone", plain("invitation-alone", ics("REQUEST", "c4@x"), "Content-Type: text/calendar; method=REQUEST", sender=ZOE)),
    _calendar("cancellation", multipart("cancellation", "alternative", part("text/plain", "It is off."), part("text/calendar; method=CANCEL", ics("CANCEL", "c5@x")), sender=ZOE)),
    _calendar("reply-of-a-stranger", multipart("reply-of-a-stranger", "alternative", part("text/plain", "Accepted."), part("text/calendar; method=REPLY", ics("REPLY", "c6@x")), sender=ZOE)),
]  # fmt: skip

BROKEN_CALENDARS = [
    Case(
        name="calendar-broken",
        raw=multipart("calendar-broken", "alternative", part("text/plain", "Zoe invites you."), part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nnonsense"), sender=ZOE),
        way=Way.OUTSIDE,
        fate=Fate.PASSED_ON,
        new="Zoe invites you.",
    ),
    Case(
        name="calendar-without-method",
        raw=multipart("calendar-without-method", "mixed", part("text/plain", "For your calendar."), part("text/calendar; name=x.ics", ics("").replace("METHOD:\n", "")), sender=ZOE),
        way=Way.OUTSIDE,
        fate=Fate.PASSED_ON,
        new="For your calendar.",
        files=("x.ics",),
    ),
]  # fmt: skip

CASES = [*BOUNCES, *ABSENCES, *LISTS, *CALENDARS, *BROKEN_CALENDARS]
