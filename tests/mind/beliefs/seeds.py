"""Revision and queries of many kinds, in an order that a seed makes; prints one digest of all that came of it.

Run as a script: the same in every process, on every hash seed.
"""

import hashlib
import random
from datetime import timedelta

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.beliefs import BeliefBase
from empla.mind.kinds import Preference
from empla.mind.logic import Rules, ask, find, functors_read, parse_query, parse_rule
from empla.mind.propositions import Proposition
from tests.mind.beliefs.revisions import FROM, Beliefs

RULES = (
    "reaches(X, Y) :- knows(X, Y)",
    "reaches(X, Y) :- reaches(X, Z), reaches(Z, Y)",
    "alone(X) :- knows(X, _), not reaches(X, X)",
    "known(X, N) :- knows(_, X), N is count(Y : reaches(Y, X), not alone(Y))",
)
QUERIES = ("reaches(X, Y)", "alone(X)", "known(X, N), N > 1", "L is collect(X : knows(X, _)), X is max(Y : at(_, Y))")
NAMES = ("anna", "bert", "carla", "dora")


def play(seed: int) -> str:
    """Return the digest of one play."""
    chance = random.Random(seed)
    mind, told = Beliefs(), hashlib.sha256()
    mind.declare("knows", half_life=timedelta(minutes=5), floor=0.2)
    mind.declare("at", key=(0,), policy=(Preference.CONFIDENCE, Preference.AUTHORITY))
    rules = Rules(map(parse_rule, chance.sample(RULES, len(RULES))))
    for _ in range(80):
        one, other = chance.choice(NAMES), chance.choice(NAMES)
        source = FROM[chance.choice(sorted(FROM))]
        try:
            match chance.randrange(6):
                case 0 | 1:
                    raised = mind.believe("knows", one, other, on=(f"m{chance.randrange(4)}",))
                case 2:
                    raised = mind.believe("at", one, chance.randrange(3), by=source, confidence=chance.random())
                case 3:
                    raised = mind.believe(
                        "likes", one, on=(Proposition("knows", (one, other)), Proposition("likes", (other,)))
                    )
                case 4:
                    raised = mind.withdraw(f"m{chance.randrange(4)}")
                case _:
                    raised = mind.wait(timedelta(minutes=1))
        except ValidationError as refused:
            raised = [refused.sentence]
        found = [ask(mind.state.beliefs, rules, parse_query(text), at=mind.at) for text in QUERIES]
        restarted = BeliefBase(chance.sample(list(mind.state.beliefs), len(mind.state.beliefs)))
        assert found == [ask(restarted, rules, parse_query(text), at=mind.at) for text in QUERIES]
        label = find(restarted, rules, parse_query(QUERIES[1])).sources
        reads = sorted(functors_read(parse_query(QUERIES[2]), rules))
        changes = mind.deltas[-1].changes if mind.deltas else ()
        told.update(codec.dumps([raised, found, label, reads, changes]).encode())
    return told.hexdigest()


if __name__ == "__main__":
    print(hashlib.sha256("".join(map(play, range(5))).encode()).hexdigest())
