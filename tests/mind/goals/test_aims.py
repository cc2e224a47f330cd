"""A role's aims become goals, and go when the role has them no more."""

from datetime import timedelta

import pytest

from empla.errors import ValidationError
from empla.mind import codec, desiring
from empla.mind.draft import Draft
from empla.mind.goals import Aim, Metric
from empla.mind.plans import PlanLibrary
from empla.mind.terms import lit, query, variables
from tests.mind.goals.wanting import DONE, FAILED, Wanting, kinds, listening

(X,) = variables("X")
QUIET = query(lit("quiet", X))


def test_an_aim_is_taken_up_and_asks_for_a_plan_with_its_bindings() -> None:
    mind = Wanting()
    raised = mind.want(Aim(name="tidy", kind="perform", bindings={"room": 4}))
    assert kinds(raised) == [("goal-adopted", "tidy"), ("goal:tidy", "")]
    assert raised[1].fields == {"room": 4, "goal": "g1"}
    assert mind.goal("tidy").at_work


def test_a_goal_changes_its_row_only_when_something_changed() -> None:
    mind = Wanting()
    mind.want(Aim(name="tidy", holds=QUIET))
    draft = Draft(mind.state, mind.at + timedelta(days=1))
    desiring.began(draft, mind.library)
    assert draft.delta().changes == ()


def test_beginning_again_takes_nothing_up_twice() -> None:
    mind = Wanting()
    mind.want(Aim(name="tidy", kind="perform"))
    assert mind.begin() == []
    mind.ended("tidy")
    assert mind.begin() == []
    assert mind.states() == {"tidy": "achieved"}


def test_a_new_version_of_an_aim_that_is_over_is_taken_up_anew() -> None:
    mind = Wanting()
    mind.want(Aim(name="tidy", kind="perform"))
    mind.ended("tidy")
    mind.library.aims["tidy"] = Aim(name="tidy", kind="perform", version=2)
    assert kinds(mind.begin()) == [("goal-adopted", "tidy"), ("goal:tidy", "")]


def test_what_the_role_has_no_more_is_dropped_with_that_reason() -> None:
    mind = Wanting()
    mind.want(Aim(name="tidy", holds=QUIET))
    mind.library.aims.clear()
    assert kinds(mind.begin()) == [("goal-dropped", "tidy")]
    assert mind.goal("tidy").reason == "the role has it no more"
    mind.want(Aim(name="tidy", holds=QUIET))
    assert mind.states() == {"tidy": "active"}


def test_a_goal_follows_what_the_role_says_of_it_later() -> None:
    mind = Wanting()
    mind.want(Aim(name="grow", metric=Metric(of="sales", target=10.0), deadline=timedelta(days=10)))
    mind.believe("sales", 4)
    mind.library.aims["grow"] = Aim(name="grow", metric=Metric(of="sales", target=4.0), deadline=timedelta(days=20))
    mind.begin()
    assert mind.states() == {"grow": "achieved"}
    assert mind.goal("grow").deadline == mind.goal("grow").adopted_at + timedelta(days=20)


def test_a_goal_tied_otherwise_is_taken_up_anew_with_its_ties() -> None:
    mind = Wanting()
    mind.want(Aim(name="whole", all_of=(Aim(name="one", holds=QUIET),)))
    mind.library.aims["whole"] = Aim(name="whole", all_of=(Aim(name="one", holds=QUIET), Aim(name="two", holds=QUIET)))
    mind.begin()
    assert mind.states() == {"whole": "active", "one": "active", "two": "active"}
    assert len(mind.goal("whole").ties.all_of) == 2


def test_a_part_reached_before_counts_when_the_whole_is_taken_up_anew() -> None:
    mind = Wanting()
    one, two = Aim(name="one", kind="perform"), Aim(name="two", kind="perform")
    mind.want(Aim(name="whole", all_of=(one,)))
    mind.library.aims["whole"] = Aim(name="whole", all_of=(one, two), version=2)
    mind.ended("one")
    assert mind.states() == {"whole": "achieved", "one": "achieved"}
    mind.begin()
    assert mind.states() == {"one": "achieved", "whole": "active", "two": "active"}
    mind.ended("two")
    assert mind.goal("whole").state == "achieved"


@pytest.mark.parametrize(
    ("aim", "wrong"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "a.b"}, "needs a name without a dot"),
        ({"name": "a", "kind": "wish"}, "cannot be a goal to wish"),
        ({"name": "a", "horizon": "some day"}, "with a some day horizon"),
        ({"name": "a", "importance": 2.0}, "it goes from 0 to 1"),
        ({"name": "a", "kind": "maintain"}, "say what by `holds` or a metric"),
        ({"name": "a", "kind": "query"}, "asks for nothing"),
        ({"name": "a", "kind": "perform", "holds": QUIET}, "belongs to an aim to achieve"),
        ({"name": "a", "kind": "maintain", "holds": QUIET, "all_of": ("b",)}, "only an aim to achieve has parts"),
        ({"name": "a", "deadline": timedelta(0)}, "a deadline before it is taken up"),
        ({"name": "a", "every": timedelta(seconds=1)}, "more often than once a minute"),
    ],
)
def test_an_aim_that_makes_no_sense_is_refused_where_it_is_written(aim: dict, wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Aim(**aim)


def test_aims_that_need_each_other_are_refused_with_the_circle_named() -> None:
    library = PlanLibrary()
    library.want(Aim(name="a", depends_on=("b",)), Aim(name="b", all_of=("c",)))
    with pytest.raises(ValidationError, match="circle: a needs b, which needs c, which needs a"):
        library.want(Aim(name="c", depends_on=("a",)))


def test_an_aim_that_serves_what_serves_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="in a circle: a needs b, which needs a"):
        PlanLibrary().want(Aim(name="a", parent="b"), Aim(name="b", parent="a"))


def test_an_aim_in_conflict_with_what_it_needs_is_refused() -> None:
    with pytest.raises(ValidationError, match="a conflicts with c, which it needs"):
        PlanLibrary().want(
            Aim(name="a", depends_on=("b",), conflicts_with=("c",)), Aim(name="b", all_of=(Aim(name="c"),))
        )


def test_a_goal_pursued_at_run_time_is_refused_whole_or_taken_whole() -> None:
    mind = Wanting()
    mind.want(Aim(name="a", holds=QUIET))
    before = dict(mind.state.goals)
    for wrong, why in (
        (Aim(name="b", all_of=(Aim(name="c", depends_on=("b",)),)), "b needs c, which needs b"),
        (Aim(name="b", depends_on=("nothing",)), "there is no goal nothing"),
        (Aim(name="b", depends_on=("a",), conflicts_with=("a",)), "b conflicts with a, which it needs"),
        (Aim(name="b", holds=query(X > 3)), "X"),
    ):
        with pytest.raises(ValidationError, match=why):
            mind.pursue(wrong)
    assert mind.state.goals == before
    assert mind.pursue(Aim(name="b", depends_on=("a",))).id == "g2"


def test_what_is_done_for_a_goal_has_no_more_authority_than_whoever_wanted_it() -> None:
    from empla.mind.values import OUTSIDE

    mind = Wanting()
    raised = mind.step(
        lambda draft: desiring.pursue(
            draft, mind.library, Aim(name="a", kind="perform"), origin=OUTSIDE, reads=("percept",)
        )[1]
    )
    assert {event.origin for event in raised} == {OUTSIDE}
    assert mind.goal("a").reads == ("percept",)


def test_a_goal_kept_by_an_earlier_release_is_read_and_ends_as_it_would_have() -> None:
    """Releases 0.1 and 0.2 kept few fields of a goal, and an empty `metric`."""
    kept = (
        '{"$":"Goal","adopted_at":{"$":"datetime","v":"2026-09-07T08:00:00+00:00"},"horizon":"immediate","id":"g7",'
        '"kind":"perform","metric":{},"name":"book a meeting","parent":"","percept":"m1","reason":"","state":"active"}'
    )
    mind = Wanting()
    mind.state.apply([codec.loads(kept)])
    assert mind.begin() == []
    assert kinds(mind.ended("book a meeting")) == [("goal-achieved", "book a meeting")]
    assert mind.goal("book a meeting").kind == "perform"


def test_a_mind_without_aims_has_nothing_to_do_here() -> None:
    mind = Wanting(library=PlanLibrary())
    assert mind.begin() == []
    assert not mind.state.goals


def test_events_are_raised_only_where_somebody_listens() -> None:
    mind = Wanting(library=PlanLibrary())
    assert kinds(mind.want(Aim(name="tidy", kind="perform"))) == [("goal:tidy", "")]
    assert mind.ended("tidy", FAILED) == []
    assert mind.goal("tidy").reason == "the server is gone"


def test_a_goal_without_an_aim_ends_with_its_intention() -> None:
    from empla.mind.goals import Goal

    mind = Wanting(library=listening())
    sub = Goal(id="g1", name="ask Ben", percept="m1", adopted_at=mind.at)
    assert kinds(mind.step(lambda d: desiring.adopt(d, mind.library, sub))) == [("goal-adopted", "ask Ben")]
    assert kinds(mind.ended("ask Ben", DONE)) == [("goal-achieved", "ask Ben")]
    assert [t.state for t in mind.goal("ask Ben").transitions] == ["active", "achieved"]
