"""Goals that consist of others, wait for others, or make room for others."""

import pytest

from empla.errors import ValidationError
from empla.mind import desiring
from empla.mind.goals import Aim
from empla.mind.terms import lit, query
from tests.mind.goals.wanting import FAILED, Wanting, kinds


def held(functor: str) -> Aim:
    """Return an aim that is reached when anything of this functor is believed."""
    return Aim(name=functor, holds=query(lit(functor)))


def test_a_whole_is_reached_with_the_last_of_its_parts() -> None:
    mind = Wanting()
    raised = mind.want(Aim(name="move", all_of=(held("packed"), held("driven"))))
    assert ("goal:move", "") not in kinds(raised)  # its parts are the way
    mind.believe("packed")
    assert mind.states() == {"move": "active", "packed": "achieved", "driven": "active"}
    assert mind.goal("move").progress == 0.5
    assert kinds(mind.believe("driven")) == [("goal-achieved", "driven"), ("goal-achieved", "move")]
    assert mind.goal("move").reason == "what it needs is reached"


def test_one_of_several_ways_is_enough_and_the_others_are_dropped() -> None:
    mind = Wanting()
    mind.want(Aim(name="arrive", any_of=(held("by-train"), held("by-car"))))
    raised = mind.believe("by-car")
    assert kinds(raised) == [("goal-achieved", "by-car"), ("goal-achieved", "arrive"), ("goal-dropped", "by-train")]
    assert mind.goal("by-train").reason == "arrive, which it serves, is reached"


def test_a_part_given_up_blocks_the_whole_and_a_way_given_up_only_when_it_was_the_last() -> None:
    mind = Wanting()
    mind.want(Aim(name="arrive", all_of=(held("ticket"),), any_of=(held("by-train"), held("by-car"))))
    assert kinds(mind.say(desiring.drop, "by-train", "a strike")) == [("goal-dropped", "by-train")]
    raised = mind.say(desiring.drop, "by-car", "no fuel")
    assert kinds(raised) == [("goal-dropped", "by-car"), ("goal-blocked", "arrive")]
    assert raised[1].fields["reason"] == "by-car, which it needs, was given up: no fuel"
    mind.say(desiring.drop, "ticket", "sold out")
    assert [block.name for block in mind.goal("arrive").blocked_by] == ["by-car", "ticket"]
    assert mind.states()["arrive"] == "active"  # what to do now is for plans, or a person


def test_giving_up_the_whole_gives_up_its_parts() -> None:
    mind = Wanting()
    mind.want(Aim(name="move", all_of=(Aim(name="pack", all_of=(held("boxes"),)), held("driven"))))
    mind.say(desiring.drop, "move", "we stay")
    assert set(mind.states().values()) == {"dropped"}
    assert mind.goal("driven").reason == "move, which it serves, was given up: we stay"


def test_a_part_of_two_wholes_goes_on_for_the_other() -> None:
    mind = Wanting()
    mind.want(held("budget"), Aim(name="hire", all_of=("budget",)), Aim(name="travel", all_of=("budget",)))
    mind.say(desiring.drop, "hire", "no need")
    assert mind.states() == {"hire": "dropped", "travel": "active", "budget": "active"}
    mind.say(desiring.drop, "travel", "no need")
    assert mind.states()["budget"] == "dropped"


def test_what_depends_on_others_waits_and_then_is_pursued() -> None:
    mind = Wanting()
    raised = mind.want(Aim(name="sell", kind="perform", depends_on=("built", "priced")), held("built"), held("priced"))
    assert ("goal:sell", "") not in kinds(raised)
    assert ("goal-blocked", "sell") in kinds(raised)
    assert mind.goal("sell").reason == "it waits for built and priced"
    mind.believe("built")
    assert mind.states()["sell"] == "waiting"
    raised = mind.believe("priced")
    assert kinds(raised) == [("goal-achieved", "priced"), ("goal-resumed", "sell"), ("goal:sell", "")]
    assert mind.goal("sell").blocked_by == ()


def test_what_depends_on_something_given_up_says_so() -> None:
    mind = Wanting()
    mind.want(Aim(name="sell", kind="perform", depends_on=("built",)), held("built"))
    raised = mind.say(desiring.drop, "built", "too dear")
    assert kinds(raised) == [("goal-dropped", "built"), ("goal-blocked", "sell")]
    assert mind.goal("sell").blocked_by[0].reason == "built, which it needs, was given up: too dear"
    assert mind.begin() == []
    raised = mind.say(desiring.resume, "sell", "the manager says it can be done without")
    assert kinds(raised) == [("goal-resumed", "sell"), ("goal:sell", "")]
    assert mind.goal("sell").blocked_by == ()


def test_the_parts_of_what_waits_are_not_begun() -> None:
    mind = Wanting()
    mind.want(Aim(name="sell", depends_on=("built",), all_of=(Aim(name="call", kind="perform"),)), held("built"))
    assert mind.states() == {"sell": "waiting", "call": "suspended", "built": "active"}
    assert kinds(mind.believe("built")) == [
        ("goal-achieved", "built"),
        ("goal-resumed", "sell"),
        ("goal-resumed", "call"),
        ("goal:call", ""),
    ]


def test_a_part_that_waits_for_what_waits_for_it_is_refused() -> None:
    call = Aim(name="call", kind="perform")
    with pytest.raises(ValidationError, match="circle: call needs sell, which needs offer, which needs call"):
        Wanting().want(
            call,
            Aim(name="sell", depends_on=("offer",), all_of=("call",)),
            Aim(name="offer", kind="perform", depends_on=("call",)),
        )


def test_of_two_in_conflict_the_more_important_is_pursued_and_the_other_when_it_is_over() -> None:
    mind = Wanting()
    mind.want(
        Aim(name="rest", kind="perform", importance=0.4, conflicts_with=("work",)),
        Aim(name="work", kind="perform", importance=0.9),
    )
    assert mind.states() == {"rest": "suspended", "work": "active"}
    assert mind.goal("rest").reason == "work goes first, and both cannot be pursued at once"
    assert kinds(mind.ended("work")) == [("goal-achieved", "work"), ("goal-resumed", "rest"), ("goal:rest", "")]


def test_a_more_important_goal_that_comes_later_takes_over() -> None:
    mind = Wanting()
    mind.want(Aim(name="write", kind="perform", all_of=()))
    mind.pursue(Aim(name="repair", kind="perform", importance=0.8, conflicts_with=("write",)))
    assert mind.states() == {"write": "suspended", "repair": "active"}
    assert ("g1", "suspended") in mind.moves  # what its intentions are suspended by
    mind.ended("repair", FAILED)
    assert mind.states() == {"write": "active", "repair": "dropped"}
    assert kinds(mind.events)[-1] == ("goal-resumed", "write")  # its intention goes on: no plan is asked for again


def test_equals_do_not_take_turns() -> None:
    mind = Wanting()
    mind.want(held("quiet"))
    mind.pursue(Aim(name="music", kind="perform", conflicts_with=("quiet",)))
    assert mind.states() == {"quiet": "active", "music": "suspended"}
    mind.say(desiring.word, "music", 0.1)
    assert mind.states() == {"quiet": "suspended", "music": "active"}  # the manager's word


def test_suspending_a_whole_suspends_its_parts_until_it_is_resumed() -> None:
    mind = Wanting()
    mind.want(Aim(name="move", all_of=(held("packed"), held("driven"))))
    mind.say(desiring.suspend, "move", "the manager is away")
    assert set(mind.states().values()) == {"suspended"}
    mind.say(desiring.resume, "packed", "it can be done anyway")
    assert mind.states()["packed"] == "suspended"  # what it serves still is
    mind.say(desiring.resume, "move", "the manager is back")
    assert set(mind.states().values()) == {"active"}


def test_what_was_suspended_by_word_is_not_resumed_by_the_end_of_a_conflict() -> None:
    mind = Wanting()
    mind.want(held("quiet"))
    mind.pursue(Aim(name="music", kind="perform", conflicts_with=("quiet",)))
    mind.say(desiring.suspend, "music", "not today")
    mind.believe("quiet")
    assert mind.states() == {"quiet": "achieved", "music": "suspended"}
    mind.say(desiring.resume, "music", "now")
    assert mind.states()["music"] == "active"


def test_a_goal_taken_up_for_another_serves_it() -> None:
    mind = Wanting()
    mind.want(Aim(name="quarter", holds=query(lit("sold")), importance=0.9))
    mind.pursue(Aim(name="this week", kind="perform"), parent="g1")
    assert mind.goal("this week").importance == 0.9
    assert mind.goal("this week").ties.serves == ("g1",)
    mind.believe("sold")
    assert mind.states() == {"quarter": "achieved", "this week": "dropped"}


def test_a_goal_taken_up_by_a_plan_being_done_outlives_it() -> None:
    mind = Wanting()
    mind.want(Aim(name="plan the week", kind="perform"))
    mind.pursue(Aim(name="call Ben", kind="perform"), parent="g1")
    mind.ended("plan the week")
    assert mind.states() == {"plan the week": "achieved", "call Ben": "active"}
    assert mind.goal("call Ben").parent == "g1"
