"""Where in a text the mail that is answered or forwarded begins, in the words of many clients and languages.

Three things mark it: a line of dashes with a title ("-----Original Message-----"), a block of header lines ("From:",
"Sent:", "Subject:"), and an attribution ("On ... Ada wrote:"). Each has to look like one: a person may well write
"From: 10" under "Please book:", or "On Tuesday I wrote:".
"""

import re
from collections.abc import Sequence
from enum import StrEnum

QUOTED = re.compile(r"^\s*(?:>|\|\s)")
"""A line that is quoted."""


class Mark(StrEnum):
    """What marks the beginning of an old mail."""

    ATTRIBUTION = "attribution"
    DIVIDER = "divider"
    HEADER = "header"


_DIVIDER = re.compile(r"^\s*[-=]{2,}\s?(?P<title>[^-=\n]{4,80}?)\s?[-=]{2,}\s*$")
_ORIGINAL = re.compile(
    r"original (?:message|appointment|meddelelse|nachricht|e-?mail)|ursprüngliche|originalmeddelande|mensaje original"
    r"|messaggio originale|message d.origine|oorspronkelijk|mensagem original|oprindelig|oryginaln|původní|исходное",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"forwarded|weitergeleitete|transféré|reenviado|inoltrato|doorgestuurd|encaminhada|videresendt|vidarebefordra"
    r"|przekazan|přeposlan|пересылаем|转发|転送",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht)\s?:\s*$",
    re.IGNORECASE,
)
_LINE = re.compile(r"^\s*_{20,}\s*$")
_NOTES = re.compile(r"^.{2,60}? ?-{2,3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4} [^\n]{0,40}-{2,3}")

_SENDER = frozenset({
    "from", "von", "de", "da", "van", "från", "fra", "od", "от", "lähettäjä", "kimden", "gönderen", "feladó",
    "odesílatel", "差出人", "发件人", "寄件者", "보낸 사람",
})  # fmt: skip
_WHEN_OR_WHAT = frozenset({
    "sent", "date", "subject", "gesendet", "datum", "betreff", "envoyé", "envoyé le", "objet", "enviado", "enviado el",
    "fecha", "asunto", "inviato", "data", "oggetto", "verzonden", "onderwerp", "enviada em", "enviado em", "assunto",
    "skickat", "ämne", "sendt", "dato", "emne", "wysłano", "temat", "odesláno", "předmět", "дата", "отправлено", "тема",
    "tarih", "gönderildi", "konu", "lähetetty", "päivämäärä", "aihe", "elküldve", "tárgy", "送信日時", "日付", "件名",
    "发送时间", "日期", "主题", "寄件日期", "主旨", "보낸 날짜", "제목",
})  # fmt: skip
_LABEL = re.compile(r"^[*\s]*(?P<label>[^\W\d_][^\n:：*]{0,18}?)\s?\**\s?[:：]\**\s?(?P<value>.*)$")
_MOST_HEADER_LINES = 8

_WROTE = (
    r"wrote|writes|schrieb|schreibt|a écrit|escribió|ha scritto|scrive|schreef|schrijft|skrev|skriver|escreveu|napisał"
    r"|napisał\(a\)|napsala?|napsal\(a\)|kirjoitti|yazdı|írta|написала?|пише|пишет|写道|寫道|のメール|さんの(?:メール|返信)|작성"
)
_BEGINS = re.compile(
    r"^(?:on|am|le|el|il(?: giorno)?|op|den|em|dne|w dniu|dnia|kl|o|a|no dia|vào|pada|ti|ke|to|pe|la|su|ma|út|st|čt|pá"
    r"|so|ne|po|pon|wt|śr|czw|pt|sob|niedz|пн|вт|ср|чт|пт|сб|вс|man|tir|tirs|ons|tor|tors|fre|lør|søn|lördag)\b[ .,]",
    re.IGNORECASE,
)
_VERB = re.compile(rf"(?:\b|(?<=[ )]))(?:{_WROTE})\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[<(\[][^\s<>()]{1,64}@[^\s<>()]{1,255}[>)\]]|mailto:")
_HOUR = re.compile(r"\d{1,2}\s?[:.h]\s?\d\d|\d\s?(?:am|pm|uhr)\b", re.IGNORECASE)
_ENDS = re.compile(r"[:：]\s*$")
_LONGEST_ATTRIBUTION = 400


def old_mail(lines: Sequence[str], start: int = 0) -> tuple[int, int, Mark, bool] | None:
    """Return where the first old mail from `start` on is announced, where it begins, how, and whether it is forwarded.

    None if there is none. What is quoted announces nothing.
    """
    for at in range(start, len(lines)):
        line = lines[at]
        if not line.strip() or QUOTED.match(line):
            continue
        if _ALONE.match(line):
            return at, at + 1, Mark.DIVIDER, True
        if (title := _title(lines, at)) is not None:
            return at, at + 1, Mark.DIVIDER, bool(_FORWARDED.search(title))
        if _begins_header(lines, at):
            return at, at + 1, Mark.HEADER, False
        begin = _attribution(lines, at)
        if begin is not None and begin >= start:
            return begin, at + 1, Mark.ATTRIBUTION, False
    return None


def _title(lines: Sequence[str], at: int) -> str | None:
    """Return the title of the divider at `at`, None if there is none."""
    line = lines[at]
    match = _DIVIDER.match(line)
    if match is not None:
        known = _ORIGINAL.search(match["title"]) or _FORWARDED.search(match["title"])
        return match["title"] if known or _begins_header(lines, _next(lines, at), quoted=True) else None
    if _LINE.match(line):  # Outlook's; a person may draw one, too
        return "" if _begins_header(lines, _next(lines, at)) else None
    return "" if _NOTES.match(line) and _begins_header(lines, _next(lines, at)) else None


def _begins_header(lines: Sequence[str], at: int, *, quoted: bool = False) -> bool:
    """Whether a block of header lines begins at `at`: one names a sender, another a date or a subject."""
    labels: set[str] = set()
    blank = 0
    for line in lines[at : at + _MOST_HEADER_LINES]:
        plain = line.lstrip("> ") if quoted else line
        if not plain.strip():
            blank += 1
            if not labels or blank > 1:
                break
            continue
        match = _LABEL.match(plain)
        label = match["label"].strip().lower() if match and match["value"].strip() else ""
        if not labels and label not in _SENDER | _WHEN_OR_WHAT:
            return False
        labels.add(label)
    return bool(labels & _SENDER) and bool(labels & _WHEN_OR_WHAT)


def _attribution(lines: Sequence[str], at: int) -> int | None:
    """Return where the attribution begins that ends with line `at`, None if none ends there; clients wrap them."""
    if not _ENDS.search(lines[at]):
        return None
    quote_follows = QUOTED.match(lines[_next(lines, at)]) is not None if _next(lines, at) < len(lines) else False
    starts = [at]
    for before in (at - 1, at - 2):
        if before < 0 or not lines[before].strip() or QUOTED.match(lines[before]) or _ENDS.search(lines[before]):
            break
        starts.append(before)
    for begin in [s for s in starts if _BEGINS.match(lines[s].strip())] + starts:
        text = " ".join(line.strip() for line in lines[begin : at + 1])
        if len(text) <= _LONGEST_ATTRIBUTION and _is_attribution(text, quote_follows=quote_follows):
            return begin
    return None


def _is_attribution(text: str, *, quote_follows: bool) -> bool:
    address, hour, verb = _ADDRESS.search(text), _HOUR.search(text), _VERB.search(text)
    digits = sum(c.isdigit() for c in text)
    if address:
        return bool(hour or verb)
    if verb and _BEGINS.match(text):
        return digits >= 6 or quote_follows
    return quote_follows and bool(verb or (hour and digits >= 8))


def _next(lines: Sequence[str], at: int) -> int:
    """Return the number of the next line that says something."""
    return next((i for i in range(at + 1, min(at + 4, len(lines))) if lines[i].strip()), len(lines))
