"""What stands below a mail: its writer's name, title, company and telephone number."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from empla.capabilities.email.reading.newtext import new_text
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.consolidation.rates import SURE

MOST_LINES: Final = 12
_QUOTED = re.compile(r"^\s*(?:>|-{2,}\s*(?:original|forwarded|begin)|_{5,}|from:\s|on .{5,120}wrote:)", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:head|director|manager|officer|president|vice president|vp|svp|evp|ceo|cfo|cto|coo|cio|cmo|cpo|engineer"
    r"|consultant|partner|assistant|lead|leader|analyst|founder|co-founder|counsel|lawyer|attorney|architect|designer"
    r"|developer|accountant|controller|buyer|purchaser|secretary|specialist|coordinator|associate|professor|researcher"
    r"|scientist|editor|producer|owner|chair(?:man|woman|person)?|treasurer|trainee|intern|administrator"
    r"|representative|executive|strategist|recruiter|supervisor|planner|adviser|advisor|geschäftsführer(?:in)?"
    r"|leiter(?:in)?)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(r"\b(?:GmbH|AG|KG|Ltd|Limited|Inc|LLC|LLP|plc|PLC|Corp|Corporation|S\.?A\.?|B\.?V\.?|SE|Co)\b\.?")
_PHONE = re.compile(
    r"(?:(?P<what>tel(?:ephone)?|phone|t|p|m|mob(?:ile)?|cell|direct|office|fon|handy|fax|f)\b\.?\s*[:.]?\s*)?"
    r"(?P<number>\+?\d[\d\s()/.-]{5,22}\d)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )*[A-ZÀ-Þ][\w'’.-]*(?: (?:[A-ZÀ-Þ][\w'’.-]*|von|van|de|der|den|la|di)){0,4}"
)
_SPLIT = re.compile(r"\s+[|·•/]\s+|\s+[–—-]\s+|,\s+(?=[A-ZÀ-Þ])|\s+at\s+(?=[A-ZÀ-Þ])")
_GREETS = re.compile(
    r"^(?:best|kind|warm|many|thanks|thank|cheers|regards|yours|sincerely|all the best|see you|mit|viele|liebe|br|kr)\b",  # noqa: E501
    re.IGNORECASE,
)


def signature_of(text: str) -> tuple[str, ...]:
    """Return the lines below what a mail newly says and above what it quotes."""
    new = [line.strip() for line in new_text(text).splitlines() if line.strip()]
    if not new:
        return ()
    lines = [line.strip() for line in text.splitlines()]
    last = max((n for n, line in enumerate(lines) if line == new[-1]), default=-1)
    if last < 0:
        return ()
    below: list[str] = []
    for line in lines[last + 1 :]:
        if _QUOTED.match(line):
            break
        if line and line not in ("--", "-- "):
            below.append(line)
    return tuple(below[:MOST_LINES])


def signed_name(lines: Sequence[str]) -> str:
    """Return the name with which a mail is signed, "" if there is none."""
    for line in lines[:3]:
        if _GREETS.match(line):
            _, comma, after = line.partition(",")
            if comma and _NAME.fullmatch(after.strip()):
                return after.strip()
            continue
        bare = line.strip(" ,-–—")
        return bare if _NAME.fullmatch(bare) and not _TITLE.search(bare) and not _LEGAL.search(bare) else ""
    return ""


def claims(turn: Turn) -> Iterator[Claim]:
    """Yield what a signature says of the writer; only below a name, so that no address of a third party counts."""
    name = signed_name(turn.signature)
    if not turn.author or not name:
        return
    writer = Named(words=name, address=turn.author)
    place = next(n for n, line in enumerate(turn.signature) if name in line)
    found: set[str] = set()
    for line in turn.signature[place + 1 :]:
        for predicate, value, words in _said(line, turn.author):
            if predicate not in found:
                found.add(predicate)
                thing: str | Named = Named(words=value, kind="company") if predicate == "works_for" else value
                yield Claim(subject=writer, predicate=predicate, object=thing, words=words, confidence=SURE)


def _said(line: str, author: str) -> Iterator[tuple[str, str, str]]:
    """Yield predicate, value and words of one line of a signature."""
    phone = _PHONE.search(line)
    if phone and sum(c.isdigit() for c in phone["number"]) >= 7:
        if (phone["what"] or "").lower() not in ("fax", "f") and "@" not in line:
            yield "phone", " ".join(phone["number"].split()), line
        return
    if "@" in line or "www." in line or "http" in line or len(line) > 80:
        return
    parts = [part.strip(" ,") for part in _SPLIT.split(line) if part.strip(" ,")]
    house = author.partition("@")[2].partition(".")[0].replace("-", "").lower()
    for part in parts:
        plain = re.sub(r"[^a-z0-9]", "", part.lower())
        if _LEGAL.search(part) or (len(house) > 2 and plain.startswith(house)):
            yield "works_for", part, line
        elif _TITLE.search(part) and len(part.split()) <= 8:
            yield "title", part, line
