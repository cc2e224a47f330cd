"""What is new in a mail: quotations, forwarded mails, signatures and disclaimers apart.

mail-parser-reply finds where the mail that is answered begins. What it gets wrong is mended here:

* it takes time quadratic in the length: it is given a bounded text with quotations shortened;
* it takes any two lines such as "From: Tuesday / To: Thursday" for an old mail's header: one must look like a header;
* it drops everything below the header: answers below and between quoted lines are kept here;
* it takes "Thanks, ..." in the middle, and lists with hyphens, for a signature: signatures are found here.
"""

import re

from mailparser_reply import EmailReplyParser

LONGEST = 8_000
"""Characters, quotations not counted, in which new words are looked for."""

_QUOTED = re.compile(r"^\s*(?:>|\|\s)")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_PARSER = EmailReplyParser(languages=["en", "de"])
_OTHER_HEADERS = re.compile(
    r"^(?:(?:Le|El|Il|Op|Den|Em) .{8,160}(?:écrit|escribió|scritto|schreef|skrev|escreveu)[^\n]{0,80}:"
    r"|\d{4}-\d\d-\d\d \d{1,2}:\d\d[^\n]{0,120}<[^\n<>]+@[^\n<>]+>:"
    r"|On [^\n]{4,200}\n?[^\n]{0,120}\bwrote:"
    r"|[^\n]{2,80}<[^\n<>]+@[^\n<>]+> (?:wrote|writes):"
    r"|-{2,} ?(?:Original (?:Message|Appointment)|Forwarded (?:message|by)[^\n]{0,80}) ?-{0,}"
    r"|_{20,}|Begin forwarded message:)\s*$",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER_LINE = re.compile(r"^[*\s]*(From|Sent|Date|To|Cc|Subject|Von|Gesendet|Datum|An|Betreff)\s*:", re.IGNORECASE)
_DISCLAIMER = re.compile(
    r"^\W{0,4}(?:disclaimer\b|confidential(?:ity)?(?: notice| note)?\s*:|(?:privileged|important) notice\b|caution:"
    r"|this (?:e-?mail|message|communication)(?: and any| is (?:intended|confidential)| \(including| may contain)"
    r"|the (?:information|contents?) (?:contained )?(?:in|of) this (?:e-?mail|message)"
    r"|if you (?:are not the intended|have received this))",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^(?:sent from (?:my|outlook|mail)\b|get outlook for\b|sent (?:via|using) \w+).{0,80}$", re.IGNORECASE
)
_SIGN_OFF = re.compile(
    r"^(?:(?:many |much |lots of )?(?:thanks|thx|tnx|ta|cheers)(?: (?:again|a lot|so much|a million|in advance))?"
    r"|thank you(?: (?:very much|so much|in advance|again))?|(?:with )?(?:(?:best|kind|kindest|warm|warmest|many) )*"
    r"(?:regards|wishes)|rgds|br|kr|best|all the best|all best|yours(?: \w+)?|sincerely(?: yours)?"
    r"|take care|respectfully"
    r"|talk soon|speak soon|see you|mit freundlichen grüßen|viele grüße|lg|vg|bisous|cordialement)"
    r"(?:\s*[,.!\u2013\u2014-]+\s*(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2})?)?\s*[.!]?$",
    re.IGNORECASE,
)
_MOST_SIGNATURE_LINES = 12


def new_text(text: str) -> str:
    """Return what its writer wrote: the parts between quotations joined, without signature and disclaimer."""
    lines = _plain_lines(text)
    cut = _old_mail_begins("\n".join(lines))
    head = lines if cut is None else lines[:cut]
    kept = _unquoted(head)
    if cut is not None:
        kept += ["", *_answers_below(lines[cut:])]
    return _without_end(kept)


def _plain_lines(text: str) -> list[str]:
    """Return the lines, bounded: of each run of quoted lines only two are left to show that there was one."""
    text = _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept: list[str] = []
    size = quoted = blank = 0
    for raw in text.split("\n"):
        line = raw.rstrip()
        quoted = quoted + 1 if _QUOTED.match(line) else 0
        blank = blank + 1 if not line else 0
        if quoted > 2 or blank > 2:
            continue
        size += len(line) + 1 if not quoted else 0
        if size > LONGEST:
            kept.append(line[: max(0, LONGEST - size + len(line))])
            break
        kept.append(line[:1_000] if quoted else line)
    return kept


def _old_mail_begins(text: str) -> int | None:
    """Return the number of the line where the mail that is answered begins, None if there is none below."""
    starts = [
        text.find(reply.headers) for reply in _PARSER.read(text[: LONGEST // 2]).replies if _is_header(reply.headers)
    ]
    starts += [match.start() for match in _OTHER_HEADERS.finditer(text)]
    starts = [start for start in starts if start >= 0]
    if not starts:
        return None
    first = min(starts)
    return text.count("\n", 0, first + len(text[first:]) - len(text[first:].lstrip("\n")))


def _is_header(header: str | None) -> bool:
    if not header:
        return False
    names = {m.group(1).lower() for line in header.splitlines() if (m := _HEADER_LINE.match(line.lstrip("> ")))}
    if not names:
        return True  # "On ... wrote:" or a divider
    return bool(names & {"from", "von"}) and bool(names & {"sent", "date", "subject", "gesendet", "datum", "betreff"})


def _unquoted(lines: list[str]) -> list[str]:
    return ["" if _QUOTED.match(line) else line for line in lines]


def _answers_below(lines: list[str]) -> list[str]:
    """Return the answers below and between quoted lines; without quotation marks all of it is old."""
    if not any(_QUOTED.match(line) for line in lines):
        return []
    first = next(i for i, line in enumerate(lines) if _QUOTED.match(line))
    # What stands between the header and the first quoted line belongs to the header (it may be wrapped).
    return _unquoted(lines[first:])


def _without_end(lines: list[str]) -> str:
    end = len(lines)
    for i, line in enumerate(lines):
        bare = line.strip()
        if line in ("--", "-- ") or bare in ("--", "__", "—") or _DEVICE.match(bare) or _DISCLAIMER.match(bare):
            end = i
            break
    kept = lines[:end]
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(_without_sign_off(kept)).strip("\n ")


def _without_sign_off(lines: list[str]) -> list[str]:
    """Cut at a sign-off if only a name and a few short lines come after it; "Thanks" alone is what the mail says."""
    for i in range(max(0, len(lines) - _MOST_SIGNATURE_LINES), len(lines)):
        line = lines[i].strip()
        match = _SIGN_OFF.match(line)
        if not match or not any(other.strip() for other in lines[:i]):
            continue
        after = [other.strip() for other in lines[i + 1 :] if other.strip()]
        if all(len(other) <= 80 and not other.endswith("?") for other in after) and len(after) <= 8 and _is_name(after):
            return lines[:i]
    return lines


def _is_name(after: list[str]) -> bool:
    """Whether what follows a sign-off begins with a name rather than with a further sentence."""
    if not after:
        return True
    words = after[0].split()
    return (len(words) <= 4 and (not after[0].endswith((".", "!")) or len(after[0]) <= 3)) or after[0].startswith(
        ("-", "–", "—")
    )
