"""Header fields that are missing, doubled, folded, encoded wrongly, or say what is not so."""

from tests.corpus.mail.cases import ASK, ASSISTANT, MANAGER, Case, Fate, Way, lines, marker, plain

ANNA = f"From: Anna Berg <{MANAGER}>"
TO = f"To: {ASSISTANT}"
DATE = "Date: Mon, 7 Sep 2026 08:00:00 +0200"


def _fields(name: str, *fields: str | bytes, body: str | bytes = ASK) -> bytes:
    """Return a mail with these fields and no others but the mark."""
    return lines(*fields, b"X-Corpus: " + marker(name)) + b"\r\n" + lines(body)


def _id(name: str) -> str:
    return f"Message-ID: <{name}@corpus.example>"


def _subject(name: str, field: str | bytes, found: str) -> Case:
    return Case(name=name, raw=_fields(name, ANNA, TO, _id(name), DATE, field), new=ASK, subject=found)


SUBJECTS = [
    _subject("subject-utf8-q", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    _subject("subject-letter-cut-in-two", "Subject: =?utf-8?b?R3L?=\r\n =?utf-8?b?w7zDn2U=?=", "Grüße"),
    _subject("subject-in-quotes", 'Subject: "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" again', '"Grüße" again'),
    _subject("subject-with-spaces-inside", "Subject: =?utf-8?Q?Hello World?=", "Hello World"),
    _subject("subject-bad-padding", "Subject: =?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
    _subject("subject-unknown-charset", "Subject: =?x-unknown?q?Zo=C3=AB?=", "Zoë"),
    _subject("subject-wrong-charset", "Subject: =?us-ascii?q?Zo=C3=AB?=", "Zoë"),
    _subject("subject-with-language", "Subject: =?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    _subject("subject-broken-word", "Subject: =?utf-8?q?broken", "=?utf-8?q?broken"),
    _subject("subject-8bit-utf8", "Subject: Grüße".encode(), "Grüße"),
    _subject("subject-8bit-latin1", "Subject: Grüße".encode("latin-1"), "Grüße"),
    _subject("subject-utf-7", "Subject: =?utf-7?q?Gr+APwA3w-e?=", "Grüße"),
    _subject("subject-folded", "Subject: a very\r\n long\r\n\tsubject", "a very long subject"),
    _subject("subject-of-tabs", "Subject:\tCase\twith\ttabs", "Case with tabs"),
    _subject("subject-missing", "X-Other: 1", ""),
    _subject("subject-empty", "Subject:", ""),
    _subject("subject-very-long", "Subject: " + "long " * 1500, ("long " * 1500)[:998].strip()),
]

PEOPLE = [
    Case(name="from-bare", raw=_fields("from-bare", f"From: {MANAGER}", TO, _id("from-bare")), new=ASK),
    Case(
        name="from-upper-case",
        raw=_fields("from-upper-case", f"FROM: {MANAGER.upper()}", TO, _id("from-upper-case")),
        new=ASK,
    ),
    Case(
        name="from-name-is-another-address",
        raw=_fields(
            "from-name-is-another-address",
            f'From: "ben@x.example" <{MANAGER}>',
            TO,
            _id("from-name-is-another-address"),
        ),
        new=ASK,
    ),
    Case(
        name="from-encoded-name",
        raw=_fields("from-encoded-name", f"From: =?utf-8?q?Anna_B=C3=A9rg?= <{MANAGER}>", TO, _id("from-encoded-name")),
        new=ASK,
    ),
    Case(
        name="from-with-comment",
        raw=_fields("from-with-comment", f"From: {MANAGER} (Anna (the boss) Berg)", TO, _id("from-with-comment")),
        new=ASK,
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
    ),
    Case(
        name="from-twice",
        raw=_fields("from-twice", ANNA, "From: Ben <ben@x.example>", TO, _id("from-twice")),
        new=ASK,
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        defect="Doubled-From",
    ),
    Case(
        name="from-two-people",
        raw=_fields(
            "from-two-people", f"From: {MANAGER}, ben@x.example", "Sender: ben@x.example", TO, _id("from-two-people")
        ),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="from-unquoted-name",
        raw=_fields(
            "from-unquoted-name", "From: Weber, Jonas (Sales) jonas@elsewhere.example", TO, _id("from-unquoted-name")
        ),
        way=Way.OUTSIDE,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="from-8bit-name",
        raw=_fields("from-8bit-name", "From: Zoë <zoe@elsewhere.example>".encode("latin-1"), TO, _id("from-8bit-name")),
        way=Way.OUTSIDE,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="only-a-sender",
        raw=_fields("only-a-sender", "Sender: jonas@elsewhere.example", TO, _id("only-a-sender")),
        way=Way.OUTSIDE,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="claims-to-be-the-manager",
        raw=_fields(
            "claims-to-be-the-manager",
            ANNA,
            TO,
            _id("claims-to-be-the-manager"),
            f"Authentication-Results: office.example; auth=pass smtp.auth={MANAGER} header.from={MANAGER}",
            f"Authentication-Results: office.example; auth=pass smtp.auth={MANAGER}",
        ),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="five-thousand-recipients",
        raw=_fields(
            "five-thousand-recipients",
            ANNA,
            "To: " + ",\r\n ".join(f"person{n}@x.example" for n in range(5000)),
            _id("five-thousand-recipients"),
        ),
        new=ASK,
    ),
    Case(name="to-nobody", raw=_fields("to-nobody", ANNA, "To: undisclosed-recipients:;", _id("to-nobody")), new=ASK),
    Case(name="to-missing", raw=_fields("to-missing", ANNA, _id("to-missing")), new=ASK),
    Case(name="to-rubbish", raw=_fields("to-rubbish", ANNA, "To: <<>>,,;@ <", _id("to-rubbish")), new=ASK),
]

FIELDS = [
    Case(name="date-missing", raw=_fields("date-missing", ANNA, TO, _id("date-missing")), new=ASK),
    Case(
        name="date-rubbish",
        raw=_fields("date-rubbish", ANNA, TO, _id("date-rubbish"), "Date: yesterday, I think"),
        new=ASK,
    ),
    Case(
        name="date-far-away",
        raw=_fields("date-far-away", ANNA, TO, _id("date-far-away"), "Date: Fri, 31 Dec 9999 23:59:59 -1200"),
        new=ASK,
    ),
    Case(
        name="date-twice",
        raw=_fields("date-twice", ANNA, TO, _id("date-twice"), DATE, DATE),
        new=ASK,
        defect="Doubled-Date",
    ),
    Case(
        name="message-id-missing",
        raw=_fields("message-id-missing", ANNA, TO, "Subject: Case message-id-missing"),
        new=ASK,
    ),
    Case(
        name="message-id-bare",
        raw=_fields("message-id-bare", ANNA, TO, "Message-ID: message-id-bare@corpus.example"),
        new=ASK,
    ),
    Case(
        name="message-id-twice",
        raw=_fields("message-id-twice", ANNA, TO, _id("message-id-twice"), "Message-ID: <other@corpus.example>"),
        new=ASK,
        way=Way.MANAGER,
        defect="Doubled-Message-Id",
    ),
    Case(
        name="message-id-rubbish",
        raw=_fields("message-id-rubbish", ANNA, TO, "Message-ID: <<>>", "Subject: Case message-id-rubbish"),
        new=ASK,
    ),
    Case(
        name="references-of-a-thousand",
        raw=_fields(
            "references-of-a-thousand",
            ANNA,
            TO,
            _id("references-of-a-thousand"),
            "References: " + "\r\n ".join(f"<{n}@x.example>" for n in range(1000)),
        ),
        new=ASK,
    ),
    Case(
        name="in-reply-to-in-words",
        raw=_fields(
            "in-reply-to-in-words",
            ANNA,
            TO,
            _id("in-reply-to-in-words"),
            'In-Reply-To: Your message of "Mon, 7 Sep 2026"',
        ),
        new=ASK,
    ),
    Case(
        name="no-mime-version",
        raw=_fields("no-mime-version", ANNA, TO, _id("no-mime-version"), "Content-Type: text/plain; charset=utf-8"),
        new=ASK,
    ),
    Case(
        name="field-without-colon",
        raw=_fields("field-without-colon", ANNA, TO, _id("field-without-colon"), "X-Odd"),
        text=ASK,
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
    ),
    Case(
        name="field-with-8bit-name",
        raw=_fields("field-with-8bit-name", ANNA, TO, _id("field-with-8bit-name"), b"X-\xff: 1"),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        text=ASK,
    ),
    Case(
        name="begins-with-from-space",
        raw=b"From anna Mon Sep  7 08:00:00 2026\r\n"
        + _fields("begins-with-from-space", ANNA, TO, _id("begins-with-from-space")),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="begins-with-bom",
        raw=b"\xef\xbb\xbf" + _fields("begins-with-bom", TO, ANNA, _id("begins-with-bom")),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="begins-with-blank-lines",
        raw=b"\r\n\r\n" + _fields("begins-with-blank-lines", ANNA, TO, _id("begins-with-blank-lines")),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="header-of-line-feeds",
        raw=_fields("header-of-line-feeds", ANNA, TO, _id("header-of-line-feeds")).replace(b"\r\n", b"\n"),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="header-of-carriage-returns",
        raw=_fields("header-of-carriage-returns", ANNA, TO, _id("header-of-carriage-returns")).replace(b"\r\n", b"\r"),
        way=Way.APPENDED,
        fate=Fate.PASSED_ON,
        new=ASK,
    ),
    Case(
        name="two-thousand-fields",
        raw=_fields(
            "two-thousand-fields", ANNA, TO, _id("two-thousand-fields"), *(f"X-Field-{n}: value" for n in range(2000))
        ),
        new=ASK,
    ),
]

BROKEN = [
    Case(
        name="nobody-wrote-it",
        raw=plain("nobody-wrote-it", "Book Ben.", sender="nobody"),
        way=Way.OUTSIDE,
        fate=Fate.SET_ASIDE,
        why="names no sender",
    ),
    Case(
        name="from-missing",
        raw=_fields("from-missing", TO, _id("from-missing")),
        way=Way.OUTSIDE,
        fate=Fate.SET_ASIDE,
        why="names no sender",
    ),
    Case(
        name="nul-in-header",
        raw=_fields("nul-in-header", ANNA, TO, _id("nul-in-header"), b"X-Odd: a\x00b"),
        way=Way.APPENDED,
        fate=Fate.SET_ASIDE,
        why="NUL",
    ),
    Case(
        name="header-of-300-kb",
        raw=_fields(
            "header-of-300-kb", ANNA, TO, _id("header-of-300-kb"), *("X-Long: " + "a" * 900 for _ in range(340))
        ),
        way=Way.APPENDED,
        fate=Fate.SET_ASIDE,
        why="header is longer",
    ),
    Case(
        name="no-header",
        raw=b"\x01no header here, only corpus-no-header-mail and other words\r\n",
        way=Way.APPENDED,
        fate=Fate.SET_ASIDE,
        why="no header",
    ),
]

CASES = [*SUBJECTS, *PEOPLE, *FIELDS, *BROKEN]
