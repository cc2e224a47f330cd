"""What rests on something goes with it, all of it and nothing else, and comes back with it."""

import itertools
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.memory.knowledge.recording import forget_facts, set_rules
from empla.memory.model import Basis
from empla.store.opening import open_store
from tests.memory.knowledge.conftest import Known


def test_a_fact_without_its_episode_is_believed_no_longer_nor_what_rests_on_it(known: Known):
    mail = known.episode("I am the new CFO of Acme")
    title = known.say("Bob", "title", "CFO", rests_on=(mail,))
    budget = known.say("Bob", "decides_on", "budgets", rests_on=(f"f{title}",))

    settled = known.forget(mail)
    assert settled.closed == (title, budget)
    assert known.forget(mail, "kept").opened == (title, budget)


def test_of_two_proofs_one_is_enough(known: Known):
    first, second = known.episode(), known.episode()
    title = known.say("Bob", "title", "CFO", key="a", rests_on=(first,))
    assert known.say("Bob", "title", "CFO", key="b", rests_on=(second,)) == title

    assert known.forget(first).closed == ()
    assert known.forget(second).closed == (title,)


def test_of_one_proof_all_of_it_is_needed(known: Known):
    first, second = known.episode(), known.episode()
    both = known.say("Bob", "knows", "Ann", rests_on=(first, second))
    assert known.forget(second).closed == (both,)


def test_facts_that_only_rest_on_each_other_do_not_keep_each_other_alive(known: Known):
    mail = known.episode()
    one = known.say("Bob", "likes", "tea", key="one", rests_on=(mail,))
    other = known.say("Bob", "likes", "Earl Grey", key="other", rests_on=(f"f{one}",))
    known.say("Bob", "likes", "tea", key="again", rests_on=(f"f{other}",))  # one more proof of the first

    assert known.forget(mail).closed == (one, other)


def test_what_follows_by_rules_goes_and_comes_with_its_premises(known: Known):
    known.say("Bob", "reports_to", "Ann", to="person")
    top = known.say("Ann", "reports_to", "Cy", to="person")
    assert known.values("Cy", "above") == ["Ann", "Bob"]

    settled = known.withdraw(top)
    assert len(settled.closed) == 3
    assert known.values("Cy", "above") == []
    assert known.values("Ann", "above") == ["Bob"]
    known.restore(top)
    assert known.values("Cy", "above") == ["Ann", "Bob"]


def test_a_circle_of_superiors_goes_when_it_is_cut(known: Known):
    known.say("Bob", "reports_to", "Ann", to="person")
    known.say("Ann", "reports_to", "Cy", to="person")
    cut = known.say("Cy", "reports_to", "Bob", to="person")
    assert set(known.values("Bob", "above")) == {"Ann", "Cy"}  # nobody is above himself

    known.withdraw(cut)
    assert known.values("Bob", "above") == []
    assert known.values("Cy", "above") == ["Ann", "Bob"]


def test_a_conclusion_holds_for_as_long_as_all_its_premises_do(known: Known):
    from tests.memory.knowledge.conftest import day

    known.say("Bob", "reports_to", "Ann", to="person", valid_from=day(-300))
    known.say("Ann", "reports_to", "Cy", to="person", valid_from=day(-100), valid_to=day(-10))
    assert known.values("Cy", "above", at=day(-200)) == []
    assert known.values("Cy", "above", at=day(-50)) == ["Ann", "Bob"]
    assert known.values("Cy", "above", at=day(-5)) == []

    known.today = 1
    known.say("Bob", "reports_to", "Dan", to="person", valid_from=day(-60))
    assert known.values("Cy", "above", at=day(-50)) == ["Ann"]
    assert known.values("Cy", "above", at=day(-80)) == ["Ann", "Bob"]
    assert known.values("Cy", "above", at=day(-50), known_at=day(0)) == ["Ann", "Bob"]


def test_what_a_word_denies_no_rule_brings_back(known: Known):
    ann = known.person("ann@acme.example", "Ann Lee")
    (employed,) = known.about(ann, "works_for")
    known.withdraw(employed.number, why="she is a contractor")
    cy = known.person("cy@acme.example", "Cy Young")
    known.person("ann.lee@acme.example", "Ann Lee")

    assert known.values(ann, "works_for") == []
    assert known.values(cy, "works_for") == ["Acme"]


def test_a_statement_goes_before_what_an_address_suggests(known: Known):
    bob = known.person("bob@acme.example", "Bob Stone")
    assert known.values(bob, "works_for") == ["Acme"]
    stated = known.say(bob, "works_for", "Globex", basis=Basis.STATED)
    assert known.values(bob, "works_for") == ["Globex"]
    known.withdraw(stated)
    assert known.values(bob, "works_for") == ["Acme"]


def test_what_is_erased_has_no_words_and_nothing_rests_on_it(known: Known):
    title = known.say("Bob", "title", "CFO")
    known.say("Bob", "decides_on", "budgets", rests_on=(f"f{title}",))
    with known.store.transaction():
        settled = forget_facts(known.store, [title], known.at)

    assert len(settled.closed) == 2
    (row,) = known.store.find("fact", {"seq": title}, ("object", "said_by", "state"))
    assert (row.object, row.said_by, row.state) == ("", "", "forgotten")
    assert known.restore(title).opened == ()


# against an oracle ---------------------------------------------------------------------------------------------------


@dataclass
class Oracle:
    """What must be believed, worked out from nothing every time: episodes, proofs, denials and one rule."""

    episodes: set[str] = field(default_factory=set)
    proofs: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)
    triples: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    denied: set[int] = field(default_factory=set)

    def believed(self) -> set[int]:
        """Return the least set of facts of which each has a proof that is whole."""
        found: set[int] = set()
        while True:
            ground = self.episodes | {f"f{number}" for number in found}
            more = {
                number
                for number, proofs in self.proofs.items()
                if number not in self.denied and (not proofs or any(ground.issuperset(proof) for proof in proofs))
            }
            if more == found:
                return found
            found = more

    def above(self) -> set[tuple[str, str]]:
        """Return who is above whom by the reports that are believed."""
        pairs = {(boss, who) for n in self.believed() for who, name, boss in [self.triples[n]] if name == "reports_to"}
        pairs = {pair for pair in pairs if pair[0] != pair[1]}
        while True:
            more = {(a, d) for (a, b), (c, d) in itertools.product(pairs, pairs) if b == c}
            if more <= pairs:
                return {pair for pair in pairs if pair[0] != pair[1]}
            pairs |= more


RULES = (
    "ranks_over(X, Y) :- leads_under(Y, X)",
    "ranks_over(X, Z) :- ranks_over(X, Y), ranks_over(Y, Z)",
)
PEOPLE = ("Ann", "Bob", "Cy", "Dan", "Eve")
Choice = st.integers(0, 10**6)
What = st.sampled_from(["episode", "observe", "rest", "report", "forget", "deny", "restore"])
Steps = st.lists(st.tuples(What, Choice, Choice, Choice), max_size=25)


@given(steps=Steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_what_is_believed_is_what_has_ground(steps, tmp_path_factory):
    store = open_store(tmp_path_factory.mktemp("oracle") / "mind.db", "ada")
    store.take_lease(1, "a test")
    known, oracle = Known(store), Oracle()
    with store.transaction():
        set_rules(store, RULES, known.at)
    try:
        for step in steps:
            known.today += 1
            play(known, oracle, *step)
            check(known, oracle)
    finally:
        store.close()


def play(known: Known, oracle: Oracle, what: str, one: int, two: int, three: int) -> None:
    """Let one thing happen to both."""
    here = sorted(oracle.episodes)
    facts = sorted(oracle.proofs)
    match what:
        case "episode":
            oracle.episodes.add(known.episode())
        case "observe" if here:
            record(known, oracle, ("Ann", "likes", f"thing {one % 5}"), {here[one % len(here)], here[two % len(here)]})
        case "rest" if facts and here:
            supporters = {f"f{facts[one % len(facts)]}", f"f{facts[two % len(facts)]}"}
            supporters |= {here[three % len(here)]} if three % 2 else set()
            record(known, oracle, ("Bob", "likes", f"thing {three % 5}"), supporters)
        case "report":
            who, boss = PEOPLE[one % 5], PEOPLE[two % 5]
            record(known, oracle, (who, "reports_to", boss), {here[three % len(here)]} if here else set())
        case "forget" if here:
            known.forget(here[one % len(here)])
            oracle.episodes.discard(here[one % len(here)])
        case "deny" if facts:
            known.withdraw(facts[one % len(facts)])
            oracle.denied.add(facts[one % len(facts)])
        case "restore" if facts:
            known.restore(facts[one % len(facts)])
            oracle.denied.discard(facts[one % len(facts)])


def record(known: Known, oracle: Oracle, triple: tuple[str, str, str], supporters: set[str]) -> None:
    """Record a fact under a key of its own; of `reports_to` several may count here, so they do not end each other."""
    subject, predicate, obj = triple
    entity = known.entity(obj) if predicate == "reports_to" else obj
    known.entity(subject)
    name = "leads_under" if predicate == "reports_to" else predicate
    number = known.say(subject, name, entity, key=f"key {known.today}", rests_on=tuple(sorted(supporters)))
    oracle.triples[number] = triple
    if number not in oracle.proofs:
        oracle.proofs[number] = [tuple(sorted(supporters))] if supporters else []
    elif oracle.proofs[number]:  # one more proof; what is so because somebody said it needs none
        oracle.proofs[number].append(tuple(sorted(supporters)))


def check(known: Known, oracle: Oracle) -> None:
    """Hold what is believed to the oracle."""
    rows = known.store.find("fact", {"closed_at": ""}, ("seq", "basis", "predicate", "subject", "object_entity"))
    recorded = {row.seq for row in rows if row.basis != Basis.DERIVED}
    assert recorded == oracle.believed()
    names = {number: name for name, number in known.called.items()}
    above = {(names[r.subject], names[r.object_entity]) for r in rows if r.predicate == "ranks_over"}
    assert {pair for pair in above if pair[0] != pair[1]} == oracle.above()
