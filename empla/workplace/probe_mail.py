"""Trying an account's mail: filing, sending to itself, what becomes of copies, and who vouches for whom."""

import asyncio
import secrets
from email.message import EmailMessage
from email.policy import SMTP

from empla.capabilities.email.mailbox import Evidence, RecipientsDelayed, SubmissionDelayed
from empla.clock import pause
from empla.errors import EmplaError
from empla.workplace import filing, smtp
from empla.workplace.accounts import Account
from empla.workplace.authentication import authenticated_sender, topmost_authserv_id
from empla.workplace.findings import Trial, Verdict
from empla.workplace.folders import Use, listed, on_wire, used_for
from empla.workplace.imap import ImapSession
from empla.workplace.sent import holds_copy

MAILS = 3
"""Only if the copy of each stands there at once is filing taken to be part of acceptance."""

COPY_PATIENCE_S = 5.0
"""Seconds after the arrival of a mail that its copy may take to be filed."""

_VOUCH = (
    "have the receiving server write Authentication-Results (RFC 8601) into every mail, removing those that come in"
    " under its name, and name it as `authserv_id`"
)


async def try_signing_in(trial: Trial) -> None:
    """Try only whether mail could be submitted, where nothing that was sent could be looked for."""
    trial.trying(f"sign in at {trial.account.smtp}")
    try:
        await smtp.sign_in(trial.account)
    except EmplaError as error:
        _failed(trial, "mail", error)
    else:
        trial.found("mail", Verdict.GOOD, f"{trial.account.at_smtp.sign_in} can sign in at {trial.account.smtp}.")


async def try_filing(trial: Trial) -> None:
    """File a mail in the folder for drafts, or the INBOX, and take it out again."""
    account, identifier = trial.account, _identifier(trial.account)
    trial.trying("file a mail and take it out again")
    folder, gone = b"INBOX", False
    try:
        session = await ImapSession.open(account)
        try:
            drafts = used_for(await listed(session), Use.DRAFTS)
            folder = drafts.name if drafts is not None else folder
            uids = await filing.append(session, folder, _letter(account, identifier), identifier)
            gone = bool(uids) and await filing.remove(session, uids)
        finally:
            await session.close()
    except EmplaError as error:
        full = "OVERQUOTA" in error.sentence.upper() or "QUOTA" in error.sentence.upper()
        mend = "make room in the mailbox, or raise its quota" if full else "let the account write to its own folders"
        trial.found("append", Verdict.FAILED, f"Nothing can be filed in the mailbox: {error.sentence}.", mend)
        return
    shown = folder.decode(errors="replace")
    sentence = f"A mail can be filed in {shown}{' and taken out again' if gone else ''}."
    left = f"the test mail stays in {shown}; it can be deleted"
    trial.found("append", Verdict.GOOD if gone else Verdict.NOTE, sentence, left)


async def try_sending(trial: Trial, manager: str) -> None:
    """Send mails to itself, and judge what came of them; they are removed in the end."""
    identifiers = [_identifier(trial.account) for _ in range(MAILS)]
    trial.trying("send a mail to itself")
    try:
        at_once = await _send(trial, identifiers)
        trial.found("mail", Verdict.GOOD, f"{trial.account.smtp} takes mails of {trial.account.address}.")
        loop = asyncio.get_running_loop()
        began = loop.time()
        arrived = await _arrival(trial, identifiers[-1])
        took_s = loop.time() - began
        if arrived is None:
            trial.found(
                "delivery",
                Verdict.FAILED,
                f"A mail to {trial.account.address} did not arrive within {trial.patience_s:g} s.",
                "look whether the server holds it back, or files it as junk or in another folder than INBOX",
            )
        else:
            trial.found("delivery", Verdict.GOOD, f"A mail to {trial.account.address} arrives ({took_s:.1f} s).")
            await _judge_copies(trial, identifiers[-1], at_once, took_s)
            _judge_identity(trial, arrived)
            await _judge_manager(trial, manager)
        await _clean(trial, identifiers)
    except EmplaError as error:
        _failed(trial, "mail", error)


async def _send(trial: Trial, identifiers: list[str]) -> int:
    """Send the mails; return of how many a copy was filed at once."""
    account, at_once = trial.account, 0
    for identifier in identifiers:
        await smtp.submit(account, account.address, [account.address], _letter(account, identifier), _unrecorded)
        at_once += await _filed(account, identifier)
    return at_once


def _identifier(account: Account) -> str:
    return f"<probe.{secrets.token_hex(16)}@{account.address.rpartition('@')[2]}>"


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


async def _arrival(trial: Trial, identifier: str) -> bytes | None:
    trial.trying("wait for the mail to arrive")
    session = await ImapSession.open(trial.account)
    try:
        await session.examine(b"INBOX")
        deadline = asyncio.get_running_loop().time() + trial.patience_s
        while not (uids := await session.uids_with(identifier)):
            if asyncio.get_running_loop().time() >= deadline:
                return None
            await pause(min(1.0, trial.patience_s / 10))
            await session.noop()
        return next((mail.raw for mail in await session.fetch(uids, bodies=True)), None)
    finally:
        await session.close()


async def _judge_copies(trial: Trial, identifier: str, at_once: int, took_s: float) -> None:
    account = trial.account
    if at_once == MAILS:
        sentence = "The server files a copy of a sent mail as it takes it: a missing copy means it was not sent."
        trial.learned(evidence=Evidence.AUTHORITATIVE, copy_to_self=False)
        trial.found("copies", Verdict.GOOD, sentence)
        return
    trial.trying("wait for a copy to be filed")
    loop = asyncio.get_running_loop()
    began, patience_s = loop.time(), min(COPY_PATIENCE_S, trial.patience_s)
    while account.sent_folder and loop.time() - began < patience_s:
        if await _filed(account, identifier):
            settle_s = max(account.settle_s, 4 * (took_s + loop.time() - began))
            sentence = f"The server files a copy of a sent mail by itself; up to {settle_s:g} s are given for it."
            trial.learned(evidence=Evidence.LOOKUP, settle_s=settle_s, copy_to_self=False)
            trial.found("copies", Verdict.GOOD, sentence)
            return
        await pause(min(1.0, patience_s / 10))
    settle_s = max(account.settle_s, 4 * took_s)
    sentence = (
        "The server files no copy of a sent mail, so every mail will go to the own address as well:"
        f" what comes back within {settle_s:g} s shows that it was sent."
    )
    trial.learned(evidence=Evidence.LOOKUP, settle_s=settle_s, copy_to_self=True)
    trial.found("copies", Verdict.NOTE, sentence)


def _judge_identity(trial: Trial, raw: bytes) -> None:
    account = trial.account
    authserv_id = account.authserv_id or topmost_authserv_id(raw)
    sender = authenticated_sender(raw, authserv_id=authserv_id, own_address=account.address)
    if sender == account.address.lower():
        trial.learned(authserv_id=authserv_id)
        sentence = f"{authserv_id} vouches for who sent a mail, and removes what others claim in its name."
        trial.found("identity", Verdict.GOOD, sentence)
        return
    sentence = (
        "No server vouches for who sent a mail: one that claims to be the manager's counts as a stranger's,"
        " so no orders can be given by mail."
    )
    trial.found("identity", Verdict.WARNING, sentence, _VOUCH)


async def _judge_manager(trial: Trial, manager: str) -> None:
    """Look at the newest mail of the manager's that is there, if any: whether it would have counted."""
    account = trial.account
    if not manager or trial.findings[-1].verdict is Verdict.WARNING:
        return
    session = await ImapSession.open(account)
    try:
        await session.examine(b"INBOX")
        uids = (await session.uids_from(manager))[-1:]
        mails = await session.fetch(uids, bodies=True) if uids else []
    finally:
        await session.close()
    if not mails:
        return
    vouched = authenticated_sender(mails[0].raw or b"", authserv_id=account.authserv_id, own_address=account.address)
    if vouched == manager.lower():
        trial.found("orders", Verdict.GOOD, f"The newest mail of {manager} there counts as an order would.")
    else:
        sentence = f"{account.authserv_id} does not vouch for the newest mail of {manager} there: it would be no order."
        mend = "have the manager's server sign mail (DKIM) and publish a DMARC policy; or let both use one server"
        trial.found("orders", Verdict.WARNING, sentence, mend)


async def _clean(trial: Trial, identifiers: list[str]) -> None:
    """Remove the test mails from where they lie."""
    account, left = trial.account, False
    folders = dict.fromkeys([b"INBOX", *([on_wire(account.sent_folder)] if account.sent_folder else [])])
    session = await ImapSession.open(account)
    try:
        for folder in folders:
            await session.select(folder)
            uids = [uid for identifier in identifiers for uid in await session.uids_with(identifier)]
            left = (bool(uids) and session.read_only) or not await filing.remove(session, uids) or left
    except EmplaError:
        left = True
    finally:
        await session.close()
    if left:
        trial.found("cleaning", Verdict.NOTE, "The test mails stay in the mailbox.", "they can be deleted")


def _failed(trial: Trial, check: str, error: EmplaError) -> None:
    sentence = error.sentence[:1].upper() + error.sentence[1:].rstrip(".") + "."
    mend = error.next_step
    if isinstance(error, RecipientsDelayed):
        mend = "try again in some minutes: the server makes unknown senders wait"
    elif not mend and isinstance(error, SubmissionDelayed):
        mend = "try again later"
    trial.found(check, Verdict.FAILED, sentence, mend or "let the account send mail under its own address")
