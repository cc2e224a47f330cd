"""How the lines of a file are put together: marks, line ends, folding, what stands before and after."""

from tests.corpus.calendars.made import (
    AT_TEN,
    INVITED,
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
_PLAIN = calendar(*event(*AT_TEN))
_LONG = "DESCRIPTION:" + "word " * 60


def _wrapped(line: str, width: int, lead: str) -> tuple[str, ...]:
    parts = [line[n : n + width] for n in range(0, len(line), width)]
    return (parts[0], *(f"{lead}{part}" for part in parts[1:]))


def _swapped(old: str, *new: str) -> bytes:
    lines: list[str] = []
    for line in _PLAIN:
        lines += new if line == old else [line]
    return folded(*lines)


CASES = [
    taken("framing-plain", folded(*_PLAIN), TEN, 1),
    taken("framing-bom", b"\xef\xbb\xbf" + folded(*_PLAIN), TEN, 1),
    taken("framing-bom-read-as-latin", "ï»¿".encode() + folded(*_PLAIN), TEN, 1),
    taken("framing-utf-16-le", b"\xff\xfe" + folded(*_PLAIN).decode().encode("utf-16-le"), TEN, 1),
    taken("framing-utf-16-be", b"\xfe\xff" + folded(*_PLAIN).decode().encode("utf-16-be"), TEN, 1),
    taken("framing-latin-1", invitation(*AT_TEN, "LOCATION:Büro").decode().encode("latin-1"), TEN, 1),
    taken("framing-windows-1252", invitation(*AT_TEN, "LOCATION:“Café” – 5 €").decode().encode("cp1252"), TEN, 1),
    taken(
        "framing-half-a-character", invitation(*AT_TEN, "LOCATION:x").replace(b"LOCATION:x", b"LOCATION:\xc3"), TEN, 1
    ),
    taken("framing-unix-line-ends", folded(*_PLAIN, end="\n"), TEN, 1),
    taken("framing-old-mac-line-ends", folded(*_PLAIN, end="\r"), TEN, 1),
    taken("framing-mixed-line-ends", folded(*_PLAIN[:5]) + folded(*_PLAIN[5:], end="\n"), TEN, 1),
    taken("framing-doubled-carriage-returns", folded(*_PLAIN, end="\r\r\n"), TEN, 1),
    taken("framing-no-last-line-end", folded(*_PLAIN).rstrip(), TEN, 1),
    taken("framing-empty-lines-between", folded(*(line for one in _PLAIN for line in (one, ""))), TEN, 1),
    taken("framing-spaces-after-lines", folded(*(f"{line}  " for line in _PLAIN)), TEN, 1),
    taken("framing-folded-by-space", invitation(*AT_TEN, *_wrapped(_LONG, 70, " ")), TEN, 1),
    taken("framing-folded-by-tab", invitation(*AT_TEN, *_wrapped(_LONG, 70, "\t")), TEN, 1),
    taken("framing-folded-inside-a-name", invitation("DTST", " ART:20261124T090000Z", AT_TEN[1]), TEN, 1),
    taken("framing-folded-every-character", folded(*(p for line in _PLAIN for p in _wrapped(line, 1, " "))), TEN, 1),
    taken(
        "framing-folded-inside-a-character",
        invitation(*AT_TEN, "SUMMARY:x").replace(b"SUMMARY:x", b"COMMENT:caf\xc3\r\n \xa9"),
        TEN,
        1,
    ),
    taken("framing-not-folded-at-all", invitation(*AT_TEN, "DESCRIPTION:" + "x" * 5000), TEN, 1),
    taken("framing-fold-without-space", invitation(*AT_TEN, "DESCRIPTION:see you", "there, gladly"), TEN, 1),
    taken("framing-raw-newlines-in-text", invitation(*AT_TEN, "DESCRIPTION:one", "two", "three four"), TEN, 1),
    taken(
        "framing-text-that-looks-like-a-property", invitation(*AT_TEN, "DESCRIPTION:one", "Note: bring cake"), TEN, 1
    ),
    taken("framing-first-line-is-continuation", b" stray\r\n" + folded(*_PLAIN), TEN, 1),
    taken("framing-words-before", b"Dear all,\r\nsee below.\r\n\r\n" + folded(*_PLAIN), TEN, 1),
    taken("framing-words-after", folded(*_PLAIN) + b"\r\n-- \r\nSent from my phone\r\n", TEN, 1),
    taken("framing-no-end-of-calendar", folded(*_PLAIN[:-1]), TEN, 1),
    taken("framing-no-ends-at-all", folded(*_PLAIN[:-2]), TEN, 1),
    taken("framing-ends-in-wrong-order", folded(*_PLAIN[:-2], "END:VCALENDAR", "END:VEVENT"), TEN, 1),
    taken("framing-stray-end", _swapped("SUMMARY:Talk", "SUMMARY:Talk", "END:VALARM"), TEN, 1),
    taken("framing-lower-case-names", folded(*_PLAIN).lower(), TEN, 1),
    refused("framing-event-without-calendar", folded("METHOD:REQUEST", *event(*AT_TEN)), "what it is for"),
    taken("framing-two-calendars", folded(*_PLAIN, *_PLAIN), TEN, 1),
    taken("framing-calendar-in-calendar", folded("BEGIN:VCALENDAR", *_PLAIN, "END:VCALENDAR"), TEN, 1),
    taken("framing-empty-calendar-first", folded("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR", *_PLAIN), TEN, 1),
    taken(
        "framing-no-version-no-prodid",
        folded("BEGIN:VCALENDAR", "METHOD:REQUEST", *event(*AT_TEN), "END:VCALENDAR"),
        TEN,
        1,
    ),
    taken("framing-version-1", _swapped("VERSION:2.0", "VERSION:1.0"), TEN, 1),
    taken("framing-method-last", folded(*calendar(*event(*AT_TEN), "METHOD:REQUEST", method="")), TEN, 1),
    taken("framing-method-lower-case", _swapped("METHOD:REQUEST", "METHOD:request"), TEN, 1),
    taken("framing-doubled-method", _swapped("METHOD:REQUEST", "METHOD:REQUEST", "METHOD:CANCEL"), TEN, 1),
    taken(
        "framing-x-properties",
        invitation(*AT_TEN, "X-A;X-B=c:d", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-:", "x:y"),
        TEN,
        1,
    ),
    taken("framing-properties-without-value", invitation(*AT_TEN, "LOCATION:", "DESCRIPTION:", "CLASS:"), TEN, 1),
    taken("framing-parameter-without-value", invitation(*AT_TEN, "LOCATION;LANGUAGE:Room"), TEN, 1),
    taken(
        "framing-parameter-with-quotes", invitation(*AT_TEN, 'LOCATION;ALTREP="http://x.example/?a=1;b:2":Room'), TEN, 1
    ),
    taken("framing-unclosed-quote", invitation(*AT_TEN, 'LOCATION;LANGUAGE="en:Room'), TEN, 1),
    taken("framing-nul-bytes", invitation(*AT_TEN, "LOCATION:a\x00b"), TEN, 1),
    taken("framing-control-characters", invitation(*AT_TEN, "LOCATION:a\x0bb\x1bc\x7f"), TEN, 1),
    taken("framing-line-separators", invitation(*AT_TEN, "LOCATION:a\u2028b\x85c"), TEN, 1),
    taken("framing-emoji-and-right-to-left", invitation(*AT_TEN, "LOCATION:🏢 \u202eמקום\u202c 部屋"), TEN, 1),
    taken("framing-escapes", invitation(*AT_TEN, r"LOCATION:a\, b\; c\\ d\n e\N f\x g\\"), TEN, 1),
    taken("framing-unescaped-commas", invitation(*AT_TEN, "LOCATION:Room 1, left; then right"), TEN, 1),
    taken(
        "framing-html-description", invitation(*AT_TEN, "DESCRIPTION:<html><body><b>Hi</b>: all</body></html>"), TEN, 1
    ),
    taken("framing-long-title", invitation(*AT_TEN).replace(b"SUMMARY:Talk", b"SUMMARY:" + b"t" * 20_000), TEN, 1),
    taken("framing-long-description", invitation(*AT_TEN, "DESCRIPTION:" + "d" * 30_000), TEN, 1),
    taken(
        "framing-inline-attachment",
        invitation(*AT_TEN, "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 10_000),
        TEN,
        1,
    ),
    taken("framing-doubled-uid", invitation(*AT_TEN, "UID:u-2"), TEN, 1),
    taken("framing-doubled-start", invitation(*AT_TEN, "DTSTART:20261125T090000Z"), TEN, 1),
    taken(
        "framing-alarm-inside",
        invitation(*AT_TEN, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"),
        TEN,
        1,
    ),
    taken(
        "framing-alarm-nonsense",
        invitation(*AT_TEN, "BEGIN:VALARM", "TRIGGER:whenever", "REPEAT:-1", "END:VALARM"),
        TEN,
        1,
    ),
    taken("framing-alarm-unclosed", invitation(*AT_TEN, "BEGIN:VALARM", "TRIGGER;VALUE=DURATION:P"), TEN, 1),
    taken("framing-unknown-component", invitation(*AT_TEN, "BEGIN:X-THING", "X-A:b", "END:X-THING"), TEN, 1),
    taken("framing-comment-lines", invitation(*AT_TEN, "# made by hand", "; no comment"), TEN, 1),
    taken("framing-thousand-properties", invitation(*AT_TEN, *(f"X-P-{n}:{n}" for n in range(1000))), TEN, 1),
    unreadable("framing-empty", b""),
    unreadable("framing-only-blank", b"\r\n \r\n"),
    unreadable("framing-words-only", b"See you tomorrow at ten!\r\n"),
    unreadable("framing-html-page", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
    unreadable("framing-json", b'["vcalendar", [], []]'),
    unreadable("framing-binary", bytes(range(256)) * 20),
    unreadable("framing-vcard", folded("BEGIN:VCARD", "VERSION:3.0", "FN:Carla", "END:VCARD")),
    unreadable("framing-empty-calendar", folded("BEGIN:VCALENDAR", "METHOD:REQUEST", "END:VCALENDAR"), "no event"),
    unreadable("framing-thousands-of-parts", folded(*calendar(*(("BEGIN:VEVENT", "END:VEVENT") * 3000))), "too many"),
    unreadable("framing-deep-nesting", folded("BEGIN:VCALENDAR", *("BEGIN:X-A",) * 500), "too many"),
    unreadable("framing-too-long", invitation(*AT_TEN, "DESCRIPTION:" + "x" * 1_100_000), "too long"),
    unreadable("framing-too-many-lines", invitation(*AT_TEN, *("X-A:b",) * 25_000), "too long"),
    unreadable("framing-begins-only", folded("BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VALARM"), "UID"),
    unreadable("framing-times-in-the-calendar", folded(*calendar(*STANDARD, INVITED, *AT_TEN)), "no event"),
]
