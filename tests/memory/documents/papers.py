"""Documents made by hand: PDF written out byte by byte, and Word files."""

import io
from collections.abc import Sequence
from typing import Any

import docx

Line = str | tuple[str, float]
"""A line of a page, and the size of its letters where that is not 11 points."""


def pdf(
    pages: Sequence[Sequence[Line]],
    outline: Sequence[tuple[str, int]] = (),
    *,
    title: str = "",
) -> bytes:
    """Return a PDF with these lines on its pages, none where a picture would be; `outline` names pages (from 0)."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    catalog, tree, font = add(b""), add(b""), add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    numbers = []
    for lines in pages:
        drawn = _drawn(lines)
        stream = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        numbers.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
                b" /Resources << /Font << /F1 %d 0 R >> >> >>" % (tree, stream, font)
            )
        )
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects[tree - 1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(numbers))
    marks = b""
    if outline:
        root = add(b"")
        entries = [add(b"") for _ in outline]
        for place, (words, page) in enumerate(outline):
            beside = b""
            if place:
                beside += b" /Prev %d 0 R" % entries[place - 1]
            if place + 1 < len(entries):
                beside += b" /Next %d 0 R" % entries[place + 1]
            objects[entries[place] - 1] = b"<< /Title (%s) /Parent %d 0 R /Dest [%d 0 R /Fit]%s >>" % (
                words.encode("latin-1"), root, numbers[page], beside,
            )  # fmt: skip
        objects[root - 1] = b"<< /First %d 0 R /Last %d 0 R /Count %d >>" % (entries[0], entries[-1], len(entries))
        marks = b" /Outlines %d 0 R" % root
    objects[catalog - 1] = b"<< /Type /Catalog /Pages %d 0 R%s >>" % (tree, marks)
    info = add(b"<< /Title (%s) >>" % title.encode("latin-1"))
    return _written(objects, catalog, info)


def _drawn(lines: Sequence[Line]) -> bytes:
    parts, height = [b"BT"], 790.0
    for line in lines:
        words, size = (line, 11.0) if isinstance(line, str) else line
        said = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("latin-1")
        parts.append(b"/F1 %.1f Tf 1 0 0 1 56 %.1f Tm (%s) Tj" % (size, height, said))
        height -= size * 1.4
    return b"\n".join([*parts, b"ET"])


def _written(objects: Sequence[bytes], catalog: int, info: int) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, catalog, info, start,
    )  # fmt: skip
    return bytes(out)


def word(*blocks: Any) -> bytes:
    """Return a Word file: ("style", "words"), a plain text, or a table as a list of rows."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
        elif isinstance(block, tuple):
            document.add_paragraph(block[1], style=block[0])
        else:
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, cells in enumerate(block):
                for column, words in enumerate(cells):
                    table.cell(row, column).text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def prose(seed: int, words: int = 90) -> str:
    """Return a paragraph that is like no other: sentences of ten words or so."""
    said = [f"{_WORDS[(seed * 7 + n * 11 + n * n) % len(_WORDS)]}{(seed * 31 + n) % 97}" for n in range(words)]
    sentences = [" ".join(said[n : n + 10]).capitalize() + "." for n in range(0, words, 10)]
    return " ".join(sentences)


_WORDS = ("travel", "hotel", "budget", "train", "leave", "office", "client", "invoice", "holiday", "report", "team")
