"""Trying an account's calendars: finding the own one, and whether writes keep the promises that the employee makes."""

import secrets
from datetime import UTC, datetime, timedelta

from empla.errors import EmplaError, PermissionDenied
from empla.workplace.caldav import StandardCalendars
from empla.workplace.discovery import find_calendar
from empla.workplace.findings import Trial, Verdict
from empla.workplace.http import HttpClient

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
SUMMARY:{title}\r
END:VEVENT\r
END:VCALENDAR\r
"""
_ICS = {"Content-Type": "text/calendar; charset=utf-8"}
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SHARE = "have the calendar shared with the account, with the right to change it, and give its URL under [calendars]"


async def try_calendars(trial: Trial, manager: str, discover: str) -> None:
    """Find the own calendar if it has to be found; then try it, the manager's, and those of others that are named."""
    trial.trying("find the calendar and write to it")
    http, own = HttpClient(trial.account), trial.account.address.lower()
    try:
        if discover and own not in trial.account.calendars:
            found = await find_calendar(http, discover)
            trial.learned(calendars={**trial.account.calendars, own: found.url})
            besides = f" Besides there are: {', '.join(found.others)}." if found.others else ""
            mend = "name another under [calendars] if that is not the one"
            trial.found("calendar found", Verdict.NOTE, f"The calendar is {found.url}.{besides}", mend)
        if not trial.account.caldav and own not in trial.account.calendars:
            trial.found("calendar", Verdict.FAILED, f"{own} has no calendar.", "give a CalDAV server as [caldav] url")
            return
        await _try_own(trial, http, own)
        for owner in trial.account.calendars:
            if owner not in (own, manager.lower()):
                await _try_others(trial, owner)
        if manager:
            await _try_manager(trial, http, manager.lower())
    except EmplaError as error:
        trial.found("calendar", Verdict.FAILED, _sentence(error), error.next_step)
    finally:
        await http.close()


async def _try_own(trial: Trial, http: HttpClient, own: str) -> None:
    wrong = await _wrong_with(trial, http, own)
    if wrong:
        trial.found("calendar", Verdict.FAILED, wrong, "use a calendar that the account may write to")
        return
    trial.found("calendar", Verdict.GOOD, f"The calendar of {own} can be written to, and overwrites nobody's change.")
    calendars = StandardCalendars(trial.account)
    try:
        await calendars.free_busy(own, _LONG_AGO, _LONG_AGO + timedelta(days=1))
    except EmplaError as error:
        sentence = f"The server does not say when people are busy ({error.sentence})."
        trial.found("free/busy", Verdict.WARNING, sentence, "times of colleagues must be asked for by mail")
    else:
        trial.found("free/busy", Verdict.GOOD, "The server says when people are busy.")
    finally:
        await calendars.close()
    await _note_scheduling(trial, http, own)


async def _note_scheduling(trial: Trial, http: HttpClient, own: str) -> None:
    """Note whether the server sends invitations by itself (RFC 6638): it is told not to, and has to honour that."""
    answer = await http.request("OPTIONS", trial.account.calendar_url(own))
    if "calendar-auto-schedule" in answer.headers.get("dav", "").lower():
        sentence = "The server can invite people by itself; it is told not to (SCHEDULE-AGENT), for we invite them."
        trial.found("scheduling", Verdict.NOTE, sentence, "if people are invited twice, switch that off at the server")


async def _try_manager(trial: Trial, http: HttpClient, manager: str) -> None:
    account = trial.account
    if manager not in account.calendars and not account.caldav:
        sentence = f"The calendar of {manager} is not named: nothing can be booked in it, and its times are not known."
        trial.found("manager's calendar", Verdict.WARNING, sentence, _SHARE)
        return
    trial.trying(f"write to the calendar of {manager}")
    try:
        wrong = await _wrong_with(trial, http, manager)
    except EmplaError as error:
        wrong = _sentence(error)
    if wrong:
        trial.found("manager's calendar", Verdict.FAILED, wrong, _SHARE)
    else:
        trial.found("manager's calendar", Verdict.GOOD, f"The calendar of {manager} can be read and written to.")


async def _try_others(trial: Trial, owner: str) -> None:
    calendars = StandardCalendars(trial.account)
    try:
        await calendars.free_busy(owner, _LONG_AGO, _LONG_AGO + timedelta(days=1))
    except EmplaError as error:
        trial.found("calendar of others", Verdict.WARNING, _sentence(error), f"correct the URL of {owner}'s calendar")
    else:
        trial.found("calendar of others", Verdict.GOOD, f"It can be seen when {owner} is busy.")
    finally:
        await calendars.close()


async def _wrong_with(trial: Trial, http: HttpClient, owner: str) -> str:
    """Make, read, remake, change and delete an event long past; return what went wrong, empty if nothing did."""
    uid = f"empla-probe-{secrets.token_hex(16)}"
    url = f"{trial.account.calendar_url(owner)}{uid}.ics"
    made = await http.request("PUT", url, _event(uid, "A test of this calendar"), {**_ICS, "If-None-Match": "*"})
    if made.status in (401, 403):
        raise PermissionDenied(
            f"the calendar of {owner} cannot be written to ({made.status})",
            next_step=f"check the password; or {_SHARE}",
        )
    if made.status not in (200, 201, 204):
        return f"The calendar of {owner} cannot be written to ({made.status})."
    try:
        return await _unconditional(http, url, uid) or await _unread(trial, owner, uid)
    finally:
        read = await http.request("GET", url)
        gone = await http.request("DELETE", url, headers={"If-Match": read.headers.get("etag", "*")})
        if gone.status not in (200, 202, 204):
            trial.found(
                "cleaning", Verdict.NOTE, f"A test event of 1 January 2000 stays in {owner}'s calendar.", "delete it"
            )


async def _unconditional(http: HttpClient, url: str, uid: str) -> str:
    """Return what is wrong with conditional writes, empty if the server honours them (RFC 9110, 13)."""
    again = await http.request("PUT", url, _event(uid, "Another"), {**_ICS, "If-None-Match": "*"})
    stale = await http.request("DELETE", url, headers={"If-Match": '"stale"'})
    if again.status != 412 or stale.status != 412:
        return "The calendar server ignores conditions: a person's change could be overwritten unseen."
    etag = (await http.request("GET", url)).headers.get("etag", "")
    if not etag:
        return "The calendar server gives no entity tags: a person's change could be overwritten unseen."
    changed = await http.request("PUT", url, _event(uid, "A changed test"), {**_ICS, "If-Match": etag})
    return "" if changed.status in (200, 201, 204) else f"An event cannot be changed ({changed.status})."


async def _unread(trial: Trial, owner: str, uid: str) -> str:
    """Return what is wrong with reading, empty if the event is found by its time and by its UID."""
    calendars = StandardCalendars(trial.account)
    try:
        events = await calendars.events(owner, _LONG_AGO, _LONG_AGO + timedelta(days=1))
        found = await calendars.get(owner, uid)
    finally:
        await calendars.close()
    if found is None or uid not in [event.uid for event in events]:
        return f"What is written to the calendar of {owner} is not found again."
    return ""


def _event(uid: str, title: str) -> bytes:
    return _EVENT.format(uid=uid, title=title).encode()


def _sentence(error: EmplaError) -> str:
    return error.sentence[:1].upper() + error.sentence[1:].rstrip(".") + "."
