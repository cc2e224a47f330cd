"""How events recur: exceptions, further dates, changed occurrences, and rules without sense or end."""

from tests.corpus.calendars.made import INVITED, STANDARD, calendar, event, folded, invitation, taken, unreadable

_BERLIN = "DTSTART;TZID=Europe/Berlin:20261124T100000"
_WEEKLY = (_BERLIN, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
TEN = "2026-11-24T09:00"


def _rule(rule: str, *more: str, start: str = _BERLIN) -> bytes:
    return invitation(start, "DURATION:PT1H", f"RRULE:{rule}", *more)


def _changed(*parts: tuple[str, ...], whole: tuple[str, ...] = _WEEKLY) -> bytes:
    """Return a series with components for some of its occurrences."""
    lines = event(*whole)
    for part in parts:
        lines += event(*part)
    return folded(*calendar(*lines))


_SECOND = "RECURRENCE-ID;TZID=Europe/Berlin:20261201T100000"

CASES = [
    taken("rule-weekly", _rule("FREQ=WEEKLY;COUNT=4"), TEN, 4),
    taken("rule-daily-for-ever", _rule("FREQ=DAILY"), TEN, 12),
    taken("rule-every-other-week", _rule("FREQ=WEEKLY;INTERVAL=2;COUNT=3"), TEN, 3),
    taken("rule-working-days", _rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=10"), TEN, 10),
    taken("rule-monthly-by-day", _rule("FREQ=MONTHLY;BYMONTHDAY=24;COUNT=3"), TEN, 3),
    taken("rule-monthly-fourth-tuesday", _rule("FREQ=MONTHLY;BYDAY=4TU;COUNT=3"), TEN, 3),
    taken("rule-monthly-last-friday", _rule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2"), TEN, None),
    taken("rule-monthly-last-day", _rule("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2"), TEN, None),
    taken(
        "rule-monthly-on-the-31st",
        _rule("FREQ=MONTHLY;COUNT=3", start="DTSTART;TZID=Europe/Berlin:20261231T100000"),
        "2026-12-31T09:00",
        3,
    ),
    taken("rule-yearly", _rule("FREQ=YEARLY;COUNT=2"), TEN, 2),
    taken(
        "rule-leap-day",
        _rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", start="DTSTART:20280229T090000Z"),
        "2028-02-29T09:00",
        1,
    ),
    taken("rule-set-position", _rule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2"), TEN, None),
    taken("rule-week-numbers", _rule("FREQ=YEARLY;BYWEEKNO=48;BYDAY=TU;COUNT=2"), TEN, None),
    taken("rule-days-of-the-year", _rule("FREQ=YEARLY;BYYEARDAY=328;COUNT=1"), TEN, None),
    taken("rule-twice-a-day", _rule("FREQ=DAILY;BYHOUR=10,16;COUNT=4"), TEN, 4),
    taken("rule-hourly", _rule("FREQ=HOURLY;INTERVAL=6;COUNT=4"), TEN, 4),
    taken("rule-week-starts-on-sunday", _rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4"), TEN, 4),
    taken(
        "rule-whole-days",
        _rule("FREQ=WEEKLY;COUNT=2", start="DTSTART;VALUE=DATE:20261124").replace(b"DURATION:PT1H", b"DURATION:P1D"),
        "2026-11-23T23:00",
        2,
    ),
    taken("rule-floating", _rule("FREQ=WEEKLY;COUNT=2", start="DTSTART:20261124T100000"), TEN, 2),
    taken("rule-until", _rule("FREQ=WEEKLY;UNTIL=20261215T090000Z"), TEN, 4),
    taken("rule-until-a-day", _rule("FREQ=WEEKLY;UNTIL=20261215"), TEN, 4),
    taken("rule-until-without-zone", _rule("FREQ=WEEKLY;UNTIL=20261215T100000"), TEN, 4),
    taken(
        "rule-until-an-hour-for-days",
        _rule("FREQ=DAILY;UNTIL=20261126T000000Z", start="DTSTART;VALUE=DATE:20261124").replace(
            b"DURATION:PT1H", b"DURATION:P1D"
        ),
        "2026-11-23T23:00",
        3,
    ),
    taken(
        "rule-until-utc-for-floating",
        _rule("FREQ=DAILY;UNTIL=20261126T100000Z", start="DTSTART:20261124T100000"),
        TEN,
        3,
    ),
    taken("rule-until-before-start", _rule("FREQ=WEEKLY;UNTIL=20251124T090000Z"), None, None),
    unreadable("rule-until-nonsense", _rule("FREQ=WEEKLY;UNTIL=Christmas"), "rule"),
    taken("rule-count-0", _rule("FREQ=WEEKLY;COUNT=0"), TEN, 1),
    taken("rule-count-negative", _rule("FREQ=WEEKLY;COUNT=-1"), TEN, 1),
    taken("rule-count-and-until", _rule("FREQ=WEEKLY;COUNT=10;UNTIL=20261201T090000Z"), TEN, 2),
    taken("rule-count-huge", _rule("FREQ=WEEKLY;COUNT=99999999"), TEN, 12),
    unreadable("rule-every-second", _rule("FREQ=SECONDLY"), "occurrences a day"),
    unreadable("rule-every-minute", _rule("FREQ=MINUTELY;COUNT=1000000"), "occurrences a day"),
    unreadable(
        "rule-daily-in-every-second",
        _rule("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10;BYMINUTE=1,2,3,4,5,6,7,8,9,10,11"),
        "occurrences a day",
    ),
    unreadable("rule-interval-0", _rule("FREQ=DAILY;INTERVAL=0"), "days that do not exist"),
    unreadable("rule-interval-negative", _rule("FREQ=DAILY;INTERVAL=-1"), "days that do not exist"),
    unreadable("rule-interval-huge", _rule("FREQ=DAILY;INTERVAL=99999999999999999999"), "rule"),
    unreadable("rule-thirtieth-of-february", _rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "days that do not exist"),
    unreadable(
        "rule-thirtieth-of-february-daily", _rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "days that do not exist"
    ),
    unreadable("rule-day-367", _rule("FREQ=YEARLY;BYYEARDAY=367"), "days that do not exist"),
    unreadable("rule-week-60", _rule("FREQ=YEARLY;BYWEEKNO=60"), "days that do not exist"),
    unreadable("rule-month-13", _rule("FREQ=YEARLY;BYMONTH=13"), ""),
    unreadable("rule-position-of-nothing", _rule("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0"), "days that do not exist"),
    unreadable("rule-sixth-monday", _rule("FREQ=MONTHLY;BYDAY=6MO"), "days that do not exist"),
    unreadable("rule-days-garbage", _rule("FREQ=WEEKLY;BYDAY=XX,YY"), "rule"),
    unreadable("rule-days-in-words", _rule("FREQ=WEEKLY;BYDAY=Monday"), "rule"),
    unreadable("rule-frequency-unknown", _rule("FREQ=FORTNIGHTLY"), "rule"),
    unreadable("rule-no-frequency", _rule("COUNT=3"), "rule"),
    unreadable("rule-empty", _rule(""), "rule"),
    unreadable("rule-garbage", _rule("every tuesday"), "rule"),
    taken("rule-lower-case", _rule("freq=weekly;count=2"), TEN, 2),
    taken("rule-with-spaces", _rule("FREQ=WEEKLY; COUNT=2"), TEN, 2),
    taken("rule-closing-semicolon", _rule("FREQ=WEEKLY;COUNT=2;"), TEN, 2),
    taken("rule-unknown-part", _rule("FREQ=WEEKLY;COUNT=2;X-EVERY=moon"), TEN, 2),
    taken("rule-two-rules", _rule("FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=DAILY;COUNT=2"), TEN, 3),
    taken("rule-excluding-rule", _rule("FREQ=DAILY;COUNT=3", "EXRULE:FREQ=WEEKLY"), TEN, None),
    unreadable("rule-hourly-since-the-year-1", _rule("FREQ=HOURLY", start="DTSTART:00010101T000000Z"), ""),
    unreadable("rule-daily-since-the-year-1", _rule("FREQ=DAILY", start="DTSTART:00010101T000000Z"), ""),
    taken("rule-daily-since-1900", _rule("FREQ=DAILY", start="DTSTART:19000101T090000Z"), "2026-11-23T09:00", 12),
    taken("rule-does-not-meet-its-start", _rule("FREQ=WEEKLY;BYDAY=MO;COUNT=3"), TEN, None),
    taken("except-one", invitation(*_WEEKLY, "EXDATE;TZID=Europe/Berlin:20261201T100000"), TEN, 3),
    taken("except-several", invitation(*_WEEKLY, "EXDATE;TZID=Europe/Berlin:20261201T100000,20261208T100000"), TEN, 2),
    taken("except-in-utc", invitation(*_WEEKLY, "EXDATE:20261201T090000Z"), TEN, 3),
    taken("except-by-day", invitation(*_WEEKLY, "EXDATE;VALUE=DATE:20261201"), TEN, None),
    taken("except-windows-zone", invitation(*_WEEKLY, "EXDATE;TZID=W. Europe Standard Time:20261201T100000"), TEN, 3),
    taken("except-one-that-is-none", invitation(*_WEEKLY, "EXDATE;TZID=Europe/Berlin:20261203T100000"), TEN, 4),
    taken("except-nonsense", invitation(*_WEEKLY, "EXDATE:never"), TEN, 4),
    taken("except-empty", invitation(*_WEEKLY, "EXDATE:"), TEN, 4),
    taken(
        "except-all",
        invitation(_BERLIN, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=1", "EXDATE;TZID=Europe/Berlin:20261124T100000"),
        None,
        0,
    ),
    taken(
        "except-thousand",
        invitation(
            *_WEEKLY,
            *(f"EXDATE:2027{m:02}{d:02}T{h:02}0000Z" for m in range(1, 11) for d in range(1, 21) for h in range(5)),
        ),
        TEN,
        4,
    ),
    taken(
        "further-dates",
        invitation(_BERLIN, "DURATION:PT1H", "RDATE;TZID=Europe/Berlin:20261126T100000,20261127T100000"),
        TEN,
        3,
    ),
    taken("further-dates-and-rule", invitation(*_WEEKLY, "RDATE;TZID=Europe/Berlin:20261126T100000"), TEN, 5),
    taken("further-periods", invitation(_BERLIN, "DURATION:PT1H", "RDATE;VALUE=PERIOD:20261126T090000Z/PT2H"), TEN, 2),
    taken("further-dates-by-day", invitation(_BERLIN, "DURATION:PT1H", "RDATE;VALUE=DATE:20261126"), TEN, None),
    taken("further-dates-nonsense", invitation(_BERLIN, "DURATION:PT1H", "RDATE:soon"), TEN, 1),
    taken(
        "further-date-that-is-the-start",
        invitation(_BERLIN, "DURATION:PT1H", "RDATE;TZID=Europe/Berlin:20261124T100000"),
        TEN,
        1,
    ),
    taken("changed-one", _changed((_SECOND, "DTSTART;TZID=Europe/Berlin:20261202T140000", "DURATION:PT2H")), TEN, 4),
    taken(
        "changed-one-in-utc",
        _changed(("RECURRENCE-ID:20261201T090000Z", "DTSTART:20261202T130000Z", "DURATION:PT2H")),
        TEN,
        4,
    ),
    taken(
        "changed-one-before-the-series",
        folded(*calendar(*event(_SECOND, "DTSTART:20261202T130000Z", "DURATION:PT2H"), *event(*_WEEKLY))),
        TEN,
        4,
    ),
    taken(
        "changed-one-called-off",
        _changed((_SECOND, "DTSTART;TZID=Europe/Berlin:20261201T100000", "DURATION:PT1H", "STATUS:CANCELLED")),
        TEN,
        3,
    ),
    taken(
        "changed-one-that-is-none",
        _changed(("RECURRENCE-ID:20270101T090000Z", "DTSTART:20270101T090000Z", "DURATION:PT1H")),
        TEN,
        None,
    ),
    taken(
        "changed-by-day",
        _changed(("RECURRENCE-ID;VALUE=DATE:20261201", "DTSTART:20261202T130000Z", "DURATION:PT2H")),
        TEN,
        None,
    ),
    taken(
        "changed-twice",
        _changed(
            (_SECOND, "DTSTART:20261202T130000Z", "SEQUENCE:1"), (_SECOND, "DTSTART:20261203T130000Z", "SEQUENCE:2")
        ),
        TEN,
        4,
    ),
    taken(
        "changed-and-excepted",
        _changed(
            (_SECOND, "DTSTART:20261202T130000Z", "DURATION:PT1H"),
            whole=(*_WEEKLY, "EXDATE;TZID=Europe/Berlin:20261201T100000"),
        ),
        TEN,
        None,
    ),
    taken(
        "changed-and-future",
        _changed(
            (
                "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261201T100000",
                "DTSTART;TZID=Europe/Berlin:20261203T140000",
                "DURATION:PT1H",
            )
        ),
        TEN,
        4,
    ),
    taken(
        "changed-and-past",
        _changed(
            (
                "RECURRENCE-ID;RANGE=THISANDPRIOR;TZID=Europe/Berlin:20261201T100000",
                "DTSTART;TZID=Europe/Berlin:20261201T140000",
                "DURATION:PT1H",
            )
        ),
        TEN,
        4,
    ),
    taken(
        "changed-of-nothing",
        folded(*calendar(*event(_SECOND, "DTSTART;TZID=Europe/Berlin:20261202T140000", "DURATION:PT1H"))),
        "2026-12-02T13:00",
        1,
    ),
    taken(
        "changed-hundred",
        _changed(
            *(
                (
                    f"RECURRENCE-ID:2026120{n % 9 + 1}T{n // 9 + 5:02}0000Z",
                    f"DTSTART:2026120{n % 9 + 1}T{n // 9 + 5:02}3000Z",
                    "DURATION:PT10M",
                )
                for n in range(100)
            )
        ),
        TEN,
        None,
    ),
    unreadable(
        "changed-nobody-knows-which",
        _changed(("RECURRENCE-ID:that one", "DTSTART:20261202T130000Z")),
        "which occurrence",
    ),
    unreadable("changed-and-its-start-lost", _changed((_SECOND, "DURATION:PT1H")), ""),
    taken(
        "two-series-with-one-uid",
        folded(
            *calendar(
                *event(*_WEEKLY), *event("DTSTART:20261125T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
            )
        ),
        None,
        None,
    ),
    taken(
        "series-without-standard-end",
        folded(*calendar("BEGIN:VEVENT", *STANDARD, INVITED, _BERLIN, "RRULE:FREQ=WEEKLY;COUNT=2", "END:VEVENT")),
        TEN,
        2,
    ),
]
