"""Who is mentioned as somebody to meet."""

import pytest

from empla.capabilities.email.reading.people import party
from empla.mind.values import Origin, Source

ORIGIN = Origin(Source.PERCEPT, "percept-1", "text")


def words(text: str) -> list[str]:
    return [who.words for who in party(text, ORIGIN).people]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("with Bob", ["Bob"]),
        ("with Bob Stone and carla@x.example", ["Bob Stone", "carla@x.example"]),
        ("with Bob, Carla and me", ["Bob", "Carla"]),
        ("with me and Bob", ["Bob"]),
        ("between Bob & Carla", ["Bob", "Carla"]),
        ("w/ bob and carla please", ["bob", "carla"]),
        ("with Bob Stone, Dana White and Eve", ["Bob Stone", "Dana White", "Eve"]),
        ("with Ludwig van Beethoven about music", ["Ludwig van Beethoven"]),
        ("with Dr. Weiss", ["Weiss"]),
        ("with Carla (carla@x.example)", ["Carla"]),
        ("with Carla <carla@x.example>", ["Carla"]),
        ("with the marketing team", ["the marketing team"]),
        ("with Will and May", ["Will", "May"]),
        ("with Bob and with Bob", ["Bob"]),
        ("with Zoë O'Neil-Smith", ["Zoë O'Neil-Smith"]),
        ("with you", []),
        ("with a view to the budget", []),
    ],
)
def test_people_as_they_are_named(text: str, people: list[str]) -> None:
    assert words(text) == people


def test_an_address_keeps_where_it_came_from() -> None:
    (who,) = party("with Carla <Carla@X.example>", ORIGIN).people
    assert who.address is not None
    assert (who.words, who.address.value, who.address.origin) == ("Carla", "carla@x.example", ORIGIN)


def test_the_writer_is_one_of_them() -> None:
    assert party("with Bob and me", ORIGIN).me
    assert not party("between Bob and Carla", ORIGIN).me
    assert party("between Bob and Carla", ORIGIN).between


def test_a_megabyte_of_with() -> None:
    assert party("with " * 800, ORIGIN).people == ()
