"""How much of a language model's room words take: the one estimate that budgets are counted with."""

from typing import Final

PER_TOKEN: Final = 4
"""Characters of English that are about one token of a language model."""


def tokens_in(*texts: str) -> int:
    """Return about how many tokens texts take together, rounded down."""
    return sum(map(len, texts)) // PER_TOKEN
