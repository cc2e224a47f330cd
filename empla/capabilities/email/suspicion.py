"""Why a mail may mean harm. Pure.

Each sign has a weight; a mail is suspicious from `ENOUGH` on, so that what an honest customer does as well (a Reply-To
elsewhere, a failed check on a forwarded mail, a word about money) does not do it alone. Signs are only ever added:
whatever a sender calls itself, and whatever it writes into the subject, takes none away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from empla.capabilities.email.domains import domain_of, imitates, same_house
from empla.capabilities.email.reading.newtext import new_text
from empla.mind.readings import Mail

ENOUGH = 2
LOOKED_AT = 6_000
"""Characters of a mail's new words in which demands are looked for."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: a stable code, its weight, and a clause for a person."""

    code: str
    weight: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known besides the mail, to hold it against: our domain, the manager's name, whom we deal with.

    `trusted` says that the receiving server vouches for the sender and that it is a colleague or has written before;
    `resembled` are domains of known correspondents that the sender's may be made to look like.
    """

    domain: str
    manager: str = ""
    manager_name: str = ""
    trusted: bool = False
    resembled: tuple[str, ...] = ()


def signs(mail: Mail, known: Known) -> list[Sign]:
    """Return every sign of harm in a mail, heaviest first."""
    found = [*_sender(mail, known), *_checks(mail), *_files(mail)]
    if not known.trusted:
        found += [*_links(mail), *_demands(mail)]
    return sorted(found, key=lambda sign: (-sign.weight, sign.code))


# the sender -----------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,24})", re.IGNORECASE)
_VIA = re.compile(r"(?:\bvia\b|\bon behalf of\b)", re.IGNORECASE)


def _sender(mail: Mail, known: Known) -> Iterator[Sign]:
    sender = mail.sender.value if mail.sender is not None else ""
    domain, marks = domain_of(sender), mail.marks
    if not known.trusted and not marks.colleague:
        for other in (known.domain, *known.resembled):
            if imitates(domain, other):
                ours = "ours" if other == known.domain else other
                yield Sign("lookalike", 3, f"its sender's domain {domain} looks like {ours} and is another")
                break
        if marks.namesake:
            yield Sign("namesake", 3, f"it bears the name of {marks.namesake} and comes from {sender}")
        elif _is_managers_name(marks.name, known) and sender != known.manager:
            yield Sign("namesake", 3, f"it bears your name and comes from {sender}")
    claimed = _ADDRESS.search(marks.name)
    if claimed is not None and not same_house(claimed[1], domain):
        weight = 1 if _VIA.search(marks.name) or marks.bulk else 2
        yield Sign("address-in-name", weight, f"it calls itself {claimed[0]} and comes from {sender}")
    reply = mail.reply_to.value if mail.reply_to is not None else ""
    if reply and not marks.bulk and not same_house(domain_of(reply), domain) and not known.trusted:
        yield Sign("reply-elsewhere", 1, f"answers to it would go to {reply}")


def _is_managers_name(name: str, known: Known) -> bool:
    words = sorted(re.findall(r"\w+", name.casefold()))
    return len(words) > 1 and words == sorted(re.findall(r"\w+", known.manager_name.casefold()))


def _checks(mail: Mail) -> Iterator[Sign]:
    failed = set(mail.marks.failed)
    if not failed:
        return
    listed = mail.automatic == "list"  # lists change what they pass on, and break signatures by that
    heavy = "dmarc" in failed or {"spf", "dkim"} <= failed
    weight = 3 if heavy and not listed else 1
    names = " and ".join(name.upper() for name in sorted(failed))
    yield Sign("checks-failed", weight, f"the mail server says that it is not from where it says ({names} failed)")


# what it carries ------------------------------------------------------------------------------------------------------

_PROGRAMS = re.compile(
    r"\.(?:exe|scr|pif|com|bat|cmd|js|jse|vbs|vbe|wsf|hta|jar|ps1|psm1|msi|msix|lnk|cpl|reg|iso|img|vhdx?|application"
    r"|appx|gadget|chm|dll|sh|apk|one)$",
    re.IGNORECASE,
)
_MACROS = re.compile(r"\.(?:docm|xlsm|pptm|dotm|xlsb|xlam|ppam)$", re.IGNORECASE)
_PAGES = re.compile(r"\.(?:html?|xhtml|shtml|svg|mht)$", re.IGNORECASE)


def _files(mail: Mail) -> Iterator[Sign]:
    for name in (file.name for file in mail.attachments):
        if _PROGRAMS.search(name):
            yield Sign("program", 3, f"it carries a program ({name})")
            return
    for name in (file.name for file in mail.attachments):
        if _MACROS.search(name):
            yield Sign("macros", 1, f"it carries a document with macros ({name})")
            return
        if _PAGES.search(name) and not mail.marks.colleague:
            yield Sign("page", 1, f"it carries a web page ({name})")
            return


def _links(mail: Mail) -> Iterator[Sign]:
    marks = mail.marks
    if marks.disguised:
        yield Sign("disguised-link", 1 if marks.bulk else 2, f"it shows a link to {marks.disguised[0]}")
    if any(_is_bare_number(host) for host in marks.hosts):
        yield Sign("numbered-link", 2, "it links to a bare internet number")
    if marks.form:
        yield Sign("form", 2, "it asks for a password in the mail itself")


def _is_bare_number(host: str) -> bool:
    parts = host.split(".")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return False
    return parts[0] not in ("10", "127", "169", "172", "192")  # machines of one's own


# what it demands ------------------------------------------------------------------------------------------------------

_CREDENTIALS = re.compile(
    r"\b(?:verify|confirm|validate|re-?activate|restore|update|unlock|secure)\s+(?:your|the)\s+(?:\w+\s+){0,2}"
    r"(?:account|identity|password|log-?in|credentials|mailbox|e-?mail|wallet|billing|payment (?:details|information))"
    r"\b"
    r"|\b(?:your|the) (?:password|mailbox|account|access|e-?mail)\b[^.\n]{0,40}\b(?:expir\w+|suspended|locked|limited"
    r"|deactivated|disabled|closed|blocked|terminated|over (?:its )?quota|almost full|is full)\b"
    r"|\bunusual (?:sign-?in|log-?in|activity)\b|\b(?:keep|release) (?:your|these|the) (?:current password|messages)\b"
    r"|\bsend (?:me|us) your (?:password|pin|log-?in)\b",
    re.IGNORECASE,
)
_GIFTS = re.compile(
    r"\b(?:gift|itunes|google play|steam|amazon|apple|vanilla)\s*(?:gift\s*)?(?:card|voucher)s?\b", re.IGNORECASE
)
_BANK = re.compile(
    r"\b(?:bank(?:ing)?|account|payment|iban)\s+(?:account\s+)?(?:details|information|number|data|coordinates)?\s*"
    r"(?:have|has|were|was|are being)\s+(?:been\s+)?(?:changed|updated|moved)\b"
    r"|\b(?:new|updated|changed) (?:bank(?:ing)?|iban|beneficiary)\b[^.\n]{0,20}(?:details|account|number|information)?"
    r"|\bchange (?:of|in|to) (?:our|my|the) (?:bank|payroll|direct deposit|account details)\b"
    r"|\b(?:update|change) my (?:direct deposit|payroll|bank)\b",
    re.IGNORECASE,
)
_TRANSFER = re.compile(
    r"\b(?:wire|transfer|remit|process (?:a|an|the|this) (?:\w+ )?payment)\b[^.\n]{0,60}"
    r"(?:[$€£]\s?\d|\b\d[\d.,]{2,}\s?(?:usd|eur|gbp|dollars|euros|k)\b|\bfunds?\b|\bmoney\b|\bpayment\b)",
    re.IGNORECASE,
)
_COINS = re.compile(
    r"\b(?:bitcoins?|btc|usdt|ethereum|crypto(?:currency)?) (?:wallet|address|payment|to)\b|\bin bitcoin\b", re.I
)
_WINDFALL = re.compile(
    r"\b(?:next of kin|inheritance|lottery|unclaimed (?:funds?|estate)|beneficiary of|charity project|late client"
    r"|compensation fund|\d+(?:\.\d+)?\s*million (?:us )?(?:dollars|usd|euros?|pounds))\b",
    re.IGNORECASE,
)
_THREAT = re.compile(
    r"\b(?:i|we) (?:have )?(?:recorded|hacked|infected|installed|have access to) (?:your|you|a (?:trojan|malware))\b",
    re.IGNORECASE,
)
_HURRY = re.compile(
    r"\b(?:urgent(?:ly)?|immediate(?:ly)?|at once|right away|act now|within (?:\d+|twenty-four|one) hours?|today"
    r"|final (?:notice|warning)|asap|as soon as possible|before it is too late)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:keep (?:this|it) (?:confidential|between us|secret|quiet)|do(?:n['’]t| not) (?:tell|mention|discuss|call)"
    r"|strictly confidential|can['’]?t talk|cannot talk|in a meeting (?:right )?now|discreet(?:ly)?)\b",
    re.IGNORECASE,
)


def _demands(mail: Mail) -> Iterator[Sign]:
    text = f"{mail.subject}\n{new_text(mail.text[:LOOKED_AT])}"
    hurry, secret = _HURRY.search(text), _SECRET.search(text)
    pressed = bool(hurry or secret)
    if _CREDENTIALS.search(text):
        sender = domain_of(mail.sender.value) if mail.sender is not None else ""
        astray = any(not same_house(host, sender) for host in mail.marks.hosts)
        page = any(_PAGES.search(file.name) for file in mail.attachments)
        heavy = astray or page or (mail.marks.hosts and pressed)
        yield Sign("credentials", 2 if heavy else 1, "it wants an account or a password to be confirmed")
    if _GIFTS.search(text):
        yield Sign("gift-cards", 2 if pressed else 1, "it speaks of gift cards")
    if _BANK.search(text):
        yield Sign("bank-details", 2, "it gives other bank details")
    if _TRANSFER.search(text):
        yield Sign("transfer", 2 if pressed else 1, "it wants money to be sent")
    if _COINS.search(text):
        yield Sign("coins", 2 if pressed or _THREAT.search(text) else 1, "it speaks of payment in crypto money")
    if _WINDFALL.search(text):
        yield Sign("windfall", 2, "it promises money")
    if _THREAT.search(text):
        yield Sign("threat", 2, "it threatens")
