"""Under which headings a paragraph stands."""


class Headings:
    """The headings that are open, by level (1: outermost)."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def open(self, level: int, title: str) -> None:
        """Begin a heading; those of its level and below it are over. An empty one only ends them."""
        self._open = [(known, said) for known, said in self._open if known < level]
        if title.strip():
            self._open.append((level, " ".join(title.split())))

    @property
    def path(self) -> tuple[str, ...]:
        """The headings from the outermost in."""
        return tuple(title for _, title in self._open)
