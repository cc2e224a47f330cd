"""Two assistants set on each other come to an end by themselves, and a person is told once."""

import os
from datetime import timedelta

from runtime.client import Letter
from tests.scenarios.conftest import Morning
from tests.scenarios.outsiders import somebody, wishes

ROUNDS = int(os.environ.get("EMPLA_LOOP_ROUNDS", "60"))
"""Rounds that are offered; `make bench-loop` offers 1 000."""
WISHES = (
    "None of these work for me, sorry. Please offer other times.",
    "I am afraid that none of those suits either.",
    "I would like to meet Anna Berg. Would Monday at 10 suit her?",
    "Could we find another time for half an hour with Anna, please?",
)


def from_ada(morning: Morning, letters: list[Letter]) -> list[Letter]:
    return [m for m in letters if m.sender == morning.assistant]


def test_one_who_keeps_offering_other_times_is_left_after_three_mails(morning: Morning) -> None:
    """A machine that does not say that it is one, and that no answer satisfies."""
    machine = somebody(morning, "Max Machine")
    question = wishes(morning, machine)
    morning.manager.reply(question, "Yes, next week")
    for number in range(3):
        machine.reply(machine.heard("offer"), WISHES[number % 2])
    end = morning.told("No time found")
    for number in range(3, ROUNDS):
        words = WISHES[number % len(WISHES)]
        if number % 3:
            machine.reply(machine.inbox()[-1], words)
        else:
            machine.send(morning.assistant, f"A meeting {number}", words)
        if number % 20 == 19:
            morning.move_to(machine._now() + timedelta(seconds=61))
            morning.settled()
    morning.settled()
    assert "kept in my mailbox" in end.text
    to_machine = from_ada(morning, machine.inbox())
    told = [m for m in from_ada(morning, morning.manager.inbox()) if machine.address in f"{m.subject} {m.text}"]
    ends = [m for m in told if not m.subject.endswith("asks for a meeting")]
    print(f"\n{ROUNDS} rounds offered: {len(to_machine)} mails to the machine, {len(told)} to the manager")
    assert len(to_machine) == 3, "three offers, and then nothing more"
    assert len(ends) == 1, "the manager is told once how it ended"
    assert len(told) == 2, "the question, and how it ended"


def test_two_assistants_whose_letters_are_passed_on_in_a_persons_name(morning: Morning, hired_by_ben: str) -> None:
    """Whatever Ada writes to Ben goes to his own assistant in his name, and the other way round: no machine is seen."""
    ben, bea = morning.people["Ben Stone"], hired_by_ben
    ben.send(morning.assistant, "Half an hour", "Hello Ada, could I have half an hour with Anna this week?")
    question = morning.told(f"{ben.address} asks for a meeting")
    morning.manager.reply(question, "yes")
    ben.wait_for(lambda m: m.sender == morning.assistant, 60)
    passed, read = 0, 0
    while passed < ROUNDS:
        fresh = [m for m in between(morning, bea) if m.uid > read]
        if not fresh:
            break
        for letter in fresh:
            to = bea if letter.sender == morning.assistant else morning.assistant
            last = next((m for m in reversed(ben.inbox()) if m.sender == to), None)
            words = letter.new.partition("\n-- ")[0]
            if last is not None:
                ben.reply(last, words)
            else:
                ben.send(to, letter.subject, words)
            passed += 1
            read = max(read, letter.uid)
        settle(morning, bea)
    mails = between(morning, bea)
    to_anna = from_ada(morning, morning.manager.inbox())
    ends = [m for m in to_anna if m.subject.startswith(("No time found", "No meeting", "Booked", "Not booked"))]
    print(f"\n{passed} of {ROUNDS} rounds taken: {len(mails)} mails to Ben, {len(to_anna)} to Anna")
    assert passed < ROUNDS, "they stop by themselves"
    assert len(from_ada(morning, mails)) <= 4
    assert len(ends) <= 1


def between(morning: Morning, bea: str) -> list[Letter]:
    """Return what the two have written to Ben, but for the answers to the question whether they are done."""
    inbox = morning.people["Ben Stone"].inbox()
    written = [m for m in inbox if m.sender in (morning.assistant, bea) and not m.invitation]
    return [m for m in written if "Settled?" not in m.subject]


def settle(morning: Morning, bea: str) -> None:
    """Wait until both have read and answered everything; a minute passes, so that no limit of one holds them up."""
    ben = morning.people["Ben Stone"]
    morning.move_to(ben._now() + timedelta(seconds=61))
    morning.settled()
    ben.answer_to(ben.send(bea, "Settled?", "What can you do?"), 30)
