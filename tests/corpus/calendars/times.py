"""When an event begins and ends: whole days, floating times, durations, ends before beginnings, years far away."""

from tests.corpus.calendars.made import AT_TEN, invitation, taken, unreadable

TEN = "2026-11-24T09:00"
_START = AT_TEN[0]

CASES = [
    taken("time-utc", invitation(*AT_TEN), TEN, 1),
    taken("time-floating", invitation("DTSTART:20261124T100000", "DTEND:20261124T110000"), TEN, 1),
    taken(
        "time-whole-day", invitation("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125"), "2026-11-23T23:00", 1
    ),
    taken("time-whole-day-no-end", invitation("DTSTART;VALUE=DATE:20261124"), "2026-11-23T23:00", 1),
    taken(
        "time-whole-days", invitation("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261127"), "2026-11-23T23:00", 1
    ),
    taken("time-day-without-value", invitation("DTSTART:20261124", "DTEND:20261125"), "2026-11-23T23:00", 1),
    taken(
        "time-day-that-ends-on-itself", invitation("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261124"), None, 1
    ),
    taken("time-value-date-with-hour", invitation("DTSTART;VALUE=DATE:20261124T090000Z", "DURATION:PT1H"), TEN, 1),
    taken("time-value-date-time-with-day", invitation("DTSTART;VALUE=DATE-TIME:20261124"), None, 1),
    taken(
        "time-day-until-hour",
        invitation("DTSTART;VALUE=DATE:20261124", "DTEND:20261124T180000Z"),
        "2026-11-23T23:00",
        1,
    ),
    taken("time-hour-until-day", invitation(_START, "DTEND;VALUE=DATE:20261125"), TEN, 1),
    taken("time-duration", invitation(_START, "DURATION:PT1H"), TEN, 1),
    taken("time-duration-of-days", invitation("DTSTART;VALUE=DATE:20261124", "DURATION:P2D"), "2026-11-23T23:00", 1),
    taken("time-duration-in-weeks", invitation(_START, "DURATION:P1W"), TEN, 1),
    taken("time-duration-of-all-kinds", invitation(_START, "DURATION:P1DT2H3M4S"), TEN, 1),
    taken("time-duration-zero", invitation(_START, "DURATION:PT0S"), TEN, 1),
    taken("time-duration-lower-case", invitation(_START, "DURATION:pt1h"), TEN, 1),
    taken("time-duration-nonsense", invitation(_START, "DURATION:one hour"), TEN, 1),
    taken("time-duration-empty", invitation(_START, "DURATION:"), TEN, 1),
    taken("time-duration-negative", invitation(_START, "DURATION:-PT1H"), TEN, 1),
    taken("time-duration-and-end", invitation(*AT_TEN, "DURATION:PT3H"), TEN, 1),
    taken("time-no-end", invitation(_START), TEN, 1),
    taken("time-end-is-start", invitation(_START, "DTEND:20261124T090000Z"), TEN, 1),
    unreadable("time-end-before-start", invitation(_START, "DTEND:20261124T080000Z"), "ends before"),
    taken("time-end-nonsense", invitation(_START, "DTEND:later"), TEN, 1),
    taken("time-end-without-zone", invitation(_START, "DTEND:20261124T110000"), TEN, 1),
    unreadable("time-no-start", invitation("DTEND:20261124T100000Z"), "when"),
    unreadable("time-start-nonsense", invitation("DTSTART:tomorrow at ten"), ""),
    unreadable("time-start-empty", invitation("DTSTART:"), ""),
    unreadable("time-thirteenth-month", invitation("DTSTART:20261324T090000Z"), ""),
    unreadable("time-thirtieth-of-february", invitation("DTSTART:20260230T090000Z"), ""),
    unreadable("time-hour-25", invitation("DTSTART:20261124T250000Z"), ""),
    unreadable("time-iso-with-dashes", invitation("DTSTART:2026-11-24T09:00:00Z"), ""),
    unreadable("time-two-digit-year", invitation("DTSTART:261124T090000Z"), ""),
    unreadable("time-unix-seconds", invitation("DTSTART:1795510800"), ""),
    taken("time-leap-second", invitation("DTSTART:20261124T090000Z", "DTEND:20261124T095960Z"), TEN, 1),
    taken("time-seconds", invitation("DTSTART:20261124T090007Z", "DURATION:PT59S"), None, 1),
    taken("time-long-ago", invitation("DTSTART:19000101T090000Z", "DURATION:PT1H"), "1900-01-01T09:00", 1),
    taken("time-before-the-epoch", invitation("DTSTART:19691231T235959Z", "DURATION:PT1H"), None, 1),
    taken("time-after-2038", invitation("DTSTART:20380120T090000Z", "DURATION:PT1H"), "2038-01-20T09:00", 1),
    taken("time-after-2106", invitation("DTSTART:21070101T090000Z", "DURATION:PT1H"), "2107-01-01T09:00", 1),
    taken("time-past", invitation("DTSTART:20201124T090000Z", "DURATION:PT1H"), "2020-11-24T09:00", 1),
    taken(
        "time-past-series-that-goes-on",
        invitation("DTSTART:20201124T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
        "2026-11-24T09:00",
        12,
    ),
    taken("time-year-1-utc", invitation("DTSTART:00010101T000000Z", "DURATION:PT1H"), None, 1),
    unreadable("time-year-1-zoned", invitation("DTSTART;TZID=Asia/Tokyo:00010101T000000", "DURATION:PT1H"), ""),
    unreadable("time-year-0", invitation("DTSTART:00000101T000000Z"), ""),
    unreadable(
        "time-year-9999-zoned", invitation("DTSTART;TZID=America/New_York:99991231T230000", "DURATION:PT2H"), ""
    ),
    unreadable("time-ends-in-9999", invitation(_START, "DTEND:99990101T000000Z"), "lasts longer"),
    taken("time-lasts-a-year", invitation(_START, "DURATION:P365D"), TEN, 1),
    unreadable("time-lasts-for-ever", invitation(_START, "DURATION:P99999999D"), ""),
    taken(
        "time-at-midnight",
        invitation("DTSTART;TZID=Europe/Berlin:20261124T000000", "DURATION:P1D"),
        "2026-11-23T23:00",
        1,
    ),
    taken(
        "time-hour-24",
        invitation("DTSTART;TZID=Europe/Berlin:20261124T100000", "DTEND;TZID=Europe/Berlin:20261124T240000"),
        TEN,
        1,
    ),
    taken("time-stamp-missing", invitation(*AT_TEN).replace(b"DTSTAMP:20261120T080000Z\r\n", b""), TEN, 1),
    taken("time-stamp-nonsense", invitation(*AT_TEN).replace(b"20261120T080000Z", b"just now"), TEN, 1),
    taken("time-stamp-floating", invitation(*AT_TEN).replace(b"20261120T080000Z", b"20261120T080000"), TEN, 1),
    taken("time-stamp-a-day", invitation(*AT_TEN).replace(b"20261120T080000Z", b"20261120"), TEN, 1),
    taken("time-stamp-in-the-future", invitation(*AT_TEN).replace(b"20261120T080000Z", b"20991120T080000Z"), TEN, 1),
    taken("time-created-nonsense", invitation(*AT_TEN, "CREATED:once", "LAST-MODIFIED:16010101T000000Z"), TEN, 1),
    taken("time-sequence-nonsense", invitation(*AT_TEN, "SEQUENCE:latest"), TEN, 1),
    taken("time-sequence-negative", invitation(*AT_TEN, "SEQUENCE:-1"), TEN, 1),
    taken("time-sequence-fraction", invitation(*AT_TEN, "SEQUENCE:1.5"), TEN, 1),
    taken("time-sequence-huge", invitation(*AT_TEN, "SEQUENCE:99999999999999999999"), TEN, 1),
    taken("time-sequence-as-date", invitation(*AT_TEN, "SEQUENCE:20261120"), TEN, 1),
    taken("time-transparent", invitation(*AT_TEN, "TRANSP:TRANSPARENT"), TEN, 1),
    taken("time-status-unknown", invitation(*AT_TEN, "STATUS:MAYBE"), TEN, 1),
    taken("time-status-tentative", invitation(*AT_TEN, "STATUS:TENTATIVE"), TEN, 1),
]
