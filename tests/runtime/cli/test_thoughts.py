"""What a person sees of a mind: why, beliefs, goals and its past lived again; at work, and without anything running."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.mind.goals import Aim, Metric
from empla.mind.kinds import BeliefKind, Category
from empla.mind.logic import parse_query, parse_rule
from empla.mind.plans import PlanLibrary, Trigger, goal, on
from empla.mind.steps import Believe, Do, Now
from empla.mind.values import Address, Origin, Source
from empla.testing.employee import employee
from runtime.cli import believing, explaining, replaying
from tests.engine.conftest import Bench

from .conftest import Cli, Office, Said

CLARA = "clara.diaz"


# at work --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def booked(office: Office) -> dict[str, Any]:
    """What came of a request for a meeting: the mails, and the event's UID."""
    office.ok("mail", "clara", "Never before 9.")
    done: dict[str, Any] = office.data(
        "mail", "clara", "Please book half an hour with Jonas on Tuesday, about the roof."
    )
    tree = office.data("why", "clara", "the meeting about the roof")["found"][0]["tree"]
    return {**done, "uid": tree["facts"]["uid"]}


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a tree's nodes, each before what is below it."""
    yield tree
    for below in tree["below"]:
        yield from nodes(below)


def first(tree: dict[str, Any], what: str) -> dict[str, Any]:
    """Return the first node of a kind."""
    return next(node for node in nodes(tree) if node["what"] == what)


def told(said: Said) -> dict[str, Any]:
    """Return the one story that a command told."""
    (story,) = json.loads(said.out)["found"]
    return dict(story)


@pytest.mark.parametrize(
    "words", [("clara", "the", "meeting", "with", "Jonas", "about", "the", "roof"), ("roof",), ("the roof meeting",)]
)
def test_why_knows_a_meeting_by_words_about_it(office: Office, booked: dict[str, Any], words: tuple[str, ...]) -> None:
    story = told(office("why", *words, "--json"))
    assert (story["direction"], story["tree"]["facts"]["uid"]) == ("event", booked["uid"])
    acts = [node["text"] for node in nodes(story["tree"]) if node["what"] == "action"]
    assert [text.partition(" ")[0] for text in acts[:2]] == ["calendar.book_own", "calendar.book"]
    assert first(story["tree"], "authority")["text"] == "on the word of the manager"
    assert first(story["tree"], "raw mail")["facts"]["Message-ID"] == booked["sent"]["message_id"]
    assert office("why", booked["uid"], "--json").json["found"][0]["tree"] == story["tree"]


def test_why_tells_of_an_intention_with_every_step_and_the_gates_rule(office: Office, booked: dict[str, Any]) -> None:
    tree = office.data("why", "clara", booked["uid"])["found"][0]["tree"]
    intention = first(tree, "action")["text"].partition("(")[2].partition(".")[0]
    story = told(office("why", "clara", intention, "--json"))
    assert (story["direction"], story["tree"]["facts"]["id"]) == ("intention", intention)
    steps = [node for node in nodes(story["tree"]) if node["what"] == "step"]
    booking = next(step for step in steps if "calendar.book(" in step["text"])
    assert booking["facts"]["gate"] == "allow by assisted:within-request"
    assert booking["facts"]["state"] == "done"
    assert story["tree"]["facts"]["passed_over"]
    one = told(office("why", "clara", f"{intention}.{booking['text'].partition(' ')[0]}", "--json"))
    assert (one["direction"], one["tree"]["what"]) == ("step", "action")
    shown = office.ok("why", "clara", intention)
    assert "on the word of the manager" in shown
    assert "its condition does not hold" in shown


def test_why_goes_from_a_belief_to_the_mail_that_it_came_from(office: Office, booked: dict[str, Any]) -> None:
    (belief,) = office.data("beliefs", "clara", "rule")["beliefs"]
    story = told(office("why", "clara", belief["text"], "--json"))
    assert (story["direction"], story["tree"]["facts"]["id"]) == ("belief", belief["id"])
    assert first(story["tree"], "formed by")["below"]
    assert "Never before 9" in first(story["tree"], "raw mail")["facts"]["Subject"]


def test_why_lists_what_may_be_meant_and_says_what_is_not_known(office: Office, booked: dict[str, Any]) -> None:
    several = office("why", "clara", "mails", "to", "ada")
    assert several.code == 2
    assert "may be one of these" in several.out
    assert "empla why Clara" in several.out
    for words, sentence in (
        (("clara", "i999"), "nothing is known of 'i999'"),
        (("clara",), "why has Clara Diaz done what?"),
        (("the meeting with Nobody",), "nothing is known of"),
    ):
        unknown = office("why", *words)
        assert (unknown.code, sentence in unknown.err, "next:" in unknown.err) == (2, True, True), unknown.err


def test_the_past_of_an_employee_at_work_has_the_same_digests(office: Office, booked: dict[str, Any]) -> None:
    found = office.data("replay", "clara")
    assert found["otherwise"] == 0
    assert found["same"] == found["cycles"] > 15
    assert office.ok("replay", "clara").startswith(f"{found['same']} cycles, all digests the same")
    assert office.data("replay", "clara", "--until", "10")["last"] == 10


def test_without_the_managers_mail_the_booking_is_gone(office: Office, booked: dict[str, Any]) -> None:
    found = office.data("replay", "clara", "--without", booked["sent"]["message_id"])
    assert found["without"][0]["subject"].startswith("Please book half an hour")
    gone = {(act["operation"], act["what"]) for act in found["acts"]}
    assert {("calendar.book", "not asked"), ("email.send", "not asked")} <= gone
    shown = office.ok("replay", "clara", "--without", booked["sent"]["message_id"])
    assert "calendar.book" in shown
    assert "is taken as it was" in shown
    assert told(office("why", booked["sent"]["message_id"], "--json"))["direction"] == "received", "nothing has changed"


def test_what_cannot_be_replayed_is_said_with_what_to_do(office: Office, booked: dict[str, Any]) -> None:
    for words, sentence in (
        (("--without", "<never@seen>"), "nothing that it perceived"),
        (("--until", "soon"), "neither a time nor a cycle"),
        (("--from", "the-start"), "is no cycle"),
        (("--without", booked["sent"]["message_id"], "--until", "1"), "is not among those"),
    ):
        refused = office("replay", "clara", *words)
        assert (refused.code, sentence in refused.err, "next:" in refused.err) == (2, True, True), refused.err


def test_a_store_that_somebody_changed_is_found_out(office: Office, booked: dict[str, Any], tmp_path: Path) -> None:
    copy = office.copied(tmp_path)
    with closing(sqlite3.connect(Home(copy.home).employee(CLARA) / "mind.db")) as db, db:
        db.execute("UPDATE journal SET delta = x'5b5d' WHERE seq = 5")
    found = copy("replay", "clara")
    assert (found.code, "cycle 5," in found.out, "own digest" in found.out) == (1, True, True), found.out


# without anything running ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def role() -> PlanLibrary:
    """A role with kinds of belief, rules and goals."""
    library = PlanLibrary()
    library.declare(
        BeliefKind(functor="works-in", category=Category.COLLEAGUES, key=(0,)),
        BeliefKind(functor="mood", half_life=timedelta(days=1)),
    )
    library.rules.add(parse_rule("boss(X, Y) :- works-in(X, D), head(D, Y)"))
    library.want(
        Aim(
            name="pipeline",
            horizon="strategic",
            metric=Metric(of="calls", target=10.0, unit="calls"),
            deadline=timedelta(days=30),
            all_of=(Aim(name="first-call", holds=parse_query("called(_)")),),
        )
    )

    @library.plan(on("told"))
    def told(event: Trigger) -> Any:
        yield Believe(functor=event.functor, arguments=event.arguments, confidence=event.sure)

    @library.plan(on("reach"), name="by-phone", cost=1.0)
    def by_phone(event: Trigger) -> Any:
        yield Now()
        raise RuntimeError("the line is dead")

    @library.plan(on("reach"), name="by-mail", cost=2.0)
    def by_mail(event: Trigger) -> Any:
        yield Now()

    @library.plan(goal("first-call"))
    def first_call(event: Trigger) -> Any:
        yield Do(operation="test.look", arguments={"value": "the number"})

    return library


@pytest.fixture(scope="module")
def mind(tmp_path_factory: pytest.TempPathFactory, role: PlanLibrary) -> Cli:
    """The program on a home in which nothing runs; Clara has worked there, by plans of these tests."""
    cli = Cli(tmp_path_factory.mktemp("minds") / "home")
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "UTC")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    home = Home(cli.home)
    path, operations = home.employee(CLARA) / "mind.db", Bench().operations()
    outside = Address("bob@elsewhere.example", Origin(Source.PERCEPT, "bob"))
    facts: list[tuple[str, tuple[Any, ...], float, Address]] = [
        ("works-in", ("bob", "sales"), 0.9, outside),
        ("works-in", ("bob", "research"), 1.0, replace(outside, origin=Origin(Source.MANAGER))),
        ("head", ("research", "carla"), 1.0, outside),
        ("mood", ("ada", "good"), 0.8, outside),
        ("calls", (3.0,), 1.0, outside),
    ]
    with employee(path, role, operations, at=SystemClock(home.clock).now() - timedelta(days=1), slug=CLARA) as clara:
        for place, (functor, arguments, sure, who) in enumerate(facts):
            more = {"functor": functor, "arguments": arguments, "sure": sure, "who": who}
            clara.tell("told", key=f"told:{place}", **more)
            clara.work()
        for place in range(3):
            clara.tell("reach", key=f"reach:{place}")
            clara.work()
    return cli


@pytest.fixture(autouse=True)
def _with_the_role(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "mind" in request.fixturenames:
        role = request.getfixturevalue("role")
        for module in (believing, explaining, replaying):
            monkeypatch.setattr(module, "library", lambda _role: role)


def test_beliefs_are_listed_with_who_says_so_how_sure_they_are_by_now_and_which_one_counts(mind: Cli) -> None:
    known = {b["text"]: b for b in mind.data("beliefs", "clara")["beliefs"]}
    current, overruled = known["works-in(bob, research)"], known["works-in(bob, sales)"]
    assert (current["current"], overruled["current"]) == (True, False)
    assert current["source"] == "manager"
    assert current["because"] == overruled["because"] == "its source is trusted more"
    assert known["mood(ada, good)"]["confidence"] == pytest.approx(0.4, abs=0.01)
    assert known["mood(ada, good)"]["confidence_observed"] == 0.8
    shown = mind.ok("beliefs", "clara", "works-in")
    assert "overruled: its source is trusted more" in shown
    assert "mood" not in shown


def test_a_query_is_answered_from_beliefs_and_rules(mind: Cli) -> None:
    assert mind.data("beliefs", "clara", "boss(bob, Who)")["answers"] == [{"Who": "carla"}]
    assert mind.data("beliefs", "clara", "works-in(X, D), not head(D, _)")["answers"] == []
    assert mind.ok("beliefs", "clara", 'works-in(bob, "research")') == "Yes.\n"
    assert mind.ok("beliefs", "clara", "works-in(bob, D), head(D, X)").split() == ["D", "X", "research", "carla"]
    assert "boss(bob, carla)  follows by its rules" in mind.ok("beliefs", "clara", "boss")
    assert "boss(X, Y) :- works-in(X, D), head(D, Y)" in mind.ok("beliefs", "clara", "--rules")
    assert mind.data("beliefs", "clara", "--rules")["kinds"][0]["policy"] == ["authority", "recency", "confidence"]
    wrong = mind("beliefs", "clara", "works-in(X")
    assert (wrong.code, "cannot be asked" in wrong.err, "next: write it like" in wrong.err) == (2, True, True)


def test_why_is_one_of_two_beliefs_current(mind: Cli) -> None:
    story = told(mind("why", "clara", "works-in(bob, sales)", "--json"))
    assert story["tree"]["facts"]["overruled"].startswith("by a better word")
    (other,) = first(story["tree"], "contradictions")["below"]
    assert (other["what"], other["text"]) == ("current", "works-in(bob, research)")
    assert other["facts"]["why"] == "its source is trusted more"
    assert first(story["tree"], "percept")["text"] == "told told:0"


def test_goals_are_a_tree_with_how_far_they_are(mind: Cli) -> None:
    (pipeline,) = mind.data("goals", "clara")["goals"]
    assert (pipeline["name"], pipeline["horizon"], pipeline["state"]) == ("pipeline", "strategic", "active")
    assert pipeline["metric"]["text"] == "3 of at least 10 calls"
    assert [part["name"] for part in pipeline["parts"]] == ["first-call"]
    shown = mind.ok("goals", "clara")
    assert "└── " in shown
    assert "3 of at least 10 calls" in shown


def test_why_tells_a_goals_states_and_who_works_for_it(mind: Cli) -> None:
    for words in (("why", "Clara", "Diaz", "first-call"), ("goals", "clara", "first-call")):
        said = mind(*words, "--json")
        tree = told(said)["tree"] if words[0] == "why" else json.loads(said.out)["tree"]
        states = [node["text"] for node in nodes(tree) if node["what"] == "state"]
        assert states[-1].startswith("active, ")
        assert first(tree, "plan")["text"].partition(" ")[2] == "first-call, version 1, done"
        assert tree["facts"]["serves"][0].startswith("pipeline (")
    none = mind("goals", "clara", "peace")
    assert (none.code, "has no goal 'peace'" in none.err) == (2, True)
    assert "pipeline" in mind.ok("show", "clara")
    assert "first-call" in mind.ok("history", "clara")


def test_what_was_learned_of_a_plan_is_told_where_it_was_chosen(mind: Cli) -> None:
    first_time, *_, last_time = (told(mind("why", "clara", f"reach:{place}", "--json"))["tree"] for place in range(3))
    plans = [node["text"].partition(",")[0] for node in nodes(first_time) if node["what"] == "plan"]
    assert plans == ["by-phone", "by-mail"], "it was tried the cheap way, then the other"
    assert [n["text"].partition(",")[0] for n in nodes(last_time) if n["what"] == "plan"] == ["by-mail"]
    chosen = first(last_time, "plan")["facts"]
    assert chosen["passed_over"][0].startswith("by-phone: ")
    assert chosen["learned"].endswith("tries worked")
    assert chosen["weighed"][0].startswith("success 0.")
    assert "Has learned" in mind.ok("show", "clara")


def test_a_mind_at_rest_is_lived_again_too(mind: Cli) -> None:
    found = mind.data("replay", "clara", "--without", "told:1")
    assert [(b["was"], b["now"]) for b in found["beliefs"] if b["name"] == "works-in"] == [
        ("works-in(bob, sales), confidence 0.90, overruled", "works-in(bob, sales), confidence 0.90"),
        ("works-in(bob, research)", ""),
    ]
    assert mind.data("replay", "clara")["otherwise"] == 0


def test_an_employee_without_a_mind_has_nothing_to_show(company: Cli) -> None:
    company.ok("hire", "executive-assistant", "--name", "Nora Nils")
    for words in (("beliefs",), ("goals",), ("replay",)):
        said = company(*words, "nora")
        assert said.code in (0, 2), said.err
    assert "nothing" in company.ok("beliefs", "nora")
