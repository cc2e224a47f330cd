"""Which zone is meant: names of every kind, definitions that lie or are missing."""

from tests.corpus.calendars.made import Case, invitation, taken


def _definition(tzid: str, *parts: tuple[str, str, str, str], extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return a VTIMEZONE of observances (kind, offset before, offset after, rule)."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}", *extra]
    for kind, before, after, rule in parts:
        lines += [f"BEGIN:{kind}", "DTSTART:16010101T020000", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        lines += [rule] if rule else []
        lines.append(f"END:{kind}")
    return (*lines, "END:VTIMEZONE")


_BERLIN = (
    ("STANDARD", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
    ("DAYLIGHT", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
)
_NEW_YORK = (
    ("STANDARD", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
    ("DAYLIGHT", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
)


def _at(tzid: str, *head: str, quoted: bool = False) -> bytes:
    name = f'"{tzid}"' if quoted else tzid
    return invitation(f"DTSTART;TZID={name}:20261124T100000", f"DTEND;TZID={name}:20261124T110000", head=head)


def _named(name: str, tzid: str, hour: str, *head: str, quoted: bool = False) -> Case:
    """Return an invitation at ten in a zone, which is `hour` in UTC."""
    day = "2026-11-25" if hour.startswith("+") else "2026-11-24"
    return taken(f"zone-{name}", _at(tzid, *head, quoted=quoted), f"{day}T{hour.lstrip('+')}", 1)


CASES = [
    _named("iana", "Europe/Berlin", "09:00"),
    _named("iana-defined", "Europe/Berlin", "09:00", *_definition("Europe/Berlin", *_BERLIN)),
    _named("iana-that-lies", "Europe/Berlin", "09:00", *_definition("Europe/Berlin", *_NEW_YORK)),
    _named("iana-lower-case", "europe/berlin", "09:00"),
    _named("iana-with-space", "America/New York", "15:00"),
    _named("iana-old-name", "US/Eastern", "15:00"),
    _named("iana-half-hour", "Asia/Kolkata", "04:30"),
    _named("iana-quarter-hour", "Asia/Kathmandu", "04:15"),
    _named("iana-three-parts", "America/Argentina/Buenos_Aires", "13:00"),
    taken("zone-iana-east-of-midnight", _at("Pacific/Kiritimati"), "2026-11-23T20:00", 1),
    _named("utc", "UTC", "10:00"),
    _named("gmt", "GMT", "10:00"),
    _named("etc", "Etc/GMT-2", "08:00"),
    _named("windows", "W. Europe Standard Time", "09:00"),
    _named("windows-quoted", "W. Europe Standard Time", "09:00", quoted=True),
    _named("windows-defined", "W. Europe Standard Time", "09:00", *_definition("W. Europe Standard Time", *_BERLIN)),
    _named(
        "windows-that-lies", "W. Europe Standard Time", "09:00", *_definition("W. Europe Standard Time", *_NEW_YORK)
    ),
    _named("windows-eastern", "Eastern Standard Time", "15:00"),
    _named("windows-pacific", "Pacific Standard Time", "18:00"),
    _named("windows-india", "India Standard Time", "04:30"),
    _named("windows-gmt", "GMT Standard Time", "10:00"),
    _named("windows-lower-case", "tokyo standard time", "01:00"),
    _named("outlook-amsterdam", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "09:00", quoted=True),
    _named("outlook-amsterdam-unquoted", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "09:00"),
    _named("outlook-eastern", "(UTC-05:00) Eastern Time (US & Canada)", "15:00", quoted=True),
    _named("outlook-london", "(UTC) Dublin, Edinburgh, Lisbon, London", "10:00", quoted=True),
    _named("outlook-old-style", "(GMT+01.00) Sarajevo/Warsaw/Zagreb", "09:00"),
    _named("outlook-chennai", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "04:30", quoted=True),
    _named("outlook-utc", "(UTC) Coordinated Universal Time", "10:00", quoted=True),
    _named("outlook-no-such-place", "(UTC+03:00) Nowhere, Elsewhere", "07:00", quoted=True),
    _named("microsoft-uri", "tzone://Microsoft/Utc", "10:00"),
    _named("microsoft-custom", "Customized Time Zone", "09:00", *_definition("Customized Time Zone", *_BERLIN)),
    _named("microsoft-custom-other", "Customized Time Zone", "15:00", *_definition("Customized Time Zone", *_NEW_YORK)),
    _named("microsoft-custom-1", "Customized Time Zone 1", "09:00", *_definition("Customized Time Zone 1", *_BERLIN)),
    _named("vendor-path", "/freeassociation.sourceforge.net/Europe/Paris", "09:00"),
    _named("vendor-path-version", "/softwarestudio.org/Olson_20011030_5/America/Chicago", "16:00"),
    _named("vendor-path-mozilla", "/mozilla.org/20071231_1/Asia/Tokyo", "01:00"),
    _named("offset", "GMT+0100", "09:00"),
    _named("offset-with-colon", "UTC+05:30", "04:30"),
    _named("offset-bare", "-0500", "15:00"),
    _named("letters-cet", "CET", "09:00"),
    _named("letters-est", "EST", "15:00"),
    _named("letters-pst", "PST", "18:00"),
    _named("letters-pst8pdt", "PST8PDT", "18:00"),
    _named("unknown-no-definition", "Our office", "09:00"),
    _named("unknown-empty", "", "09:00"),
    _named("unknown-but-calendar-says", "Our office", "15:00", "X-WR-TIMEZONE:America/New_York"),
    _named("defined-by-offsets", "Our office", "15:00", *_definition("Our office", *_NEW_YORK)),
    _named(
        "defined-standard-only", "Our office", "07:00", *_definition("Our office", ("STANDARD", "+0300", "+0300", ""))
    ),
    _named(
        "defined-daylight-only", "Our office", "08:00", *_definition("Our office", ("DAYLIGHT", "+0200", "+0200", ""))
    ),
    _named("defined-location", "Office", "15:00", *_definition("Office", extra=("X-LIC-LOCATION:America/New_York",))),
    _named("defined-by-nothing", "Our office", "09:00", *_definition("Our office")),
    _named(
        "defined-without-offsets",
        "Our office",
        "09:00",
        "BEGIN:VTIMEZONE",
        "TZID:Our office",
        "BEGIN:STANDARD",
        "END:STANDARD",
        "END:VTIMEZONE",
    ),
    _named(
        "defined-nonsense",
        "Our office",
        "09:00",
        *_definition("Our office", ("STANDARD", "x", "y", "RRULE:FREQ=NEVER")),
    ),
    _named(
        "defined-for-ever",
        "Our office",
        "09:00",
        *_definition("Our office", ("STANDARD", "+0100", "+0100", "RRULE:FREQ=SECONDLY")),
    ),
    _named(
        "defined-twice",
        "Europe/Berlin",
        "09:00",
        *_definition("Europe/Berlin", *_BERLIN),
        *_definition("Europe/Berlin", *_NEW_YORK),
    ),
    _named("defined-without-name", "Europe/Berlin", "09:00", "BEGIN:VTIMEZONE", "END:VTIMEZONE"),
    _named("defined-and-not-used", "Europe/Berlin", "09:00", *_definition("America/New_York", *_NEW_YORK)),
    taken(
        "zone-start-and-end-differ",
        invitation("DTSTART;TZID=Europe/Berlin:20261124T100000", "DTEND;TZID=America/New_York:20261124T050000"),
        "2026-11-24T09:00",
        1,
    ),
    taken(
        "zone-end-in-utc",
        invitation("DTSTART;TZID=Europe/Berlin:20261124T100000", "DTEND:20261124T100000Z"),
        "2026-11-24T09:00",
        1,
    ),
    taken(
        "zone-and-utc-at-once",
        invitation("DTSTART;TZID=America/New_York:20261124T090000Z", "DURATION:PT1H"),
        "2026-11-24T09:00",
        1,
    ),
    taken(
        "zone-of-a-whole-day", invitation("DTSTART;VALUE=DATE;TZID=America/New_York:20261124"), "2026-11-23T23:00", 1
    ),
    taken(
        "zone-hour-that-is-skipped",
        invitation("DTSTART;TZID=Europe/Berlin:20270328T023000", "DURATION:PT1H"),
        "2027-03-28T01:30",
        1,
    ),
    taken(
        "zone-hour-that-comes-twice",
        invitation("DTSTART;TZID=Europe/Berlin:20271031T023000", "DURATION:PT1H"),
        "2027-10-31T00:30",
        1,
    ),
    taken(
        "zone-over-the-change",
        invitation("DTSTART;TZID=Europe/Berlin:20270322T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
        "2027-03-22T09:00",
        2,
    ),
    taken(
        "zone-series-in-another-zone",
        invitation("DTSTART;TZID=America/New_York:20261123T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"),
        "2026-11-23T14:00",
        3,
    ),
]
