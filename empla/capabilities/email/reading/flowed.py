"""Text whose lines were broken for old screens, put together again (format=flowed, RFC 3676)."""

import re

_QUOTES = re.compile(r"^>+")


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Return `text` with each paragraph on one line. With `delsp` the space at the break was added by the sender.

    A line that ends with a space goes on in the next one of the same quotation depth; "-- " never does.
    """
    out: list[str] = []
    open_depth = -1  # the depth of the paragraph that goes on, -1 if none does
    for line in text.split("\n"):
        quotes = _QUOTES.match(line)
        depth = quotes.end() if quotes else 0
        words = line[depth:]
        words = words[1:] if words.startswith(" ") else words  # stuffed
        flows = words.endswith(" ") and words != "-- "
        if open_depth == depth and words != "-- ":
            out[-1] += words
        else:
            out.append(("> " * depth if words else ">" * depth) + words)
        if flows and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(out)
