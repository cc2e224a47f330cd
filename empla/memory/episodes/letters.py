"""Mails as episodes: what came, what went out, and what was asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.sorting import TRIAGED
from empla.capabilities.email.triage import MailKind, Triage
from empla.memory.episodes.past import Act, Past, label, line, mail_behind, of_mail, people, plain
from empla.memory.model import Episode, EpisodeKind, Importance
from empla.mind.intentions import Intention, Question, StepRecord
from empla.mind.readings import Mail
from empla.mind.state import Believed, Change
from empla.mind.steps import Ask, Do
from empla.mind.values import Source

EARLIEST, LATEST = timedelta(days=7), timedelta(minutes=15)
"""How far the Date of a mail may lie before its arrival, and after it: what is further off is not believed."""
_MINOR = frozenset({MailKind.NEWSLETTER, MailKind.AUTOMATIC, MailKind.SUSPICIOUS})
_OWN_ECHO = "own"


# what came ------------------------------------------------------------------------------------------------------------


def came(mail: Mail, do: Do, action: str, changes: Sequence[Change], past: Past, at: datetime) -> Iterator[Episode]:
    """Yield the episode of a mail that was read, and that of the mail that it forwards."""
    if mail.automatic == _OWN_ECHO:
        return
    received = do.arguments.get("received")
    arrived = received if isinstance(received, datetime) else at
    from_manager = mail.inbox_of is None and mail.authenticated is not None and mail.authenticated.value == past.manager
    sorted_as = _triage(mail, changes)
    yield Episode(
        key=mail.key,
        kind=EpisodeKind.MAIL,
        at=_written_at(mail, arrived),
        text=_with_files(new_text(mail.text), [file.name for file in mail.attachments]),
        thread=mail.thread or mail.message_id,
        author=mail.sender.value.lower() if mail.sender is not None else "",
        people=of_mail(mail),
        subject=line(mail.subject),
        outcome=_outcome(sorted_as, _answered(mail, changes)),
        rationale=line(sorted_as.reason) if sorted_as is not None else "",
        importance=_importance(mail, sorted_as, from_manager),
        source=Source.MANAGER if from_manager else Source.PERCEPT,
        percept=mail.key,
        action=action,
    )
    if mail.forwarded is not None:
        yield _forwarded(mail, mail.forwarded, arrived)


def _forwarded(mail: Mail, inside: Mail, arrived: datetime) -> Episode:
    """Return the episode of a mail that another one forwards: nobody vouches for it."""
    return Episode(
        key=f"{mail.key}/forwarded",
        kind=EpisodeKind.MAIL,
        at=inside.sent if inside.sent is not None and inside.sent < arrived else arrived,
        text=_with_files(new_text(inside.text), [file.name for file in inside.attachments]),
        thread=mail.thread or mail.message_id,
        author=inside.sender.value.lower() if inside.sender is not None else "",
        people=people(of_mail(inside), of_mail(mail)),
        subject=line(inside.subject),
        outcome="forwarded",
        percept=mail.key,
    )


def _written_at(mail: Mail, arrived: datetime) -> datetime:
    """Return when a mail was written: its Date, which its sender may have made up, only where it can be true."""
    sent = mail.sent
    if sent is None or sent.tzinfo is None or not arrived - EARLIEST <= sent <= arrived + LATEST:
        return arrived
    return sent


def _with_files(text: str, names: Sequence[str]) -> str:
    attached = f"[attached: {', '.join(names)}]" if names else ""
    return plain("\n\n".join(part for part in (text, attached) if part))


def _triage(mail: Mail, changes: Sequence[Change]) -> Triage | None:
    for change in changes:
        if isinstance(change, Believed) and change.belief.functor == TRIAGED and change.belief.arguments[0] == mail.key:
            found = change.belief.arguments[1]
            return found if isinstance(found, Triage) else None
    return None


def _answered(mail: Mail, changes: Sequence[Change]) -> str:
    """Return the id of the question that a mail has answered, "" if none."""
    if mail.authenticated is None:
        return ""
    who = mail.authenticated.value
    return next((c.id for c in changes if isinstance(c, Question) and c.state == "answered" and c.who.value == who), "")


def _outcome(sorted_as: Triage | None, question: str) -> str:
    kind = sorted_as.kind.value.replace("-", " ") if sorted_as is not None else ""
    return ", ".join(part for part in (kind, f"answers the question {question}" if question else "") if part)


def _importance(mail: Mail, sorted_as: Triage | None, from_manager: bool) -> Importance:
    """Return how much a mail matters: the manager's words much, those of programs and lists little."""
    if from_manager:
        return Importance.HIGH
    if mail.automatic in ("list", "auto-reply") or (sorted_as is not None and sorted_as.kind in _MINOR):
        return Importance.LOW
    return Importance.MEDIUM


# what went out --------------------------------------------------------------------------------------------------------


def went_out(
    record: StepRecord, do: Do, act: Act, value: object, intention: Intention | None, past: Past, at: datetime
) -> Episode:
    """Return the episode of a mail, or another message, that reached people: with the words that went out."""
    to = people(act.target.get("recipients"), do.arguments.get("to"), do.arguments.get("cc"))
    about = mail_behind(intention)
    asks = isinstance(record.step, Ask)
    thread = getattr(value, "thread", "") or act.target.get("thread") or (about.thread if about is not None else "")
    return Episode(
        key=f"sent:{record.id}",
        kind=EpisodeKind.QUESTION if asks else EpisodeKind.SENT,
        at=at,
        text=_with_files(_words(do.arguments, act.target), [file.name for file in do.arguments.get("attachments", ())]),
        thread=str(thread or act.target.get("message_id", "")),
        author=past.own,
        people=people(past.own, to),
        subject=line(str(act.target.get("subject") or do.arguments.get("subject") or "")),
        outcome=_refused(value),
        rationale=_what_for(intention, past),
        importance=Importance.MEDIUM,
        source=label(intention),
        percept=intention.percept if intention is not None else "",
        intention=record.intention,
        action=record.id,
    )


def _words(arguments: Mapping[str, Any], target: Mapping[str, Any]) -> str:
    """Return the words of a message: its text, or what was written beside a calendar message."""
    found = [str(arguments[name]) for name in ("text", "note", "comment", "body", "message") if arguments.get(name)]
    return "\n\n".join(found) or str(target.get("subject") or target.get("title") or "")


def _refused(value: object) -> str:
    refused = getattr(value, "refused", None)
    return line(f"did not reach {', '.join(refused)}") if refused else ""


def _what_for(intention: Intention | None, past: Past) -> str:
    if intention is None:
        return ""
    goal = past.goal(intention.goal)
    return line(f"to {goal} ({intention.plan})" if goal else intention.plan)
