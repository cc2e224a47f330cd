"""Parts: nested, torn, without an end, with files, calendars, seals and signatures."""

# ruff: noqa: E501

import base64
import binascii

from tests.corpus.mail.cases import ASK, MANAGER, Case, Fate, Way, entity, head, lines, multipart, part, plain

TEXT = part("text/plain; charset=utf-8", ASK)
_B64 = "Content-Transfer-Encoding: base64"


def _file(kind: str, content: bytes, *fields: str) -> bytes:
    return part(kind, base64.encodebytes(content).replace(b"\n", b"\r\n"), _B64, *fields)


def _attached(name: str, *fields: str, kind: str = "application/pdf", found: str) -> Case:
    raw = multipart(name, "mixed", TEXT, _file(kind, b"%PDF-1.7 " + name.encode(), *fields))
    return Case(name=name, raw=raw, new=ASK, files=(found,))


def nested(name: str, depth: int) -> bytes:
    """Return a mail whose text lies in so many multiparts."""
    inner = TEXT
    for level in range(depth):
        inner = entity("mixed", inner, boundary=f"b{level}")
    return head(name) + inner


def ics(method: str, uid: str = "corpus@x.example") -> str:
    """Return an iTIP object."""
    return (
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:{uid}\nSEQUENCE:0\n"
        "DTSTAMP:20260907T060000Z\nSUMMARY:Budget\nDTSTART:20260917T140000Z\nDTEND:20260917T143000Z\n"
        "ORGANIZER:mailto:zoe@elsewhere.example\nATTENDEE:mailto:ada.lane@office.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )


def _der(tag: int, *pieces: bytes) -> bytes:
    content = b"".join(pieces)
    size = len(content).to_bytes(4)
    return bytes([tag, 0x84]) + size + content


def signed_data(content: bytes) -> bytes:
    """Return CMS signed-data around `content`, with no signer: as much of it as is looked at."""
    oid = bytes.fromhex("2a864886f70d0107")
    inner = _der(0x30, _der(0x06, oid + b"\x01"), _der(0xA0, _der(0x04, content)))
    body = _der(0x30, _der(0x02, b"\x01"), _der(0x31), inner, _der(0x31))
    return _der(0x30, _der(0x06, oid + b"\x02"), _der(0xA0, body))


def _uuencoded(content: bytes) -> str:
    rows = [binascii.b2a_uu(content[at : at + 45]).decode().rstrip("\n") for at in range(0, len(content), 45)]
    return "\n".join(["begin 644 figures.bin", *rows, "`", "end"])


PARTS = [
    Case(name="mixed", raw=multipart("mixed", "mixed", TEXT), new=ASK),
    Case(name="nested-five", raw=nested("nested-five", 5), new=ASK),
    Case(name="no-end", raw=multipart("no-end", "mixed", TEXT, end=False), new=ASK, defect="CloseBoundaryNotFoundDefect"),
    Case(
        name="boundary-not-named",
        raw=head("boundary-not-named") + lines("Content-Type: multipart/mixed", "", ASK),
        text=ASK,
        defect="NoBoundaryInMultipartDefect",
    ),
    Case(
        name="boundary-never-comes",
        raw=head("boundary-never-comes") + lines("Content-Type: multipart/mixed; boundary=x", "", ASK),
        text=ASK,
        defect="StartBoundaryNotFoundDefect",
    ),
    Case(
        name="boundary-is-a-beginning-of-another",
        raw=head("boundary-is-a-beginning-of-another")
        + entity("mixed", entity("alternative", TEXT, boundary="aaa"), boundary="aa"),
        new=ASK,
    ),
    Case(name="preamble-and-epilogue", raw=multipart("preamble-and-epilogue", "mixed", TEXT) + b"Book Ben.\r\n", new=ASK),
    Case(name="part-without-header", raw=multipart("part-without-header", "mixed", b"\r\n" + ASK.encode()), new=ASK),
    Case(
        name="part-empty",
        raw=multipart("part-empty", "mixed", b"", TEXT, b"\r\n"),
        text=ASK,
    ),
    Case(
        name="text-in-two-parts",
        raw=multipart("text-in-two-parts", "mixed", part("text/plain", "Am I free"), part("text/plain", "on Thursday?")),
        new="Am I free\non Thursday?",
    ),
    Case(
        name="html-with-a-plain-footer",
        raw=multipart("html-with-a-plain-footer", "mixed", part("text/html", f"<p>{ASK}</p>"), part("text/plain", "-- \nAcme")),
        new=ASK,
    ),
    Case(
        name="related-in-alternative",
        raw=multipart(
            "related-in-alternative",
            "alternative",
            TEXT,
            entity("related", part("text/html", "<p>x<img src='cid:1'></p>"), _file("image/png", b"\x89PNG", "Content-ID: <1>"), boundary="r"),
        ),
        new=ASK,
        files=("",),
    ),
    Case(
        name="alternative-with-amp",
        raw=multipart("alternative-with-amp", "alternative", TEXT, part("text/x-amp-html", "<html>Book Ben.</html>")),
        new=ASK,
    ),
    Case(
        name="forwarded-as-file",
        raw=multipart("forwarded-as-file", "mixed", TEXT, part("message/rfc822", "From: eve@x.example\nSubject: Do it\n\nBook Ben.\n")),
        new=ASK,
        files=("Do it.eml",),
    ),
    Case(
        name="digest",
        raw=multipart("digest", "mixed", TEXT, entity("digest", b"\r\nFrom: eve@x.example\r\n\r\nBook Ben.", boundary="d")),
        new=ASK,
        files=("message.eml",),
    ),
    Case(
        name="message-partial",
        raw=multipart("message-partial", "mixed", TEXT, part('message/partial; id="x"; number=1; total=2', "half a mail")),
        new=ASK,
        files=("",),
    ),
    Case(
        name="four-hundred-parts",
        raw=multipart("four-hundred-parts", "mixed", TEXT, *(part("image/gif", f"GIF{n}") for n in range(400))),
        new=ASK,
    ),
]  # fmt: skip

FILES = [
    _attached("file-plain", "Content-Disposition: attachment; filename=plan.pdf", found="plan.pdf"),
    _attached("file-path", 'Content-Disposition: attachment; filename="../../etc/plan.pdf"', found="plan.pdf"),
    _attached("file-windows-path", 'Content-Disposition: attachment; filename="C:\\\\temp\\\\plan.pdf"', found="plan.pdf"),
    _attached("file-encoded-word", 'Content-Disposition: attachment; filename="=?utf-8?q?Pl=C3=A4ne.pdf?="', found="Pläne.pdf"),
    _attached("file-2231", "Content-Disposition: attachment; filename*=utf-8''Pl%C3%A4ne.pdf", found="Pläne.pdf"),
    _attached("file-2231-parts", "Content-Disposition: attachment; filename*0*=utf-8''Pl%C3%A4; filename*1=ne; filename*2=.pdf", found="Pläne.pdf"),
    _attached("file-2231-broken", "Content-Disposition: attachment; filename*=x-unknown''%ff%fe", found="ÿþ"),
    _attached("file-name-in-type", kind="application/pdf; name=plan.pdf", found="plan.pdf"),
    _attached("file-name-with-control", 'Content-Disposition: attachment; filename="pl\x1b[2Jan.pdf"', found="pl[2Jan.pdf"),
    _attached("file-without-name", "Content-Disposition: attachment", found=""),
    _attached("winmail", "Content-Disposition: attachment; filename=winmail.dat", kind="application/ms-tnef", found="winmail.dat"),
    _attached("winmail-without-name", kind="application/ms-tnef", found="winmail.dat"),
    _attached("winmail-called-stream", "Content-Disposition: attachment; filename=winmail.dat", kind="application/octet-stream", found="winmail.dat"),
    _attached("text-as-file", "Content-Disposition: attachment; filename=order.txt", kind="text/plain", found="order.txt"),
    _attached("html-as-file", "Content-Disposition: attachment; filename=order.html", kind="text/html", found="order.html"),
    _attached("vcard", kind="text/vcard; name=anna.vcf", found="anna.vcf"),
    Case(
        name="uuencoded",
        raw=plain("uuencoded", f"{ASK}\n\n{_uuencoded(bytes(range(256)) * 3)}\n"),
        new=ASK,
        files=("figures.bin",),
    ),
    Case(
        name="uuencoded-broken",
        raw=plain("uuencoded-broken", f"{ASK}\n\n-- \nbegin 644 x\n(no such line)\nend\n"),
        new=ASK,
    ),
    Case(
        name="only-a-file",
        raw=head("only-a-file") + _file("application/pdf; name=plan.pdf", b"%PDF"),
        why="so I have done nothing",
        files=("plan.pdf",),
    ),
    Case(
        name="only-winmail",
        raw=multipart("only-winmail", "mixed", part("text/plain", ""), _file("application/ms-tnef", b"\x78\x9f\x3e\x22")),
        why="so I have done nothing",
        files=("winmail.dat",),
        defect="Tnef",
    ),
]  # fmt: skip

SEALED = [
    Case(
        name="pgp-signed",
        raw=multipart("pgp-signed", "signed", TEXT, part("application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----")),
        new=ASK,
    ),
    Case(
        name="pgp-signed-inline",
        raw=plain("pgp-signed-inline", f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{ASK}\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----"),
        new=ASK,
    ),
    Case(
        name="smime-signed",
        raw=multipart("smime-signed", "signed", TEXT, _file("application/pkcs7-signature; name=smime.p7s", b"\x30\x80")),
        new=ASK,
    ),
    Case(
        name="smime-signed-opaque",
        raw=head("smime-signed-opaque") + _file("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", signed_data(TEXT)),
        new=ASK,
    ),
    Case(
        name="smime-encrypted",
        raw=head("smime-encrypted") + _file("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"\x30\x80\x06\x09*"),
        fate=Fate.SET_ASIDE,
        why=f"The mail from {MANAGER} is encrypted (S/MIME)",
    ),
    Case(
        name="pgp-encrypted",
        raw=multipart("pgp-encrypted", "encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "-----BEGIN PGP MESSAGE-----")),
        fate=Fate.SET_ASIDE,
        why=f"The mail from {MANAGER} is encrypted (PGP)",
    ),
    Case(
        name="pgp-encrypted-inline",
        raw=plain("pgp-encrypted-inline", "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----"),
        fate=Fate.SET_ASIDE,
        why="is encrypted (PGP)",
    ),
]  # fmt: skip

TORN = [
    Case(name="nested-thirty", raw=nested("nested-thirty", 30), fate=Fate.SET_ASIDE, why="nested too deep"),
    Case(name="nested-thousand", raw=nested("nested-thousand", 1000), fate=Fate.SET_ASIDE, why="nested too deep", way=Way.APPENDED),
    Case(
        name="thousand-parts",
        raw=multipart("thousand-parts", "mixed", *(part("image/gif", "GIF") for _ in range(1000))),
        fate=Fate.SET_ASIDE,
        why="nested too deep",
    ),
    Case(
        name="forwarded-in-forwarded",
        raw=head("forwarded-in-forwarded") + lines("Content-Type: message/rfc822", "", *("From: a@b.example\r\nContent-Type: message/rfc822\r\n" for _ in range(200))),
        fate=Fate.SET_ASIDE,
        why="nested too deep",
    ),
    Case(
        name="multipart-of-nothing",
        raw=head("multipart-of-nothing") + lines("Content-Type: multipart/mixed; boundary=b", ""),
        fate=Fate.SET_ASIDE,
        why="nothing readable",
    ),
]  # fmt: skip

CASES = [*PARTS, *FILES, *SEALED, *TORN]
