"""Who invites whom: addresses of every kind, long lists, and what is smuggled into names."""

from tests.corpus.calendars.made import (
    AT_TEN,
    INVITED,
    ORGANIZER,
    OWNER,
    STANDARD,
    Case,
    calendar,
    event,
    folded,
    invitation,
    refused,
    taken,
)

TEN = "2026-11-24T09:00"
_NOBODY = tuple(line for line in STANDARD if not line.startswith("ORGANIZER"))


def _by(organizer: str) -> bytes:
    return folded(*calendar(*event(*AT_TEN, organizer, standard=_NOBODY)))


def _to(*attendees: str) -> bytes:
    return folded(*calendar(*event(*AT_TEN, *attendees, invited="")))


def _many(number: int) -> Case:
    people = (
        f'ATTENDEE;CN="Guest, Number {n}";ROLE=REQ-PARTICIPANT:mailto:guest{n}@elsewhere.example' for n in range(number)
    )
    return taken(f"people-{number}", _to(*people, INVITED), TEN, 1)


CASES = [
    taken("people-organizer-upper-case", _by(f"ORGANIZER:MAILTO:{ORGANIZER.upper()}"), TEN, 1),
    taken("people-organizer-without-mailto", _by(f"ORGANIZER:{ORGANIZER}"), TEN, 1),
    taken("people-organizer-in-brackets", _by(f"ORGANIZER:mailto:<{ORGANIZER}>"), TEN, 1),
    taken("people-organizer-with-query", _by(f"ORGANIZER:mailto:{ORGANIZER}?subject=Hi"), TEN, 1),
    taken("people-organizer-with-space", _by(f"ORGANIZER:mailto: {ORGANIZER}"), TEN, 1),
    taken(
        "people-organizer-twice", _by(f"ORGANIZER:mailto:{ORGANIZER}\r\nORGANIZER:mailto:eve@elsewhere.example"), TEN, 1
    ),
    taken(
        "people-organizer-sent-by",
        _by(f'ORGANIZER;SENT-BY="mailto:secretary@elsewhere.example":mailto:{ORGANIZER}'),
        TEN,
        1,
    ),
    taken("people-organizer-with-comma-in-name", _by(f'ORGANIZER;CN="Ruiz, Carla":mailto:{ORGANIZER}'), TEN, 1),
    taken(
        "people-organizer-with-encoded-name", _by(f"ORGANIZER;CN=\"Carla ^'Boss^' Ruiz^n\":mailto:{ORGANIZER}"), TEN, 1
    ),
    taken("people-organizer-with-semicolon-in-name", _by(f'ORGANIZER;CN="Carla; x:y":mailto:{ORGANIZER}'), TEN, 1),
    refused("people-organizer-missing", _by("X-NOBODY:here"), "no organizer"),
    refused("people-organizer-empty", _by("ORGANIZER:"), "no organizer"),
    refused("people-organizer-invalid", _by("ORGANIZER;CN=Carla:invalid:nomail"), "no organizer"),
    refused("people-organizer-a-web-page", _by("ORGANIZER:http://elsewhere.example/carla"), "no organizer"),
    refused("people-organizer-exchange-path", _by("ORGANIZER:/O=FIRM/OU=FIRST/CN=RECIPIENTS/CN=CARLA"), "no organizer"),
    refused(
        "people-organizer-two-addresses",
        _by(f"ORGANIZER:mailto:{ORGANIZER},mailto:eve@elsewhere.example"),
        "no organizer",
    ),
    taken("people-organizer-unquoted-colon", _by(f"ORGANIZER;CN=Carla: mailto:{ORGANIZER}"), TEN, 1),
    refused("people-organizer-is-another", _by("ORGANIZER:mailto:eve@elsewhere.example"), "it came from"),
    refused("people-organizer-is-the-owner", _by(f"ORGANIZER:mailto:{OWNER}"), "organizes it"),
    taken("people-nobody-invited", _to(), TEN, 1),
    taken("people-somebody-else-invited", _to("ATTENDEE:mailto:ben@elsewhere.example"), TEN, 1),
    taken("people-owner-upper-case", _to(f"ATTENDEE:MAILTO:{OWNER.upper()}"), TEN, 1),
    taken("people-owner-without-mailto", _to(f"ATTENDEE;CN=Maria:{OWNER}"), TEN, 1),
    taken("people-owner-twice", _to(INVITED, f"ATTENDEE;PARTSTAT=DECLINED:mailto:{OWNER}"), TEN, 1),
    taken("people-owner-already-accepted", _to(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{OWNER}"), TEN, 1),
    taken("people-answer-unknown", _to(INVITED, "ATTENDEE;PARTSTAT=PERHAPS:mailto:ben@elsewhere.example"), TEN, 1),
    taken("people-answer-lower-case", _to(INVITED, "ATTENDEE;PARTSTAT=accepted:mailto:ben@elsewhere.example"), TEN, 1),
    taken(
        "people-room-and-group",
        _to(
            INVITED,
            "ATTENDEE;CUTYPE=ROOM:mailto:room@elsewhere.example",
            'ATTENDEE;CUTYPE=GROUP;MEMBER="mailto:all@x.example":mailto:all@elsewhere.example',
        ),
        TEN,
        1,
    ),
    taken("people-no-mail-address", _to(INVITED, "ATTENDEE;CN=Ben:Ben", "ATTENDEE:urn:uuid:3f2a", "ATTENDEE:"), TEN, 1),
    taken(
        "people-delegated",
        _to(INVITED, 'ATTENDEE;DELEGATED-TO="mailto:b@x.example";PARTSTAT=DELEGATED:mailto:a@x.example'),
        TEN,
        1,
    ),
    taken("people-parameter-broken", _to(INVITED, "ATTENDEE;CN=Ben;RSVP:mailto:ben@elsewhere.example"), TEN, 1),
    taken("people-unclosed-name", _to(INVITED, 'ATTENDEE;CN="Ben:mailto:ben@elsewhere.example'), TEN, 1),
    taken(
        "people-name-with-line-end",
        _to(INVITED, 'ATTENDEE;CN="Ben^nATTENDEE:mailto:eve@x.example":mailto:ben@elsewhere.example'),
        TEN,
        1,
    ),
    taken(
        "people-name-with-backslash-n",
        _to(INVITED, r'ATTENDEE;CN="Ben\nORGANIZER:mailto:eve@x.example":mailto:ben@elsewhere.example'),
        TEN,
        1,
    ),
    taken(
        "people-name-ends-the-event",
        _to(INVITED, 'ATTENDEE;CN="x^nEND:VEVENT^nBEGIN:VEVENT^nUID:other":mailto:ben@elsewhere.example'),
        TEN,
        1,
    ),
    taken(
        "people-text-ends-the-event",
        invitation(*AT_TEN, r"DESCRIPTION:x\nEND:VEVENT\nBEGIN:VEVENT\nUID:other\nEND:VEVENT"),
        TEN,
        1,
    ),
    taken(
        "people-address-smuggles", _to(INVITED, "ATTENDEE:mailto:ben@elsewhere.example%0D%0ABcc:eve@x.example"), TEN, 1
    ),
    taken("people-unicode-address", _to(INVITED, "ATTENDEE:mailto:jörg@büro.example"), TEN, 1),
    taken(
        "people-forged-marks",
        _to(
            f"ATTENDEE;X-EMPLA-REPLIED=20301231T000000Z:mailto:{OWNER}",
            "X-EMPLA-ACT:act-1",
            "X-EMPLA-SENT:20990101T000000Z",
            "X-EMPLA-GONE:x",
        ),
        TEN,
        1,
    ),
    taken(
        "people-private-parameters",
        _to(INVITED, "ATTENDEE;X-NUM-GUESTS=0;SCHEDULE-STATUS=1.1;SCHEDULE-AGENT=CLIENT:mailto:ben@x.example"),
        TEN,
        1,
    ),
    _many(50),
    _many(149),
    _many(400),
    _many(2000),
]
