"""The knowledge graph answers the same from the tables of both engines and from a real Neo4j."""

from collections.abc import Iterator

import pytest

from empla.errors import InputError, SignedOut
from empla.memory.knowledge.embedded import EmbeddedGraph
from empla.memory.knowledge.graph import KnowledgeGraph, Neighbour
from empla.memory.knowledge.neo4j import Neo4jGraph, driver_of
from empla.memory.knowledge.recording import forget_facts
from empla.memory.knowledge.resolving import merge_entities, separate_entities
from empla.memory.model import Basis, Viewer, Visibility
from tests.memory.knowledge.conftest import Known, day
from tests.servers import neo4j_server


@pytest.fixture(scope="session")
def neo4j_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one server for all, which lets nobody in without a password; from here on the environment has it."""
    with neo4j_server.running(tmp_path_factory.mktemp("neo4j")) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMPLA_GRAPH_USER", "neo4j")
        patch.setenv("EMPLA_GRAPH_PASSWORD", "neo4j")
        with driver_of(url) as driver, driver.session(database="system") as session:
            session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO 'correct-horse'").consume()
        patch.setenv("EMPLA_GRAPH_PASSWORD", "correct-horse")
        yield url


@pytest.fixture(params=["sqlite", "postgresql", "neo4j"])
def known(request: pytest.FixtureRequest) -> Known:
    """What an employee knows; beside Neo4j the truth lies in a file."""
    ground = request.getfixturevalue("sqlite" if request.param == "neo4j" else request.param)
    return Known(ground.hold())


@pytest.fixture
def graph(known: Known, request: pytest.FixtureRequest, tmp_path) -> Iterator[KnowledgeGraph]:
    if "neo4j" not in request.node.callspec.params.values():
        yield EmbeddedGraph(known.store)
        return
    driver = driver_of(request.getfixturevalue("neo4j_url"))
    found = Neo4jGraph(known.store, driver, tenant=str(tmp_path))
    yield found
    found.close()


@pytest.fixture
def company(known: Known) -> Known:
    """Three companies: Ann leads Acme's Bob and Cy, Dan is at Globex, Eve at Initech; Bob and Dan know about tax."""
    for who, firm in (("Ann", "Acme"), ("Bob", "Acme"), ("Cy", "Acme"), ("Dan", "Globex"), ("Eve", "Initech")):
        known.say(who, "works_for", firm, visibility=Visibility.COMPANY)
    known.say("Bob", "reports_to", "Ann", to="person", visibility=Visibility.TEAM)
    known.say("Cy", "reports_to", "Bob", to="person", visibility=Visibility.TEAM)
    known.say("Bob", "knows_about", "tax", visibility=Visibility.COMPANY)
    known.say("Dan", "knows_about", "tax", visibility=Visibility.COMPANY)
    known.say(numbers(known, "Acme")[0], "customer_of", "Globex", visibility=Visibility.COMPANY)
    return known


def numbers(known: Known, *names: str) -> list[int]:
    rows = known.store.find("entity", {}, ("seq", "name"))
    by_name = {row.name: row.seq for row in rows}
    return [by_name[name] for name in names]


def names(known: Known, found) -> list[str]:
    rows = {row.seq: row.name for row in known.store.find("entity", {}, ("seq", "name"))}
    return [rows[n.entity if isinstance(n, Neighbour) else n] for n in found]


def test_a_neighbourhood_is_what_is_reached_in_so_many_steps_the_nearest_first(company: Known, graph: KnowledgeGraph):
    (eve,) = numbers(company, "Eve")
    (dan,) = numbers(company, "Dan")
    graph.catch_up()
    assert names(company, graph.neighbourhood(eve)) == ["Initech"]
    assert names(company, graph.neighbourhood(eve, 6)) == ["Initech"]
    near = graph.neighbourhood(dan, 2, predicates=("works_for", "customer_of"))
    assert [(n.steps, name) for n, name in zip(near, names(company, near), strict=True)] == [(1, "Globex"), (2, "Acme")]


def test_a_shortest_way_joins_two_people(company: Known, graph: KnowledgeGraph):
    cy, dan, eve = numbers(company, "Cy", "Dan", "Eve")
    graph.catch_up()
    way = graph.path(cy, dan)
    assert len(way) == 3 and {cy, dan} <= {way[0].subject, way[0].object, way[-1].subject, way[-1].object}
    assert graph.path(cy, eve) == []
    assert graph.path(cy, cy) == []


def test_who_knows_who_reports_who_are_colleagues(company: Known, graph: KnowledgeGraph):
    ann, bob, tax = numbers(company, "Ann", "Bob", "tax")
    graph.catch_up()
    assert names(company, graph.who_knows(tax)) == ["Bob", "Dan"]
    assert names(company, graph.reports(ann)) == ["Bob"]
    assert names(company, graph.reports(ann, all_below=True)) == ["Bob", "Cy"]
    assert names(company, graph.colleagues(bob)) == ["Ann", "Cy"]


def test_colleagues_are_worked_out_when_it_is_asked_and_no_facts_are_written_for_pairs(
    known: Known, graph: KnowledgeGraph
):
    staff = [f"Person {n}" for n in range(30)]
    for who in staff:
        known.say(who, "works_for", "Acme", valid_from=day(-100))
    known.say("Zoe", "colleague_of", "Person 0", to="person", basis=Basis.STATED)
    known.say("Person 1", "works_for", "Globex", valid_from=day(-10))
    graph.catch_up()

    zoe, first, second = numbers(known, "Zoe", "Person 0", "Person 1")
    assert len(known.store.find("fact", {"predicate": "colleague_of"}, ("seq",))) == 1
    assert set(names(known, graph.colleagues(first))) == {"Zoe", *staff} - {"Person 0", "Person 1"}
    assert names(known, graph.colleagues(zoe)) == ["Person 0"]
    assert names(known, graph.colleagues(second)) == []
    assert second in graph.colleagues(first, at=day(-50))
    why = graph.colleagueships(first)[numbers(known, "Person 2")[0]]
    assert [edge.predicate for edge in why] == ["works_for", "works_for"]


def test_the_past_is_walked_as_it_was(known: Known, graph: KnowledgeGraph):
    known.say("Bob", "works_for", "Acme", valid_from=day(-100))
    known.say("Bob", "works_for", "Globex", valid_from=day(-10))
    (bob,) = numbers(known, "Bob")
    graph.catch_up()
    assert names(known, graph.neighbourhood(bob)) == ["Globex"]
    assert names(known, graph.neighbourhood(bob, at=day(-50))) == ["Acme"]
    assert names(known, graph.neighbourhood(bob, at=day(-200))) == []


def test_nobody_walks_over_what_he_may_not_see(company: Known, graph: KnowledgeGraph):
    ann, bob = numbers(company, "Ann", "Bob")
    mail = company.episode("I am moving to Initech, keep it to yourself", "bob@acme.example", "zoe@x.example")
    company.say("Bob", "interested_in", "sailing", rests_on=(mail,))
    graph.catch_up()

    colleague = Viewer(addresses=("cy@acme.example",), least=Visibility.COMPANY)
    assert graph.reports(ann, viewer=colleague) == []
    assert graph.who_knows(numbers(company, "tax")[0], viewer=colleague) != []
    zoe = Viewer(addresses=("zoe@x.example",), least=Visibility.PUBLIC)
    assert names(company, graph.neighbourhood(bob, viewer=zoe)) == ["sailing"]
    assert graph.neighbourhood(bob, viewer=Viewer(addresses=("oe@x.example",), least=Visibility.PUBLIC)) == []
    assert graph.neighbourhood(bob, viewer=Viewer(addresses=("%",), least=Visibility.PUBLIC)) == []


def test_what_is_withdrawn_forgotten_or_merged_is_walked_no_more_and_otherwise(company: Known, graph: KnowledgeGraph):
    bob, cy, dan, tax = numbers(company, "Bob", "Cy", "Dan", "tax")
    graph.catch_up()
    (edge,) = graph.edges(bob, predicates=("knows_about",))
    company.withdraw(edge.fact)
    (other,) = graph.edges(dan, predicates=("knows_about",))
    with company.store.transaction():
        forget_facts(company.store, [other.fact], company.at)
    graph.catch_up()
    assert graph.who_knows(tax) == []
    company.restore(edge.fact)

    with company.store.transaction():
        merge_entities(company.store, cy, dan, company.at)
    graph.catch_up()
    assert names(company, graph.who_knows(tax)) == ["Bob"]
    assert {"Bob", "Globex"} <= set(names(company, graph.neighbourhood(dan)))  # one person works for one company
    assert graph.neighbourhood(dan) == graph.neighbourhood(cy)

    with company.store.transaction():
        separate_entities(company.store, cy, dan, company.at)
    graph.catch_up()
    assert "Globex" not in names(company, graph.neighbourhood(cy))
    assert "Acme" in names(company, graph.neighbourhood(cy))
    assert "Acme" not in names(company, graph.neighbourhood(dan))


def test_a_copy_that_was_lost_or_is_newer_is_made_again(company: Known, graph: KnowledgeGraph, request):
    ann, bob = numbers(company, "Ann", "Bob")
    graph.catch_up()
    before = [graph.neighbourhood(n, 3) for n in (ann, bob)]
    assert graph.catch_up() == 0
    graph.rebuild()
    assert [graph.neighbourhood(n, 3) for n in (ann, bob)] == before
    if isinstance(graph, Neo4jGraph):
        with graph._driver.session() as session:
            session.run("MATCH (c:EmplaCursor) SET c.facts = 1000000").consume()
        graph.catch_up()
        assert [graph.neighbourhood(n, 3) for n in (ann, bob)] == before


def test_one_server_keeps_employees_apart(neo4j_url: str, tmp_path):
    from empla.store.opening import open_store

    graphs = []
    for employee in ("ada", "ben"):
        store = open_store(tmp_path / f"{employee}.db", employee)
        store.take_lease(1, "a test")
        known = Known(store)
        known.say("Ann", "knows_about", f"secrets of {employee}")
        graphs.append(Neo4jGraph(store, driver_of(neo4j_url), tenant=str(tmp_path)))
        graphs[-1].catch_up()
    for graph in graphs:
        assert len(graph.neighbourhood(1, 6)) == 1
        assert len(graph.edges(1)) == 1
        graph.erase()
        assert graph.edges(1) == []
        graph.close()
        graph._store.close()


def test_whom_the_server_does_not_know_it_does_not_let_in(neo4j_url: str, sqlite, monkeypatch):
    monkeypatch.setenv("EMPLA_GRAPH_PASSWORD", "guessed-wrong")
    with pytest.raises(SignedOut) as refused:
        Neo4jGraph(sqlite.hold(), driver_of(neo4j_url)).catch_up()
    assert "EMPLA_GRAPH_PASSWORD" in refused.value.next_step
    assert "guessed-wrong" not in str(refused.value)


@pytest.mark.parametrize("url", ["bolt://graph.example:7687", "https://graph.example", "bolt://a:b@127.0.0.1", "bolt:"])
def test_a_url_that_would_tell_secrets_or_is_none_is_refused(url: str):
    with pytest.raises(InputError):
        driver_of(url)
