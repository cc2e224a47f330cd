"""The workloads of the benchmark, in python-agentspeak; run by `peers.py` in the peer's own environment, as a program.

python agentspeak_peer.py WORKLOAD PARAMETERS        # prints its figures as JSON
"""

import gc
import json
import sys
import time
import tracemalloc
from pathlib import Path

import agentspeak
import agentspeak.runtime
import agentspeak.stdlib

CONTACTS = 1000


def agent_of(program, beliefs=()):
    """Return an agent with this program and these beliefs, each a tuple of functor and arguments."""
    environment = agentspeak.runtime.Environment()
    agent = environment.build_agent(agentspeak.StringSource("bench", program), agentspeak.stdlib.actions)
    for functor, *arguments in beliefs:
        hold(agent, functor, *arguments)
    agent.run()
    return agent


def hold(agent, functor, *arguments):
    agent.add_belief(agentspeak.Literal(functor, tuple(arguments)), {})


def happen(agent, functor, *arguments):
    """Let a belief come from outside, with its event, and run to the end of what it leads to."""
    literal = agentspeak.Literal(functor, tuple(arguments))
    intention = agentspeak.runtime.Intention()
    agent.call(agentspeak.Trigger.addition, agentspeak.GoalType.belief, literal, intention)
    agent.run()


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20)


def rule(beliefs, queries):
    """boss(X, Y) with X bound: milliseconds a query."""
    people = beliefs * 99 // 100
    departments = beliefs - people
    held = [("works_in", f"p{n}", f"d{n % departments}") for n in range(people)]
    held += [("head", f"d{n}", f"h{n}") for n in range(departments)]
    agent = agent_of("boss(X, Y) :- works_in(X, D) & head(D, Y).", held)

    def ask(number):
        variable, intention = agentspeak.Var(), agentspeak.runtime.Intention()
        query = agentspeak.runtime.TermQuery(agentspeak.Literal("boss", (f"p{number}", variable)))
        for _ in query.execute(agent, intention):
            assert agentspeak.grounded(variable, intention.scope) == f"h{number % departments}"
            return

    ask(0)
    took = seconds(lambda: [ask(n * 37 % people) for n in range(queries)])
    return {"ms": took / queries * 1000}


def antijoin(rows):
    """Every task that nobody has done, of which there are half: milliseconds."""
    held = [("task", n) for n in range(rows)] + [("done", n) for n in range(0, rows, 2)]
    agent = agent_of("open(X) :- task(X) & not done(X).\n+!count(N) <- .count(open(X), N); +counted(N).", held)
    goal = agentspeak.Literal("count", (agentspeak.Var(),))

    def ask():
        intention = agentspeak.runtime.Intention()
        agent.call(agentspeak.Trigger.addition, agentspeak.GoalType.achievement, goal, intention)
        agent.run()

    took = seconds(ask)
    (counted,) = agent.beliefs["counted", 1]
    assert counted.args == (rows // 2,)
    return {"ms": took * 1000}


def mails(mails):
    """Each mail finds its sender's name among the contacts, and is noted as answered: mails a second."""
    held = [("contact", f"c{n}@x.example", f"Name {n}") for n in range(CONTACTS)]
    program = "+mail(Id, From) : contact(From, Name) <- -mail(Id, From); +answered(Id, Name)."
    agent = agent_of(program, held)

    def all_of_them():
        for number in range(mails):
            happen(agent, "mail", number, f"c{number % CONTACTS}@x.example")

    took = seconds(all_of_them)
    assert len(agent.beliefs["answered", 2]) == mails
    return {"per_second": mails / took}


def counter(events):
    """A counter driven by its own belief event: events a second, and the memory it comes to hold."""
    before = resident()
    agent = agent_of(f"+count(N) : N < {events} <- -count(N); +count(N + 1).")
    took = seconds(lambda: happen(agent, "count", 0))
    assert [b.args for b in agent.beliefs["count", 1]] == [(events,)]
    return {"per_second": events / took, "mib": resident() - before}


def cycles(first, last):
    """The same counter: blocks and KiB that one more event keeps allocated, between the two numbers of events."""
    agent = agent_of(f"+count(N) : N < {last + 10} <- -count(N); +count(N + 1).")
    intention = agentspeak.runtime.Intention()
    agent.call(agentspeak.Trigger.addition, agentspeak.GoalType.belief, agentspeak.Literal("count", (0,)), intention)
    at = {}
    while last not in at:
        agent.step()
        (stack,) = agent.intentions
        if len(stack) in (first, last) and len(stack) not in at:
            gc.collect()
            at[len(stack)] = (sys.getallocatedblocks(), resident())
    (blocks, mib), (blocks_then, mib_then) = at[first], at[last]
    return {"blocks": (blocks_then - blocks) / (last - first), "kib": (mib_then - mib) * 1024 / (last - first)}


def memory(beliefs):
    """Two-argument beliefs, all different, their arguments atoms: KiB of each (it has no index)."""
    agent = agent_of("")
    gc.collect()
    tracemalloc.start()
    for number in range(beliefs):
        hold(agent, "knows", agentspeak.Literal(f"person{number}"), agentspeak.Literal(f"subject{number}"))
    gc.collect()
    return {"kib": tracemalloc.get_traced_memory()[0] / beliefs / 1024}


if __name__ == "__main__":
    workloads = {w.__name__: w for w in (rule, antijoin, mails, counter, cycles, memory)}
    print(json.dumps(workloads[sys.argv[1]](**json.loads(sys.argv[2]))))
