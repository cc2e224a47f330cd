"""Who is who, among the people of three companies: one person with several addresses is one, two namesakes are two."""

import pytest

from empla.memory.knowledge.names import company_domain, fits_address, folded, folded_company, same_name
from empla.memory.knowledge.resolving import company_of, merge_entities, note_alias, separate_entities
from empla.memory.model import Basis
from tests.memory.knowledge.conftest import Known


def test_addresses_of_one_name_at_one_company_are_one_person(known: Known):
    bob = known.person("bob.stone@acme.example", "Bob Stone")
    assert known.person("bstone@acme.example", "Robert Stone") == bob  # Bob is short for Robert
    assert known.person("b.stone@mail.acme.example", "Stone, Bob") == bob
    entity = known.facts.entity(bob)
    assert entity is not None
    assert set(entity.addresses) == {"bob.stone@acme.example", "bstone@acme.example", "b.stone@mail.acme.example"}


def test_an_address_that_spells_a_name_is_whose_name_it_is(known: Known):
    bob = known.person("bstone@acme.example", "Bob Stone")
    assert known.person("bob.stone@acme.example") == bob


def test_two_of_one_name_at_two_companies_are_two(known: Known):
    assert known.person("john.smith@acme.example", "John Smith") != known.person("john@globex.example", "John Smith")


def test_two_whom_a_company_tells_apart_by_a_number_are_two(known: Known):
    one = known.person("john.smith@acme.example", "John Smith")
    assert known.person("john.smith2@acme.example", "John Smith") != one


def test_a_first_name_makes_nobody_one(known: Known):
    assert known.person("bob@acme.example", "Bob") != known.person("bob2@acme.example", "Bob")


def test_a_shared_mailbox_is_nobody(known: Known):
    bob = known.person("bob.stone@acme.example", "Bob Stone")
    assert known.person("info@acme.example", "Bob Stone") != bob


def test_a_private_address_made_of_the_name_is_the_only_one_of_that_name_until_there_is_another(known: Known):
    bob = known.person("bob.stone@acme.example", "Bob Stone")
    private = known.person("bobstone@gmail.com", "Bob Stone")
    assert private == bob

    known.person("r.stone@globex.example", "Bob Stone")  # now nobody can tell whose it is
    assert known.facts.entity(bob).addresses == ("bob.stone@acme.example",)


def test_somebody_says_that_two_are_one_and_that_they_are_not(known: Known):
    bob, rob = known.person("bob@acme.example", "Bob Stone"), known.person("rob@globex.example", "Rob Lee")
    known.say(rob, "likes", "tea")
    with known.store.transaction():
        merge_entities(known.store, bob, rob, known.at, by="anna@berg.example")
    assert known.values(bob, "likes") == ["tea"]

    with known.store.transaction():
        separate_entities(known.store, bob, rob, known.at, by="anna@berg.example")
        assert merge_entities(known.store, bob, rob, known.at, basis=Basis.OBSERVED) == 0  # a word goes before looks
    assert known.values(bob, "likes") == []
    assert known.values(rob, "likes") == ["tea"]


def test_also_known_as(known: Known):
    bob = known.person("bob@acme.example", "Bob Stone")
    known.person("bobby@mail.example", "Bobby S.")
    with known.store.transaction():
        note_alias(known.store, bob, "Robert Jay", known.at)
        assert note_alias(known.store, bob, "bobby@mail.example", known.at) == bob
    entity = known.facts.entity(bob)
    assert "Robert Jay" in (entity.name, *entity.names) and "bobby@mail.example" in entity.addresses


def test_a_merge_goes_with_its_evidence_and_what_followed_from_it_too(known: Known):
    signature = known.episode("Bob Stone, also reached at bob@private.example")
    bob, other = known.person("bob@acme.example", "Bob Stone"), known.person("bob@private.example", "B.")
    known.say("Cy", "reports_to", bob)
    known.say(other, "reports_to", "Ann", to="person")
    assert known.values("Ann", "above") == ["B."]
    with known.store.transaction():
        merge_entities(known.store, bob, other, known.at, basis=Basis.OBSERVED, rests_on=(signature,))
    assert "Cy" in known.values("Ann", "above")

    known.forget(signature)
    assert known.facts.root(other) == other
    assert known.values("Ann", "above") == ["B."]
    known.forget(signature, "kept")
    assert "Cy" in known.values("Ann", "above")


def test_companies_are_known_by_their_domains_and_public_providers_are_none(known: Known):
    bob = known.person("bob@acme.example", "Bob Stone")
    assert known.values(bob, "works_for") == ["Acme"]
    with known.store.transaction():
        assert company_of(known.store, "gmail.com", known.at) == 0
        acme = company_of(known.store, "mail.acme.example", known.at, name="Acme Widgets Ltd")
    (fact,) = known.about(bob, "works_for")
    assert known.facts.entity(fact.object_entity).name == "Acme Widgets Ltd"
    assert [f.subject for f in known.facts.pointing(acme, predicates=("works_for",))] == [bob]
    assert known.values(known.person("eve@gmail.com", "Eve Gray"), "works_for") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Bob Stone", "Robert Stone", True),
        ("Bob Stone", "Stone, Bob", True),
        ("Dr. José Núñez", "Jose Nunez", True),
        ("Bob Stone", "Bob", False),
        ("B. Stone", "Bob Stone", False),
        ("Bob Stone", "Bill Stone", False),
        ("Bob Stone", "Bob Stein", False),
    ],
)
def test_which_names_may_be_one_persons(one: str, other: str, same: bool):
    assert same_name(one, other) is same is same_name(other, one)


def test_names_as_they_are_compared():
    assert folded("  Müller-Straße ") == folded("MULLER-STRASSE")
    assert folded_company("Acme, Inc.") == folded_company("ACME Inc") == "acme"
    assert fits_address("Robert Stone", "bob.stone@x.example") and not fits_address("Robert Stone", "bs@x.example")
    assert (company_domain("a@mail.acme.co.uk"), company_domain("a@gmail.com")) == ("acme.co.uk", "")
