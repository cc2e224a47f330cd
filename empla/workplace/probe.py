"""Finding out what an account's servers do, before an employee relies on them.

The account is tried as it will be used: signing in, a mail filed and removed, mails to itself, an event made, changed
under another's feet and deleted. What was found is data, with a sentence for each check and what mends it, and becomes
part of the account: how far a missing copy of a sent mail can be trusted (contract 8), whose `Authentication-Results`
count (contract 6), where sent mail is filed, where the calendar is.

What the probe makes it removes again, as far as the servers let it. Its mails say what they are, and nobody answers
them.
"""

from datetime import datetime
from urllib.parse import urlsplit

from empla.errors import EmplaError
from empla.workplace import probe_calendar, probe_mail
from empla.workplace.accounts import Account, Beginning, Tls, is_loopback
from empla.workplace.findings import Finding, Probed, Trial, Verdict, Watcher
from empla.workplace.folders import Folder, Use, listed, named, on_wire, used_for
from empla.workplace.imap import ImapSession

__all__ = ["PATIENCE_S", "Finding", "Probed", "Verdict", "Watcher", "probe"]

PATIENCE_S = 60.0
"""Seconds that a mail to itself may take to appear."""

_LONGEST_EXCHANGE_S = 15.0
"""Seconds that a server may take over one exchange while it is only tried."""

_UNENCRYPTED = "give `tls` as implicit or starttls; leave it at none only where nobody can listen in"


async def probe(
    account: Account,
    *,
    at: datetime,
    manager: str = "",
    discover: str = "",
    patience_s: float = PATIENCE_S,
    watcher: Watcher | None = None,
) -> Probed:
    """Try the account and return what was found; it takes a few seconds, or up to `patience_s` with a slow server.

    `at` is now: mails that came before are not the employee's. `manager` is whose orders it will take. `discover` is a
    CalDAV server's address from which the account's calendar is found.
    """
    unhurried = account.timeout_s
    trial = Trial(account, watcher or Watcher(), patience_s)
    trial.learned(timeout_s=min(unhurried, _LONGEST_EXCHANGE_S))
    _encryption(trial, discover)
    await _signing_in(trial, at)
    if trial.failed("sign-in"):
        await probe_mail.try_signing_in(trial)
    else:
        await probe_mail.try_filing(trial)
        await probe_mail.try_sending(trial, manager)
    await probe_calendar.try_calendars(trial, manager, discover)
    trial.learned(timeout_s=unhurried)
    return Probed(trial.account, tuple(trial.findings))


def _encryption(trial: Trial, discover: str) -> None:
    account = trial.account
    ends = {"IMAP": account.imap, "SMTP": account.smtp}
    open_ones = [f"{name} ({end})" for name, end in ends.items() if end.tls is Tls.NONE and not is_loopback(end.host)]
    urls = {url for url in (discover, account.caldav, *account.calendars.values()) if url.startswith("http:")}
    hosts = sorted({urlsplit(url).netloc for url in urls if not is_loopback(urlsplit(url).hostname or "")})
    open_ones += [f"CalDAV ({host})" for host in hosts]
    if open_ones:
        what = ", ".join(open_ones)
        trial.found(
            "encryption",
            Verdict.WARNING,
            f"Password and content go unencrypted over the network: {what}.",
            _UNENCRYPTED,
        )


async def _signing_in(trial: Trial, at: datetime) -> None:
    account = trial.account
    trial.trying(f"sign in at {account.imap}")
    try:
        session = await ImapSession.open(account)
    except EmplaError as error:
        trial.found("sign-in", Verdict.FAILED, _sentence(error), error.next_step)
        return
    try:
        await session.examine(b"INBOX")
        encrypted = "" if account.imap.tls is Tls.NONE else ", encrypted"
        trial.found("sign-in", Verdict.GOOD, f"{account.sign_in} can sign in at {account.imap}{encrypted}.")
        await _note_beginning(trial, session, at)
        await _folders(trial, session)
        _abilities(trial, session)
    except EmplaError as error:
        sentence = f"{account.address} cannot read its mail: {error.sentence}."
        trial.found("sign-in", Verdict.FAILED, sentence, error.next_step)
    finally:
        await session.close()


async def _note_beginning(trial: Trial, session: ImapSession, at: datetime) -> None:
    """Note up to where the INBOX is the past: up to its newest mail now, before any mail of ours."""
    newest = session.uidnext - 1 if session.uidnext else max(await session.uids_after(0), default=0)
    trial.learned(beginning=Beginning(uidvalidity=session.uidvalidity, uid=newest, at=at))


async def _folders(trial: Trial, session: ImapSession) -> None:
    account = trial.account
    found = await listed(session)
    sent = named(found, account.sent_folder) if account.sent_folder else used_for(found, Use.SENT)
    if sent is not None:
        trial.learned(sent_folder=sent.name.decode("latin-1"))
        trial.found("folders", Verdict.GOOD, f"Sent mail is in the folder {sent.shown}.")
    elif account.sent_folder:
        _missing(trial, account.sent_folder, found)
    else:
        trial.found(
            "folders", Verdict.NOTE, "There is no folder for sent mail.", "name it as `sent_folder` if there is"
        )
    for owner, name in account.delegated.items():
        await _delegated(trial, session, owner, name, found)


async def _delegated(trial: Trial, session: ImapSession, owner: str, name: str, found: list[Folder]) -> None:
    """Try to open the folder in which somebody else's mails lie; it need not be in the list."""
    folder = named(found, name)
    wire = folder.name if folder is not None else on_wire(name)
    try:
        await session.examine(wire)
    except EmplaError:
        _missing(trial, name, found)
        return
    trial.learned(delegated={**trial.account.delegated, owner: wire.decode("latin-1")})
    trial.found("folders", Verdict.GOOD, f"Mails of {owner} can be read in the folder {name}.")


def _missing(trial: Trial, name: str, found: list[Folder]) -> None:
    there = ", ".join(folder.shown for folder in found[:20])
    trial.found(
        "folders", Verdict.FAILED, f"The folder {name} cannot be opened.", f"name one of those that are there: {there}"
    )


def _abilities(trial: Trial, session: ImapSession) -> None:
    """Note how new mail will be noticed, and which of the wider commands the server has."""
    how = (
        "announced by the server" if b"IDLE" in session.capabilities else f"looked for every {trial.account.poll_s:g} s"
    )
    wider = ("IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE")
    missing = [name for name in wider if name.encode() not in session.capabilities]
    without = f" The server has no {', '.join(missing)}; nothing depends on that." if missing else ""
    trial.found("server", Verdict.NOTE, f"New mail is {how}.{without}")


def _sentence(error: EmplaError) -> str:
    sentence = error.sentence.rstrip(".")
    return sentence[:1].upper() + sentence[1:] + "."
