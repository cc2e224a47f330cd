"""Messages of other kinds than invitations, several events in one, and what has no business in a calendar."""

from tests.corpus.calendars.made import (
    AT_TEN,
    INVITED,
    OWNER,
    STANDARD,
    calendar,
    event,
    folded,
    invitation,
    refused,
    taken,
    unreadable,
)

TEN = "2026-11-24T09:00"
_OTHER = tuple(line.replace("u-1", "u-2") for line in STANDARD)
_NO_UID = STANDARD[1:]
_TASK = ("BEGIN:VTODO", *STANDARD, "DUE:20261124T090000Z", "END:VTODO")
_NOTE = ("BEGIN:VJOURNAL", *STANDARD, "DTSTART:20261124T090000Z", "END:VJOURNAL")
_BUSY = ("BEGIN:VFREEBUSY", *STANDARD, "FREEBUSY:20261124T090000Z/PT1H", "END:VFREEBUSY")
_NOT_HERE = "no such event"

CASES = [
    refused("message-publish", invitation(*AT_TEN, method="PUBLISH"), "published"),
    refused("message-reply", invitation(*AT_TEN, method="REPLY"), "a reply is not"),
    refused("message-counter", invitation(*AT_TEN, method="COUNTER"), "a counter is not"),
    refused("message-decline-counter", invitation(*AT_TEN, method="DECLINECOUNTER"), "a declinecounter is not"),
    refused("message-refresh", invitation(method="REFRESH"), "a refresh is not"),
    refused("message-add-to-nothing", invitation(*AT_TEN, method="ADD"), "not in the calendar"),
    refused("message-cancel-of-nothing", invitation(*AT_TEN, "STATUS:CANCELLED", method="CANCEL"), _NOT_HERE),
    refused("message-cancel-without-time", invitation(method="CANCEL"), _NOT_HERE),
    refused(
        "message-cancel-of-an-occurrence", invitation("RECURRENCE-ID:20261124T090000Z", method="CANCEL"), _NOT_HERE
    ),
    refused(
        "message-cancel-and-future",
        invitation("RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T090000Z", method="CANCEL"),
        _NOT_HERE,
    ),
    refused("message-of-unknown-kind", invitation(*AT_TEN, method="DEMAND"), "a demand is not"),
    refused("message-of-endless-kind", invitation(*AT_TEN, method="X" * 5000), "is not taken"),
    refused("message-without-kind", invitation(*AT_TEN, method=""), "what it is for"),
    unreadable("message-task", folded(*calendar(*_TASK)), "no event"),
    unreadable("message-note", folded(*calendar(*_NOTE)), "no event"),
    unreadable("message-busy-time", folded(*calendar(*_BUSY)), "no event"),
    unreadable(
        "message-zone-only", folded(*calendar("BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE")), "no event"
    ),
    taken("message-task-and-event", folded(*calendar(*_TASK, *event(*AT_TEN))), TEN, 1),
    unreadable("message-no-uid", folded(*calendar(*event(*AT_TEN, standard=_NO_UID))), "UID"),
    unreadable("message-empty-uid", folded(*calendar(*event(*AT_TEN, "UID:", standard=_NO_UID))), "UID"),
    taken(
        "message-uid-with-spaces", folded(*calendar(*event(*AT_TEN, "UID: {A B/C?d=e} é", standard=_NO_UID))), TEN, 1
    ),
    taken(
        "message-uid-like-a-path", folded(*calendar(*event(*AT_TEN, "UID:../../etc/passwd", standard=_NO_UID))), TEN, 1
    ),
    taken(
        "message-uid-of-outlook",
        folded(*calendar(*event(*AT_TEN, "UID:" + "040000008200E00074C5B7101A82E008" * 4, standard=_NO_UID))),
        TEN,
        1,
    ),
    refused(
        "message-uid-endless",
        folded(*calendar(*event(*AT_TEN, "UID:" + "u" * 5000, standard=_NO_UID))),
        "UID is too long",
    ),
    taken(
        "message-two-events",
        folded(*calendar(*event(*AT_TEN), *event("DTSTART:20261125T090000Z", standard=_OTHER))),
        TEN,
        1,
    ),
    taken(
        "message-second-event-broken", folded(*calendar(*event(*AT_TEN), "BEGIN:VEVENT", "X-A:b", "END:VEVENT")), TEN, 1
    ),
    taken("message-same-event-twice", folded(*calendar(*event(*AT_TEN), *event(*AT_TEN))), TEN, None),
    taken(
        "message-two-versions",
        folded(*calendar(*event(*AT_TEN, "SEQUENCE:0"), *event("DTSTART:20261125T090000Z", "SEQUENCE:1"))),
        "2026-11-25T09:00",
        1,
    ),
    refused(
        "message-two-organizers",
        folded(
            *calendar(
                *event("RECURRENCE-ID:20261124T090000Z", *AT_TEN),
                *event(*AT_TEN, "X-A:b", standard=tuple(line.replace("carla", "eve") for line in STANDARD)),
            )
        ),
        "several organizers",
    ),
    taken("message-status-cancelled", invitation(*AT_TEN, "STATUS:CANCELLED"), None, None),
    taken(
        "message-google",
        folded(
            *calendar(
                *event(
                    *AT_TEN,
                    "X-GOOGLE-CONFERENCE:https://meet.example/abc",
                    "CONFERENCE;VALUE=URI:https://meet.example/abc",
                ),
                head=("CALSCALE:GREGORIAN",),
            )
        ),
        TEN,
        1,
    ),
    taken(
        "message-apple",
        invitation(
            *AT_TEN,
            "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
            'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Office":geo:52.5,13.4',
        ),
        TEN,
        1,
    ),
    taken(
        "message-outlook",
        invitation(
            *AT_TEN,
            "X-ALT-DESC;FMTTYPE=text/html:<p>Hi</p>",
            "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
            "X-MS-OLK-CONFTYPE:0",
            "PRIORITY:5",
            "CLASS:PUBLIC",
        ),
        TEN,
        1,
    ),
    taken(
        "message-zoom",
        invitation(
            *AT_TEN, r"DESCRIPTION:Join: https://zoom.example/j/1?pwd=x\n\nID: 1", "LOCATION:https://zoom.example/j/1"
        ),
        TEN,
        1,
    ),
    unreadable("message-other-calendar-scale", invitation(*AT_TEN, "RRULE:FREQ=DAILY", head=("CALSCALE:HEBREW",)), ""),
    taken("message-private", invitation(*AT_TEN, "CLASS:CONFIDENTIAL"), TEN, 1),
    taken("message-request-status", invitation(*AT_TEN, "REQUEST-STATUS:2.0;Success", "COMMENT:hello"), TEN, 1),
    taken(
        "message-resources", invitation(*AT_TEN, "RESOURCES:Beamer,Chair", "GEO:52.5;13.4", "GEO:here", "URL:x"), TEN, 1
    ),
    taken("message-geo-nonsense", invitation(*AT_TEN, "GEO:here", "PRIORITY:high", "PERCENT-COMPLETE:x"), TEN, 1),
    taken(
        "message-related",
        invitation(*AT_TEN, "RELATED-TO;RELTYPE=PARENT:u-0", "CATEGORIES:A,B", "CATEGORIES:C"),
        TEN,
        1,
    ),
    taken(
        "message-invited-by-list",
        folded(*calendar(*event(*AT_TEN, f'ATTENDEE;MEMBER="mailto:all@x.example":mailto:{OWNER}', invited=INVITED))),
        TEN,
        1,
    ),
]
