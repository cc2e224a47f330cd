"""Charsets and transfer encodings that are unknown, wrong or lying; texts of one part."""

import base64
import codecs
import quopri

from tests.corpus.mail.cases import ASK, Case, Fate, plain


def _coded(name: str, declared: str, signature: bytes, found: str, encoding: str = "8bit", defect: str = "") -> Case:
    body = f"{ASK}\r\n\r\n-- \r\n".encode() + signature
    if encoding == "base64":
        body = base64.encodebytes(body).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body).replace(b"\n", b"\r\n")
    kind = f"Content-Type: text/plain; charset={declared}" if declared else "Content-Type: text/plain"
    raw = plain(name, body, kind, f"Content-Transfer-Encoding: {encoding}")
    return Case(name=name, raw=raw, new=ASK, text=found, defect=defect)


def _whole(name: str, codec: str, declared: str) -> Case:
    """Return a case in a charset of which not even the letters of ASCII are bytes."""
    body = base64.encodebytes(f"{ASK}\r\n\r\n-- \r\nZoë".encode(codec)).replace(b"\n", b"\r\n")
    fields = (f"Content-Type: text/plain; charset={declared}", "Content-Transfer-Encoding: base64")
    return Case(name=name, raw=plain(name, body, *fields), new=ASK, text="Zoë")


CHARSETS = [
    _coded("utf8", "utf-8", "Zoë Größe".encode(), "Zoë Größe"),
    _coded("utf8-quoted", '"UTF-8"', "Zoë Größe".encode(), "Zoë Größe", "quoted-printable"),
    _coded("utf8-base64", "UTF-8", "Zoë Größe".encode(), "Zoë Größe", "base64"),
    _coded("ascii-that-is-utf8", "us-ascii", "Zoë".encode(), "Zoë", defect="CharsetUnknownOrWrong"),
    _coded("ascii-that-is-latin1", "us-ascii", "Zoë".encode("latin-1"), "Zoë", defect="CharsetUnknownOrWrong"),
    _coded("latin1", "iso-8859-1", "Zoë".encode("latin-1"), "Zoë", "quoted-printable"),
    _coded("latin1-that-is-windows", "iso-8859-1", "“Zoë” €5".encode("cp1252"), "“Zoë” €5", "quoted-printable"),
    _coded("latin1-that-is-utf8", "iso-8859-1", "Zoë Größe".encode(), "Zoë Größe", defect="CharsetUnknownOrWrong"),
    _coded("utf8-that-is-latin1", "utf-8", "Zoë Größe".encode("latin-1"), "Zoë Größe", defect="CharsetUnknownOrWrong"),
    _coded("utf8-cut-in-a-letter", "utf-8", "Zoë and many more words of Größe".encode()[:-1] + b"\xc3", "Zoë and many"),
    _coded("no-charset-8bit", "", "Zoë".encode(), "Zoë"),
    _coded("x-unknown", "x-unknown", "Zoë".encode(), "Zoë", defect="CharsetUnknownOrWrong"),
    _coded("unknown-8bit", "unknown-8bit", "Zoë".encode("latin-1"), "Zoë", defect="CharsetUnknownOrWrong"),
    _coded("charset-is-no-charset", "rot13", b"Zoe", "Zoe", defect="CharsetUnknownOrWrong"),
    _coded("charset-of-python", "unicode_escape", b"Zoe \\u0041", "\\u0041", defect="CharsetUnknownOrWrong"),
    _coded("charset-empty", '""', "Zoë".encode(), "Zoë"),
    _coded("charset-is-8-bit-itself", "\x80\xff", b"Zoe", "Zoe"),
    _coded("koi8", "koi8-r", "Зоя".encode("koi8-r"), "Зоя", "base64"),
    _coded("iso-2022-jp", "iso-2022-jp", "ゾエ".encode("iso-2022-jp"), "ゾエ", "7bit"),
    _coded("shift-jis", "x-sjis", "ゾエ".encode("cp932"), "ゾエ"),
    _coded("gb2312-that-is-more", "gb2312", "卓伊 €".encode("gb18030"), "卓伊 €"),
    _coded("korean", "ks_c_5601-1987", "조이".encode("cp949"), "조이", "base64"),
    _coded("windows-1252", "windows-1252", "“Zoë”".encode("cp1252"), "“Zoë”"),
    _coded("mac-roman", "x-mac-roman", "Zoë".encode("mac-roman"), "Zoë"),
    _coded("utf8-with-bom", "utf-8", codecs.BOM_UTF8 + b"Zoe", "Zoe"),
    _whole("utf-7", "utf-7", "utf-7"),
    _whole("utf-16", "utf-16", "utf-16"),
    _whole("utf-16-le", "utf-16-le", "utf-16le"),
    _whole("utf-32", "utf-32", "utf-32"),
]

_B64 = base64.b64encode(ASK.encode()).decode()
_FLOWED = "Am I \nfree \non Thursday?\n\n-- \nAnna"

ENCODINGS = [
    Case(
        name="base64-without-padding",
        raw=plain("base64-without-padding", _B64.rstrip("="), _c := "Content-Transfer-Encoding: base64"),
        new=ASK,
    ),
    Case(
        name="base64-with-rubbish",
        raw=plain("base64-with-rubbish", "!!" + _B64[:8] + "\n@@ \t" + _B64[8:], _c),
        new=ASK,
    ),
    Case(
        name="base64-in-one-line",
        raw=plain("base64-in-one-line", base64.b64encode((ASK + "\n\n-- \n" + "x" * 5000).encode()), _c),
        new=ASK,
    ),
    Case(name="base64-that-is-plain", raw=plain("base64-that-is-plain", ASK, _c), new=ASK, defect="NotBase64"),
    Case(
        name="quoted-soft-breaks",
        raw=plain("quoted-soft-breaks", "Am I fr=\nee on Thu=72sday=3F", "Content-Transfer-Encoding: quoted-printable"),
        new=ASK,
    ),
    Case(
        name="quoted-broken",
        raw=plain("quoted-broken", ASK + "\n\n-- \n50 =XX =ZZ = end=", "Content-Transfer-Encoding: quoted-printable"),
        new=ASK,
    ),
    Case(name="encoding-unknown", raw=plain("encoding-unknown", ASK, "Content-Transfer-Encoding: x-odd"), new=ASK),
    Case(
        name="encoding-upper-case",
        raw=plain("encoding-upper-case", _B64, "Content-Transfer-Encoding:  BASE64 "),
        new=ASK,
    ),
    Case(
        name="encoding-7bit-that-is-8bit",
        raw=plain("encoding-7bit-that-is-8bit", f"{ASK}\n\n-- \nZoë", "Content-Transfer-Encoding: 7bit"),
        new=ASK,
        text="Zoë",
    ),
    Case(
        name="flowed", raw=plain("flowed", _FLOWED, "Content-Type: text/plain; charset=utf-8; format=flowed"), new=ASK
    ),
    Case(
        name="flowed-delsp",
        raw=plain("flowed-delsp", "Am I fr \nee on Thurs \nday?", "Content-Type: text/plain; format=flowed; delsp=yes"),
        new=ASK,
    ),
    Case(
        name="flowed-quotes",
        raw=plain("flowed-quotes", "> Which \n> day?\n\n" + ASK, "Content-Type: text/plain; format=flowed"),
        new=ASK,
    ),
    Case(name="text-without-subtype", raw=plain("text-without-subtype", ASK, "Content-Type: text"), new=ASK),
    Case(name="type-is-rubbish", raw=plain("type-is-rubbish", ASK, "Content-Type: ;;;="), new=ASK),
    Case(
        name="type-doubled",
        raw=plain("type-doubled", ASK, "Content-Type: text/plain", "Content-Type: text/html"),
        new=ASK,
    ),
    Case(name="markdown", raw=plain("markdown", ASK, "Content-Type: text/markdown; charset=utf-8"), new=ASK),
    Case(name="enriched", raw=plain("enriched", f"<bold>{ASK}</bold>", "Content-Type: text/enriched"), new=ASK),
    Case(name="nul-in-text", raw=plain("nul-in-text", b"Am I fr\x00ee on Thursday?"), new=ASK, defect="NulInText"),
    Case(
        name="bare-line-feeds",
        raw=plain("bare-line-feeds", b"> Which day?\n\n" + ASK.encode() + b"\n\n-- \nAnna"),
        new=ASK,
    ),
    Case(
        name="bare-carriage-returns",
        raw=plain("bare-carriage-returns", b"> Which day?\r\r" + ASK.encode() + b"\r\r-- \rAnna"),
        new=ASK,
    ),
    Case(name="invisible-letters", raw=plain("invisible-letters", "Am\u200b I fr\u00adee on Thursday?\ufeff"), new=ASK),
    Case(name="dots-at-line-begin", raw=plain("dots-at-line-begin", f"{ASK}\n\n-- \n.\n..\n.Anna"), new=ASK),
    Case(name="from-at-line-begin", raw=plain("from-at-line-begin", f"{ASK}\n\n-- \n>From Anna"), new=ASK),
    Case(name="form-feed", raw=plain("form-feed", f"\f{ASK}\f"), new=ASK),
]

EMPTY = [
    Case(name="empty-body", raw=plain("empty-body", ""), why="so I have done nothing"),
    Case(name="blank-body", raw=plain("blank-body", "\n\n   \n\t\n"), why="so I have done nothing"),
    Case(name="only-a-signature", raw=plain("only-a-signature", "-- \nAnna Berg"), why="so I have done nothing"),
    Case(name="only-quoted", raw=plain("only-quoted", "> Which day?\n> Monday?"), why="so I have done nothing"),
]

UNDECODABLE = [
    Case(
        name="bytes-that-are-no-text",
        raw=plain("bytes-that-are-no-text", bytes(range(128, 256)) * 4 + b"\x01\x02\x03\x04" * 40),
        fate=Fate.SET_ASIDE,
        why="cannot be decoded",
    ),
    Case(
        name="binary-called-text",
        raw=plain("binary-called-text", base64.encodebytes(bytes(range(32)) * 60), _c),
        fate=Fate.SET_ASIDE,
        why="cannot be decoded",
    ),
]

CASES = [*CHARSETS, *ENCODINGS, *EMPTY, *UNDECODABLE]
