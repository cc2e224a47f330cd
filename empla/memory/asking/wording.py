"""Words for what is remembered: facts as sentences, episodes as quotations, and where each is from. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from empla.memory.asking.answers import Answer, Cited, Said
from empla.memory.knowledge.predicates import said as said_of
from empla.memory.knowledge.predicates import stated
from empla.memory.text.analysis import roots

QUOTED: Final = 220
"""Characters of an episode that are quoted."""
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[\"“'(]?[A-Z0-9À-Þ])|\n+")
_NAME: Final = 2
"""Words that stand alone below a mail, or above it, as a name does."""
_POLITE: Final = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[^.!?]{0,40}|(?:best|kind|warm|many)?\s*"
    r"(?:regards|wishes|thanks|thank you|cheers|greetings|best|yours)\b[^.!?]{0,40}[.!]?",
    re.IGNORECASE,
)
"""How mails begin and end: it tells nothing."""
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS: Final = {
    "mail": "mail",
    "sent": "my mail",
    "event": "calendar",
    "question": "my question",
    "decision": "my notes",
    "task": "a task",
    "told": "told to remember",
    "summary": "summary",
    "passage": "document",
}


def day(at: datetime | date, zone: str) -> str:
    """Return "2 June 2027", in a zone."""
    local = at.astimezone(ZoneInfo(zone)) if isinstance(at, datetime) else at
    return f"{local.day} {local:%B %Y}"


def listed(parts: Iterable[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    found = list(parts)
    return f" {word} ".join([*([", ".join(found[:-1])] if found[:-1] else []), *found[-1:]])


def value(text: str) -> str:
    """Return the object of a fact as it is said: a date as people write it."""
    if _ISO_DAY.fullmatch(text):
        try:
            return day(date.fromisoformat(text), "UTC")
        except ValueError:
            return text
    return text


def sentence(subject: str, predicate: str, obj: str, *, then: bool = False) -> str:
    """Return a fact as a sentence without a full stop: "Bob Stone works for Acme"; `then`: it is so no longer."""
    if not then:
        return stated(predicate, subject, value(obj))
    verb = _past(said_of(predicate))
    return f"{subject}{verb} {value(obj)}" if verb.startswith("'s ") else f"{subject} {verb} {value(obj)}"


_PAST: Final = {"is": "was", "has": "had", "works": "worked", "reports": "reported", "lives": "lived", "costs": "cost"}


def _past(verb: str) -> str:
    if verb.startswith("'s "):
        return verb.replace(" is ", " was ", 1)
    first, _, rest = verb.partition(" ")
    known = _PAST.get(first)
    if known is None:
        known = f"{first.removesuffix('s')}ed" if first.endswith("s") and not first.endswith("es") else first
        known = f"{first[:-1]}d" if first.endswith("es") else known
    return f"{known} {rest}".strip()


def telling(text: str, question: str, most: int = QUOTED) -> str:
    """Return the sentence of a text that has most of a question's words, in one line and cut where it is long."""
    wanted = set(roots(question))
    parts = [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]
    parts = [part for part in parts if len(part.split()) > _NAME and not _POLITE.fullmatch(part)] or parts
    if not parts:
        return ""
    best = max(range(len(parts)), key=lambda n: (len(wanted & set(roots(parts[n]))), -n))
    found = parts[best]
    if len(found) < most // 2 and best + 1 < len(parts) and len(found) + len(parts[best + 1]) < most:
        found = f"{found} {parts[best + 1]}"
    return short(found, most)


def only_asks(text: str) -> bool:
    """Return whether a text asks and says nothing else, but for how mails begin and end."""
    parts = [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]
    said = [part for part in parts if len(part.split()) > _NAME and not _POLITE.fullmatch(part)]
    return bool(said) and all(part.endswith("?") for part in said)


def short(text: str, most: int = QUOTED) -> str:
    """Return words in one line, cut at a word where they are long."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    return f"{plain[: most - 1].rpartition(' ')[0] or plain[: most - 1]}…"


def quote(text: str) -> str:
    """Return words in quotation marks, with none inside that could end the quotation."""
    return f"“{text.translate({ord(mark): chr(39) for mark in '“”„«»' + chr(34)})}”"


def source(one: Cited, zone: str) -> str:
    """Return where something is from: "Bob Stone, mail of 2 June 2027, “Contract”"."""
    when = f" of {day(one.at, zone)}" if one.at is not None else ""
    what = f"{_KINDS.get(one.kind, one.kind)}{when}"
    if one.kind == "passage":
        return f"document {quote(one.place or one.subject)}" + (f", {one.subject}" if one.place and one.subject else "")
    who = f"{one.who}, " if one.who and one.kind not in ("sent", "question", "decision") else ""
    subject = f", {quote(short(one.subject, 60))}" if one.subject and one.kind not in ("told",) else ""
    return f"{who}{what}{subject}"


# a whole answer ------------------------------------------------------------------------------------------------------


def worded(answer: Answer, zone: str, *, ids: bool = True) -> str:
    """Return an answer as text: with ids to look up, or for a mail with what its reader can check instead."""
    known = {one.id: one for one in answer.cited}
    parts = [*_section(answer.said, known, zone, ids=ids)]
    if answer.nearest:
        parts += ["", "What comes nearest:", *_section(answer.nearest, known, zone, ids=ids, bullets=True)]
    return "\n".join(parts)


def _section(
    said: Sequence[Said], known: Mapping[str, Cited], zone: str, *, ids: bool, bullets: bool = False
) -> Iterable[str]:
    under = ""
    for one in said:
        if one.under and one.under != under:
            yield from (["", f"{one.under}:"] if under or bullets else [f"{one.under}:"])
            under = one.under
        lead = "  - " if one.under or bullets else ""
        yield f"{lead}{statement(one, known, zone, ids=ids)}"


def statement(said: Said, known: Mapping[str, Cited], zone: str, *, ids: bool) -> str:
    """Return one statement with what it rests on behind it."""
    text, end = said.text.rstrip(), ""
    if text.endswith((".", ":", "?")):
        text, end = text[:-1], text[-1]
    cited = [known[cite] for cite in said.cites if cite in known]
    facts = [one for one in cited if one.kind == "fact"]
    rests = dict.fromkeys(rest for fact in facts for rest in fact.rests_on if rest in known)
    behind = [*(one for one in cited if one.kind != "fact"), *(known[rest] for rest in rests)]
    marks = f" [{', '.join(one.id for one in cited)}]" if ids and cited else ""
    whence = _whence(facts, behind, zone, ids=ids)
    return f"{text}{marks}{whence}{end}"


_MOST_SOURCES: Final = 2


def _whence(facts: Sequence[Cited], behind: Sequence[Cited], zone: str, *, ids: bool) -> str:
    """Return who says so: "says Bob Stone, mail of 2 June 2027 [e12]" for facts, in brackets for what is quoted."""
    shown = [
        f"{source(one, zone)}{f' [{one.id}]' if ids and facts and one.kind != 'fact' else ''}"
        for one in behind[:_MOST_SOURCES]
    ]
    if not facts:
        return f" ({'; '.join(shown)})" if shown else ""
    if not shown:
        who = listed(dict.fromkeys(one.who for one in facts if one.who))
        told = next((one.at for one in facts if one.at is not None), None)
        return f", says {who}" + (f" ({day(told, zone)})" if told is not None else "") if who else ""
    if behind[0].kind == "fact":
        return ", because " + listed(f"{one.text}{f' [{one.id}]' if ids else ''}" for one in behind[:_MOST_SOURCES])
    says = "says" if behind[0].kind in ("mail", "told") and behind[0].who else "from"
    return f", {says} {'; '.join(shown)}"
