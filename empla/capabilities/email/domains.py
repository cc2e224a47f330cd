"""Domains compared as a reader's eye compares them: which belong together, and which one is made to look like another.

Nothing is looked up; what the public suffix list knows is only guessed at (two labels, three under "co.uk" and its
like), which is enough to say whether two names are the same house.
"""

import unicodedata

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"})
_CONFUSED = str.maketrans("013457$@", "oleastsa")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_SHORTEST = 5
"""Letters from which on a name that differs in one letter is taken for an imitation: short ones are too near anyway."""
_FOREIGN_LETTERS = str.maketrans("асеорхуіјѕԁԛɡӏαονρτυω", "aceopxyijsdqglaovptuw")


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].rstrip(".").lower()


def house(host: str) -> str:
    """Return the domain under which a host stands: "mail.bank.co.uk" -> "bank.co.uk"."""
    labels = host.strip(".").lower().split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if short else -2 :])


def name_of(host: str) -> str:
    """Return the one label that names a house: "mail.bank.co.uk" -> "bank"."""
    return house(host).partition(".")[0]


def same_house(one: str, other: str) -> bool:
    """Return whether two hosts belong together as far as can be seen: one domain, or one name with two endings."""
    return house(one) == house(other) or (name_of(one) == name_of(other) and len(name_of(one)) >= _SHORTEST)


def skeleton(host: str) -> str:
    """Return what is left of a house's name when letters that are easily confused are made one.

    "micros0ft", "rnicrosoft", "microssoft" and "micro-soft" have the same one as "microsoft".
    """
    label = _unicode(name_of(host)).replace("-", "").replace("_", "")
    folded = unicodedata.normalize("NFKD", label.translate(_FOREIGN_LETTERS))
    plain = "".join(c for c in folded if not unicodedata.combining(c)).translate(_CONFUSED)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    plain = plain.replace("i", "l")
    return "".join(c for at, c in enumerate(plain) if at == 0 or plain[at - 1] != c)


def imitates(host: str, known: str) -> bool:
    """Return whether a host is made to look like the known domain: by one letter, another ending, or a longer name."""
    if not host or host == known or house(host) == house(known):
        return False
    ours, theirs = name_of(known), name_of(host)
    if skeleton(host) == skeleton(known):
        return True
    if len(ours) < _SHORTEST:
        return False
    inside = known.lower() in host.lower() or known.lower().replace(".", "-") in host.lower()
    return inside or _one_letter_off(ours, theirs)


def _one_letter_off(one: str, other: str) -> bool:
    """Return whether two names differ by one letter that was changed, added, left out, or exchanged with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    if left[1:] == right[1:] or left == right[1:] or left[1:] == right:
        return True
    return len(left) == len(right) and left[:2] == right[1::-1] and left[2:] == right[2:]


def _unicode(label: str) -> str:
    """Return a label as people see it (RFC 3492)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
