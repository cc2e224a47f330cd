"""What is asked for on an errand, worded for the one who is asked and for the manager. Pure.

The reader gives it in the manager's words: "the supplier list", "to send me the slides", "about the budget", "whether
he can come". What cannot be turned about safely is quoted as it was written.
"""

import re

from employees.executive_assistant import words

_CLAUSE = re.compile(r"(?:whether|if|when|what|where|which|who|whom|how|why)\b", re.IGNORECASE)
_TURNS = re.compile(r"\b(?:I|I'm|I'd|we|us|our|ours|he|she|they|him|her|his|their|them|you|your)\b", re.IGNORECASE)
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|our|my|your|a|an|all|to|about|his|her|their)\s+", re.IGNORECASE)


def request(what: str, manager: str) -> str:
    """Return the sentence that asks somebody for it in the manager's name."""
    if _CLAUSE.match(what):
        if _TURNS.search(what):
            return f"{manager} would like to know: “{words.sentence(what, 400)}”"
        return f"{manager} would like to know {of_manager(what, manager)}."
    if what.startswith("to "):
        return f"{manager} asks you {of_manager(what, manager)}."
    if what.startswith("about "):
        return f"{manager} asks you {of_manager(what, manager)}: could you tell how that stands?"
    return f"{manager} asks you for {of_manager(what, manager)}."


def of_manager(what: str, manager: str) -> str:
    """Return the manager's words as somebody else would say them."""
    said = re.sub(r"\bmy\b", f"{manager}'s", what, flags=re.IGNORECASE)
    said = re.sub(r"\b(?:me|myself|us)\b", manager, said, flags=re.IGNORECASE)
    said = re.sub(r"\bour\b", "our", said)
    return words.sentence(said, 400)


def asked(what: str) -> str:
    """Return it after "I have asked Ben": "for the supplier list", "to send you the slides", "whether ..."."""
    plain = words.sentence(to_manager(what), 160)
    return plain if _CLAUSE.match(what) or what.startswith(("to ", "about ")) else f"for {plain}"


def named(what: str) -> str:
    """Return it as a thing, for the manager: "the supplier list", "“to send you the slides”"."""
    plain = words.sentence(to_manager(what), 160)
    return f"“{plain}”" if _CLAUSE.match(what) or what.startswith(("to ", "about ")) else plain


def to_manager(what: str) -> str:
    """Return the manager's own words as said to the manager."""
    said = re.sub(r"\bmy\b", "your", what, flags=re.IGNORECASE)
    return re.sub(r"\b(?:me|myself)\b", "you", said, flags=re.IGNORECASE)


def subject(what: str, manager: str) -> str:
    """Return the subject of the mail that asks for it."""
    if _CLAUSE.match(what):
        return f"A question of {manager}"
    title = words.capital(_ARTICLE.sub("", words.sentence(what, 60)))
    title = re.sub(r"\b(?:me|myself|us)\b", manager, title)
    return title if manager in title else f"{title}, for {manager}"


def plain_subject(what: str) -> str:
    """Return what is wanted as a short title."""
    title = "Your answer" if _CLAUSE.match(what) else _ARTICLE.sub("", words.sentence(what, 60))
    return words.capital(title)


def noun(what: str, manager: str) -> str:
    """Return it as a thing, for others than the manager."""
    plain = of_manager(what, manager)
    return f"“{plain}”" if _CLAUSE.match(what) or what.startswith(("to ", "about ")) else plain


def bare(subject: str) -> str:
    """Return a subject without what mail clients put before it."""
    return _PREFIX.sub("", subject).strip() or "your mail"


def shares(what: str, text: str) -> bool:
    """Return whether a text speaks of what is wanted: it has a word of some length in common with it."""
    return bool(_telling(what) & _telling(text))


def _telling(text: str) -> set[str]:
    found = {w.removesuffix("s") for w in re.findall(r"\w{4,}", text.lower())}
    return found - _SMALL


_SMALL = frozenset(
    ["about", "with", "from", "that", "this", "your", "please", "send", "whether", "could", "would", "what", "when"]
)
