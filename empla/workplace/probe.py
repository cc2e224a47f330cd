"""Finding out what an account's servers do, before an employee relies on them.

The account is tried as it will be used: signing in, mails to itself, an event made, changed under another's feet and
deleted. What was found is data, with a sentence for each check, and becomes part of the account: how far a missing copy
of a sent mail can be trusted (contract 8) and whose `Authentication-Results` count (contract 6).

The mails to itself stay in the mailbox; they say what they are, and nobody answers them.
"""

import asyncio
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from empla.capabilities.email.mailbox import Evidence
from empla.clock import pause
from empla.errors import EmplaError
from empla.workplace.accounts import Account
from empla.workplace.authentication import authenticated_sender, topmost_authserv_id
from empla.workplace.caldav import StandardCalendars
from empla.workplace.http import HttpClient
from empla.workplace.imap import ImapSession
from empla.workplace.sent import holds_copy
from empla.workplace.smtp import submit

PATIENCE_S = 60.0
"""Seconds that a copy of a sent mail, or the mail itself, may take to appear."""

_MAILS = 3
"""Only if the copy of each stands there at once is filing taken to be part of acceptance."""

_EVENT = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//empla//probe//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20000101T000000Z\r
DTSTART:20000101T000000Z\r
DTEND:20000101T003000Z\r
TRANSP:TRANSPARENT\r
SUMMARY:A test of this calendar\r
END:VEVENT\r
END:VCALENDAR\r
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it went well, and a sentence for a person."""

    check: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found, and the account completed by it. `usable`: mail can be read and sent, and the calendar used."""

    account: Account
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether an employee can work with the account at all."""
        needed = {"sign-in", "mail", "calendar"}
        return all(finding.ok for finding in self.findings if finding.check in needed)

    def __add__(self, finding: Finding) -> "Probed":
        return replace(self, findings=(*self.findings, finding))

    def learned(self, **fields: object) -> "Probed":
        """Return the same with these fields of the account set."""
        return replace(self, account=self.account.model_copy(update=fields))


async def probe(account: Account, *, patience_s: float = PATIENCE_S) -> Probed:
    """Try the account and return what was found; it takes about a second, or `patience_s` with a slow server."""
    probed = await _sign_in(Probed(account, ()))
    if probed.usable:
        probed = await _mail(probed, patience_s)
    if account.caldav or account.calendars:
        probed = await _calendar(probed)
    return probed


async def _sign_in(probed: Probed) -> Probed:
    account = probed.account
    try:
        session = await ImapSession.open(account)
    except EmplaError as error:
        return probed + Finding("sign-in", False, error.sentence)
    try:
        await session.examine(b"INBOX")
        sent = await session.sent_folder()
        idle = b"IDLE" in session.capabilities
    except EmplaError as error:
        return probed + Finding("sign-in", False, f"{account.address} cannot read mail: {error.sentence}")
    finally:
        await session.close()
    how = "new mail is announced" if idle else f"new mail is looked for every {account.poll_s:g} s"
    probed += Finding("sign-in", True, f"{account.address} can sign in at {account.imap}; {how}.")
    if sent is not None and not account.sent_folder:
        probed = probed.learned(sent_folder=sent.decode("ascii", "replace"))
    return probed


async def _mail(probed: Probed, patience_s: float) -> Probed:
    account = probed.account
    identifiers = [f"<probe.{secrets.token_hex(16)}@{account.address.rpartition('@')[2]}>" for _ in range(_MAILS)]
    at_once = 0
    try:
        for identifier in identifiers:
            await submit(account, account.address, [account.address], _letter(account, identifier), _unrecorded)
            at_once += await _filed(account, identifier)
        probed += Finding("mail", True, f"{account.smtp} takes mails of {account.address}.")
        probed = await _judge_copies(probed, identifiers[-1], at_once, patience_s)
        arrived = await _arrival(account, identifiers[-1], patience_s)
    except EmplaError as error:
        return probed + Finding("mail", False, error.sentence)
    if arrived is None:
        return probed + Finding("delivery", False, f"A mail to {account.address} did not arrive in {patience_s:g} s.")
    probed += Finding("delivery", True, f"A mail to {account.address} arrives.")
    return _judge_identity(probed, arrived)


def _letter(account: Account, identifier: str) -> bytes:
    """Return a mail to oneself, with a verdict planted in it that a server must remove (RFC 8601, 5)."""
    mail = EmailMessage(policy=SMTP)
    domain = account.address.rpartition("@")[2]
    mail["Authentication-Results"] = f"{account.authserv_id or domain}; auth=pass smtp.auth=planted"
    mail["From"] = mail["To"] = account.address
    mail["Subject"] = "A test of this mailbox"
    mail["Message-ID"] = identifier
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("This mail tests whether mail arrives and where copies of it are kept. It can be deleted.\n")
    return mail.as_bytes()


async def _unrecorded(_: object) -> None:
    """Nothing of a probe is kept in an outbox."""


async def _filed(account: Account, identifier: str) -> bool:
    """Return whether the folder for sent mail alone has the mail."""
    if not account.sent_folder:
        return False
    return await holds_copy(account.model_copy(update={"evidence": Evidence.AUTHORITATIVE}), identifier)


async def _judge_copies(probed: Probed, identifier: str, at_once: int, patience_s: float) -> Probed:
    account = probed.account
    if at_once == _MAILS:
        sentence = "The server files a copy of a sent mail as it takes it: a missing copy means it was not sent."
        return probed.learned(evidence=Evidence.AUTHORITATIVE) + Finding("copies", True, sentence)
    loop = asyncio.get_running_loop()
    began = loop.time()
    while account.sent_folder and loop.time() - began < patience_s:
        if await _filed(account, identifier):
            settle_s = max(account.settle_s, 4 * (loop.time() - began))
            sentence = f"The server files a copy of a sent mail by itself; up to {settle_s:g} s are given for it."
            return probed.learned(evidence=Evidence.LOOKUP, settle_s=settle_s) + Finding("copies", True, sentence)
        await pause(min(1.0, patience_s / 10))
    sentence = "The server keeps no copy of a sent mail: after a lost connection a person must say whether it arrived."
    return probed.learned(evidence=Evidence.NONE) + Finding("copies", False, sentence)


async def _arrival(account: Account, identifier: str, patience_s: float) -> bytes | None:
    session = await ImapSession.open(account)
    try:
        await session.examine(b"INBOX")
        deadline = asyncio.get_running_loop().time() + patience_s
        while not (uids := await session.uids_with(identifier)):
            if asyncio.get_running_loop().time() >= deadline:
                return None
            await pause(min(1.0, patience_s / 10))
            await session.noop()
        return next((mail.raw for mail in await session.fetch(uids, bodies=True)), None)
    finally:
        await session.close()


def _judge_identity(probed: Probed, raw: bytes) -> Probed:
    account = probed.account
    authserv_id = account.authserv_id or topmost_authserv_id(raw)
    sender = authenticated_sender(raw, authserv_id=authserv_id, own_address=account.address)
    if sender == account.address.lower():
        sentence = f"{authserv_id} vouches for who sent a mail, and removes what others claim in its name."
        return probed.learned(authserv_id=authserv_id) + Finding("identity", True, sentence)
    sentence = "Nobody vouches for who sent a mail from within: nothing that is written here counts as an order."
    return probed + Finding("identity", False, sentence)


async def _calendar(probed: Probed) -> Probed:
    account = probed.account
    http = HttpClient(account)
    calendars = StandardCalendars(account)
    try:
        wrong = await _conditional_writes(http, account)
        if not wrong:
            now = datetime(2000, 1, 1, tzinfo=UTC)
            await calendars.free_busy(account.address, now, now + timedelta(days=1))
    except EmplaError as error:
        wrong = error.sentence
    finally:
        await http.close()
        await calendars.close()
    sentence = wrong or f"The calendar of {account.address} can be written to, and overwrites nobody's change."
    return probed + Finding("calendar", not wrong, sentence)


async def _conditional_writes(http: HttpClient, account: Account) -> str:
    """Make, remake and delete an event; return what went wrong, empty if nothing did."""
    uid = f"empla-probe-{secrets.token_hex(16)}"
    url, content = f"{account.calendar_url(account.address)}{uid}.ics", _EVENT.format(uid=uid).encode()
    kind = {"Content-Type": "text/calendar; charset=utf-8"}
    made = await http.request("PUT", url, content, {**kind, "If-None-Match": "*"})
    if made.status not in (200, 201, 204):
        return f"The calendar of {account.address} cannot be written to ({made.status})."
    again = await http.request("PUT", url, content, {**kind, "If-None-Match": "*"})
    read = await http.request("GET", url)
    stale = await http.request("DELETE", url, headers={"If-Match": '"stale"'})
    gone = await http.request("DELETE", url, headers={"If-Match": read.headers.get("etag", "*")})
    if again.status != 412 or stale.status != 412:
        return "The calendar server ignores conditions: a person's change could be overwritten unseen."
    if gone.status not in (200, 202, 204):
        return f"An event in the calendar of {account.address} cannot be deleted ({gone.status})."
    return ""
