"""What a document is, once it has been read: sections with their headings, pages and paragraphs."""

from dataclasses import dataclass, field
from enum import StrEnum

from empla.errors import ValidationError
from empla.mind.codec import registered


class Unreadable(ValidationError):
    """A document that cannot be read, with the reason and what to do about it."""

    code = "unreadable"


class Form(StrEnum):
    """How a paragraph stands on the page, so that a passage shows it in that way too."""

    TEXT = "text"
    ITEM = "item"  # of a list, with its mark
    ROW = "row"  # of a table, cells parted by " | "
    VERBATIM = "verbatim"  # its line breaks and spaces count, as in a listing


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, an item of a list, or a row of a table; `head` is the first row of its table, where it is a row."""

    text: str
    form: Form = Form.TEXT
    head: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one heading, or the part of it on one page.

    `path` are the headings from the outermost in; `page` begins at 1, 0 where there are no pages.
    """

    path: tuple[str, ...] = ()
    page: int = 0
    paragraphs: tuple[Paragraph, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it was read. `title` is what it calls itself, empty where it does not.

    `defects` are sentences on what could not be read of it.
    """

    name: str
    media_type: str
    title: str = ""
    sections: tuple[Section, ...] = ()
    defects: tuple[str, ...] = field(default=())

    @property
    def characters(self) -> int:
        """How many characters of text it has."""
        return sum(len(paragraph.text) for section in self.sections for paragraph in section.paragraphs)
