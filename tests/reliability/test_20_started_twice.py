"""Fault 20: the same employee is started twice, on one host or on two. Asked: a lease of 30 s, renewed at 15, fenced by
epoch; 0 acts doubled; take-over at most 35 s after the other host died.

Two hosts are two homes with the same roster (the second made as docs/operating.md says) on one PostgreSQL server, each
with its own `up` and so its own lock; the mail server is a third party's. The lease is 3 s here instead of 30. Looked
at is what a take-over waited for: the end of the lease, and nothing else. A busy machine says little of seconds.
"""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from tests.reliability.two_hosts import Ground, Host, ground, postgresql, until

LEASE_S = 3


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with postgresql() as server, ground(tmp_path_factory.mktemp("hosts"), server, lease_s=LEASE_S) as made:
        yield made


def state(host: Host) -> str:
    return str(host.clara()["state"])


def lease(ground: Ground) -> tuple[int, str]:
    """Return epoch and holder."""
    return ground.server.rows("SELECT epoch, holder FROM lease")[0]


@pytest.mark.timeout(600)  # real processes by the dozen; far less on a quiet machine
def test_of_two_hosts_one_works_and_when_it_is_stopped_or_dies_the_other_takes_over(apart: Ground) -> None:
    one, other = apart.hosts
    one.up()
    until(lambda: state(one) == "working", what="the first at work")
    other.up()
    only_one_works(apart, one, other)
    stopped_and_woken(apart, one, other)
    host_dies(apart, one, other)
    handed_back(apart, other, one)


def only_one_works(ground: Ground, one: Host, other: Host) -> None:
    until(lambda: state(other) == "waiting", what="the second waiting")
    assert other.clara()["reason"] == f"another host is Clara Diaz: {os.uname().nodename}:{one.clara()['pid']}"
    again = one.run("up", ok=False)
    assert again.returncode != 0 and "already runs" in again.stderr, "two `up` on one home"
    ground.write("Before anything")
    until(lambda: ground.answers("Before anything"), what="an answer")
    assert (lease(ground)[0], state(one), state(other)) == (1, "working", "waiting")


def stopped_and_woken(ground: Ground, one: Host, other: Host) -> None:
    """The process sleeps through its lease as on a laptop whose lid was closed, mails in hand."""
    pid = int(one.clara()["pid"])
    for number in range(3):
        ground.write(f"While it falls asleep {number}")
    os.kill(pid, signal.SIGSTOP)
    until(lambda: lease(ground)[0] == 2, what="a take-over")
    waited_for(other, pid)
    ground.write("While it sleeps")
    until(lambda: ground.answers("While it sleeps"), what="an answer of the second")

    os.kill(pid, signal.SIGCONT)
    until(lambda: not psutil.pid_exists(pid), what="the end of the first")
    lost = ground.server.rows("SELECT key FROM percept WHERE kind = 'lease-lost'")
    assert lost == [(f"lease-lost:1:{os.uname().nodename}:{pid}",)]
    until(lambda: state(one) == "waiting", what="the first waiting")
    told = [line for line in one.log("clara.diaz") if line["event"] == "lease lost"]
    assert [(line["tried"] != "", line["holder"]) for line in told] == [(True, f"{os.uname().nodename}:{pid}")]
    refused = [deed for deed in other.data("history", "Clara") if deed["operation"] == "lease"]
    assert [(deed["state"], deed["action"]) for deed in refused] == [("lost", "lease 1")]
    assert lease(ground)[0] == 2, "what it tried changed nothing"

    for number in range(3):
        until(lambda number=number: ground.answers(f"While it falls asleep {number}"), what="what was in hand")
    everything_once(ground)


def host_dies(ground: Ground, one: Host, other: Host) -> None:
    """All processes of the host at once, as when its power is cut; nobody is left to hand anything back."""
    ground.write("With the power cut")
    pid = int(other.clara()["pid"])
    other.end()
    until(lambda: lease(ground)[0] == 3, what="a take-over")
    waited_for(one, pid)
    until(lambda: ground.answers("With the power cut"), what="an answer of the first")
    everything_once(ground)


def waited_for(host: Host, pid: int) -> None:
    """The lease that `host` took was that process's, and was taken because it had ended by time, not by proof."""
    taken = [line for line in host.log("clara.diaz") if line["event"] == "lease taken"][-1]
    assert taken["by_waiting"]
    assert taken["before"].startswith(f"{os.uname().nodename}:{pid}")


def handed_back(ground: Ground, other: Host, one: Host) -> None:
    """A host that ends in good order leaves nobody waiting for the end of its lease."""
    other.up()
    until(lambda: state(other) == "waiting", what="the second waiting")
    one.run("down")
    until(lambda: state(other) == "working", what="a take-over")
    taken = [line for line in other.log("clara.diaz") if line["event"] == "lease taken"]
    assert (taken[-1]["by_waiting"], taken[-1]["before"]) == (False, "")
    ground.write("At the end")
    until(lambda: ground.answers("At the end"), what="an answer")
    everything_once(ground)
    checks = {check["name"]: check for check in other.data("doctor")["checks"]}
    assert checks["database"]["ok"] and "sesame" not in checks["database"]["evidence"]
    assert checks["lease of Clara Diaz"]["evidence"].startswith("lost to another host 1 times")


def everything_once(ground: Ground) -> None:
    subjects = [subject for subject in ground.subjects() if subject.startswith("Re: ")]
    assert len(subjects) == len(set(subjects)), "a mail was answered twice"
