"""Names as they are compared, and whether two of them may be one person's: conservative, since a wrong merge is worse.

A first name alone never says who somebody is. Two of one full name are one where their addresses are of one company, or
where somebody says so; "John Smith" of another company is another.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from empla.capabilities.email.domains import domain_of, house
from empla.capabilities.email.reading.nicknames import FORMAL, SHORT


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PROVIDERS: Final = _set(
    """
    aim.com aol.com bluewin.ch btinternet.com comcast.net cox.net duck.com email.com fastmail.com fastmail.fm
    free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk
    hotmail.com hotmail.de hotmail.fr hushmail.com icloud.com inbox.com laposte.net libero.it live.co.uk
    live.com live.de mac.com mail.com mail.de mail.ru mailbox.org me.com msn.com naver.com online.de orange.fr
    outlook.com outlook.de pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com rambler.ru
    rediffmail.com rocketmail.com runbox.com sbcglobal.net sky.com t-online.de tutanota.com tutanota.de tuta.io
    verizon.net virgilio.it vodafone.de wanadoo.fr web.de yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
    yahoo.de yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com 126.com 163.com
    """
)
"""Where anybody gets an address: it says nothing about for whom they work."""

_SUFFIXES: Final = _set(
    """
    ag bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd nv plc sa sarl se srl
    """
)
_TITLES: Final = _set(
    """
    dipl dr ing herr frau mag miss mr mrs ms mx phd prof professor sir
    """
)
_TRANSCRIBED: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_SHARED_BOXES: Final = _set(
    """
    abuse accounts admin administration billing booking bookings careers contact do-not-reply donotreply
    enquiries events feedback finance hello help helpdesk hr info inquiries invoice invoices it jobs kontakt
    legal mail mailer marketing media news newsletter no-reply noreply notifications office orders postmaster
    press procurement purchasing reception recruiting reservations root sales security service services shop
    staff support team webmaster
    """
)
"""Local parts that are nobody's own."""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a name as it is compared: without accents, case and punctuation, with single blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_TRANSCRIBED))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w@.+-]+|(?<!\w)[.+-]+|[.+-]+(?!\w)", " ", kept).split())


def folded_phone(text: str) -> str:
    """Return the digits of a telephone number, with the plus of an international one."""
    return ("+" if text.strip().startswith("+") else "") + "".join(c for c in text if c.isdigit())


def folded_company(text: str) -> str:
    """Return the name of a company as it is compared: without its legal form."""
    words = [w.replace(".", "") for w in folded(text).split()]
    kept = [w for w in words if w not in _SUFFIXES]
    return " ".join(kept or words)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a person's name in order, without titles; "Stone, Bob" is "Bob Stone"."""
    last, comma, first = name.partition(",")
    text = f"{first} {last}" if comma and first.strip() else name
    words = re.split(r"[\s.]+", folded(text))
    return tuple(w for w in words if w and w not in _TITLES)


def is_full(name: str) -> bool:
    """Return whether a name has a first and a last one, neither just a letter."""
    words = words_of(name)
    return len(words) >= 2 and len(words[0]) > 1 and len(words[-1]) > 1


def same_name(one: str, other: str) -> bool:
    """Return whether two full names may be one person's: one last name, and first names of which one is a form."""
    if not (is_full(one) and is_full(other)):
        return False
    first, second = words_of(one), words_of(other)
    return first[-1] == second[-1] and (first[0] == second[0] or bool(_forms(first[0]) & _forms(second[0])))


def _forms(first: str) -> frozenset[str]:
    return FORMAL.get(first, frozenset({first}))


def name_in_address(address: str) -> str:
    """Return the full name that the local part of an address spells ("bob.stone@" -> "bob stone"), "" if none."""
    local = address.partition("@")[0].partition("+")[0]
    words = [w for w in re.split(r"[._-]+", folded(local)) if w]
    spells = len(words) >= 2 and all(w.isalpha() for w in words) and len(words[-1]) > 1 and len(words[0]) > 1
    return " ".join(words) if spells and local.lower() not in _SHARED_BOXES else ""


def fits_address(name: str, address: str) -> bool:
    """Return whether the local part of an address is made of a full name: bob.stone, bstone, stoneb, bobs, stone."""
    if not is_full(name):
        return False
    words = words_of(name)
    last = words[-1]
    local = re.sub(r"[^a-z]", "", folded(address.partition("@")[0].partition("+")[0]))
    return any(
        local in (first + last, last + first, first[0] + last, last + first[0], first + last[0])
        for first in sorted({words[0], *(s for formal in _forms(words[0]) for s in SHORT.get(formal, {formal}))})
    )


def is_shared_box(address: str) -> bool:
    """Return whether an address is nobody's own ("info@")."""
    return address.partition("@")[0].partition("+")[0].lower() in _SHARED_BOXES


def company_domain(address: str) -> str:
    """Return the domain of the company that gave out an address, "" for one that anybody can get."""
    found = house(domain_of(address))
    return "" if found in _PROVIDERS or "." not in found else found


def company_name(domain: str) -> str:
    """Return how a company is called of which only a domain is known: "blue-sky.example" -> "Blue Sky"."""
    return " ".join(w.capitalize() for w in re.split(r"[-_]+", domain.partition(".")[0]) if w) or domain
