"""Answers of WebDAV servers about several resources (207, RFC 4918, 13)."""

from collections.abc import Iterator
from xml.etree import ElementTree

from empla.errors import ValidationError

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"


def responses(body: bytes) -> Iterator[ElementTree.Element]:
    """Yield the element of each resource in an answer; ValidationError if it is not XML, or more than that."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValidationError("the calendar server's answer declares entities, which no CalDAV answer needs")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - declarations are refused above
    except ElementTree.ParseError as error:
        raise ValidationError(f"the calendar server's answer is not XML: {error}") from error
    yield from root.iter(f"{DAV}response")


def href(response: ElementTree.Element) -> str:
    """Return which resource it is about."""
    return response.findtext(f"{DAV}href", "").strip()
