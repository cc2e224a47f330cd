"""What the manager's answer opens, and what does not open it: the kernel checks, whatever a plan does (contract 5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from empla.capabilities.email.results import Sent
from empla.mind.intentions import Authority, Intention
from empla.mind.percepts import APPROVAL_NEEDED
from empla.mind.plans import Trigger, on
from empla.mind.readings import Mail, Slot
from empla.mind.state import Asked, Decided
from empla.mind.steps import ActionFailed, Ask, Believe, Decide, Do, Raise, Scope
from empla.mind.values import OUTSIDE, Address, Origin, Source
from tests.mind.minds import BOB, MARIA, Mind, mail

GUS = Address("gus@fox.example", Origin(Source.PERCEPT, "m0", "from"))
TEXT = f"{GUS} asks for a meeting with you. Shall I offer times?"
ACT = Do(operation="test.act", arguments={})


def question(
    text: str = TEXT,
    *,
    who: Address = MARIA,
    to: tuple[Address, ...] = (MARIA,),
    cc: tuple[Address, ...] = (),
    grants: tuple[Address, ...] = (GUS,),
    declines: bool = False,
) -> Ask:
    by = Do(operation="email.send", arguments={"to": to, "cc": cc, "subject": "May I?", "text": text})
    return Ask(who=who, by=by, patience=timedelta(days=1), grants=grants, declines=declines)


def asking(mind: Mind, ask: Ask) -> Mind:
    """A mind that was written to by Gus, asks about him, and acts on the answer within a scope that names him."""

    @mind.library.plan(on("mail", mail__key="m0"))
    def sort_out(event: Trigger) -> Any:
        try:
            yield ask
            yield Scope(people=(MARIA, GUS))
        except ActionFailed as failure:
            yield Believe(functor="refused", arguments=(failure.code,))
        yield ACT

    mind.tell("mail", origin=OUTSIDE, mail=mail(GUS.value, vouched=False, key="m0"))
    if mind.asked == ["i1.0"]:
        mind.done("i1.0", Sent(message_id="<q@ada>", thread="<q@ada>"))
    return mind


def authority(mind: Mind) -> Authority:
    return mind.changes(Asked)[-1].authority


def answer(intent: str = "yes", sender: str = MARIA.value, **more: Any) -> Mail:
    return mail(sender, intent=intent, **{"key": "a1", "in_reply_to": ("<q@ada>",), **more})


@pytest.mark.parametrize("intent", ["yes", "answer", "choose", "schedule", "other-request"])
def test_the_managers_answer_opens_exactly_the_address_that_was_shown(mind: Mind, intent: str) -> None:
    asking(mind, question())
    mind.tell("mail", mail=answer(intent))
    assert mind.believes("refused") == []
    assert authority(mind).principal == "manager"
    assert authority(mind).people == (MARIA, GUS)
    assert authority(mind).granted == (GUS,)
    assert any(i.authority.granted == (GUS,) for i in mind.changes(Intention)), "it stands in the journal"


@pytest.mark.parametrize(
    "letter",
    [
        answer("no"),
        answer("cancel"),
        answer("unknown"),
        answer("foreign"),
        replace(
            answer("choose"),
            reading=replace(answer("choose").reading, slots={"none": Slot(value=True, words="none")}),  # type: ignore[type-var]
        ),
        answer("yes", in_reply_to=(), thread="<elsewhere@x>"),
    ],
    ids=["a no", "a cancel", "nobody knows what", "another language", "none of these", "in no thread of it"],
)
def test_what_is_no_yes_in_that_thread_opens_nothing(mind: Mind, letter: Mail) -> None:
    asking(mind, question())
    mind.tell("mail", mail=letter)
    assert mind.believes("refused") == [("scope",)]
    assert (authority(mind).principal, authority(mind).granted) == ("", ())


@pytest.mark.parametrize(
    "letter",
    [
        answer("yes", GUS.value),
        answer("yes", GUS.value, vouched=False),
        answer("yes", BOB.value),
        answer("yes", MARIA.value, vouched=False),
        answer("yes", automatic="auto-reply"),
    ],
    ids=["the stranger", "the stranger unvouched", "a colleague", "as the manager", "the manager's machine"],
)
def test_nobody_but_the_manager_answers_it(mind: Mind, letter: Mail) -> None:
    asking(mind, question())
    mind.tell("mail", mail=letter)
    assert list(mind.state.questions) == ["i1.0"], "it is still open"
    granted = [i.authority for i in mind.changes(Intention) if i.id == "i1"]
    assert all(a.principal == "" and a.granted == () for a in granted)


def test_an_answer_to_another_question_opens_nothing_here(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield question("Shall I buy milk?", grants=())
        yield ACT

    asking(mind, question())
    mind.tell("go")
    mind.done("i2.0", Sent(message_id="<milk@ada>", thread="<milk@ada>"))
    mind.tell("mail", mail=answer(in_reply_to=("<milk@ada>",), thread="<milk@ada>"))
    assert authority(mind).granted == ()
    assert list(mind.state.questions) == ["i1.0"]


@pytest.mark.parametrize(
    "ask",
    [
        question("Somebody asks for a meeting. Shall I?"),
        question("Gus Fox asks for a meeting. Shall I?"),
        question(f"not{GUS} asks for a meeting. Shall I?"),
        question(f"{GUS}.evil.example asks for a meeting. Shall I?"),
        question(f"{GUS}-holdings asks for a meeting. Shall I?"),
        question(f"“gus@fox.example” <eve@evil.example>: {GUS}", grants=(Address("eve@fox.example", OUTSIDE),)),
        question(grants=(GUS, Address("eve@evil.example", OUTSIDE))),
        question(who=BOB, to=(BOB,)),
        question(to=(BOB,)),
        question(to=(MARIA, BOB)),
        question(cc=(GUS,)),
    ],
    ids=[
        "no address in it",
        "a name only",
        "part of a longer one",
        "a longer domain",
        "a longer name of a domain",
        "a display name that looks like another",
        "one shown and one not",
        "put to somebody else",
        "sent to somebody else",
        "sent to others too",
        "with the stranger in copy",
    ],
)
def test_a_question_that_hides_what_it_would_open_is_not_put(mind: Mind, ask: Ask) -> None:
    asking(mind, ask)
    assert mind.believes("refused") == [("grants",)]
    assert mind.state.questions == {}
    assert [a.operation for a in mind.changes(Asked)] == ["test.act"]


def test_an_address_at_the_end_of_a_sentence_stands_there(mind: Mind) -> None:
    asking(mind, question(f"A meeting is wanted by <{GUS}>. By {GUS}."))
    assert mind.believes("refused") == []


def test_a_no_opens_mail_and_nothing_else_where_the_question_says_so(mind: Mind) -> None:
    asking(mind, question(declines=True))
    mind.tell("mail", mail=answer("no"))
    assert authority(mind).people == (MARIA, GUS)
    assert authority(mind).mail_only


def test_what_was_opened_does_not_go_on_to_what_is_raised(mind: Mind) -> None:
    @mind.library.plan(on("deeper"))
    def deeper(event: Trigger) -> Any:
        yield ACT

    @mind.library.plan(on("mail", mail__key="m0"))
    def sort_out(event: Trigger) -> Any:
        yield question()
        yield Raise(kind="deeper", fields={})

    mind.tell("mail", origin=OUTSIDE, mail=mail(GUS.value, vouched=False, key="m0"))
    mind.done("i1.0", Sent(message_id="<q@ada>", thread="<q@ada>"))
    mind.tell("mail", mail=answer())
    assert authority(mind).granted == ()


# approvals -----------------------------------------------------------------------------------------------------------


def approving(mind: Mind, *steps: Any, action: str = "i9.0") -> list[bool]:
    """Have a plan for approvals take these steps; return what was decided, after the manager has said yes."""

    @mind.library.plan(on(APPROVAL_NEEDED))
    def ask(event: Trigger) -> Any:
        last = None
        for step in steps:
            last = yield step
        return last

    mind.tell(APPROVAL_NEEDED, action=action)
    if mind.state.questions:
        mind.done("i1.0", Sent(message_id="<q@ada>", thread="<q@ada>"))
    return [d.approved for d in mind.changes(Decided)]


YES = Decide(action="i9.0", approved=True, by=MARIA)
PLAIN = question("May I?", grants=())


def test_a_yes_is_said_only_after_a_vouched_yes(mind: Mind) -> None:
    approving(mind, PLAIN, YES)
    mind.tell("mail", mail=answer("yes"))
    assert [d.approved for d in mind.changes(Decided)] == [True]


@pytest.mark.parametrize("intent", ["no", "answer", "unknown", "other-request"])
def test_any_other_answer_approves_nothing(mind: Mind, intent: str) -> None:
    approving(mind, PLAIN, YES)
    mind.tell("mail", mail=answer(intent))
    assert mind.changes(Decided) == []
    assert mind.ends()[-1] == ("ask", "failed", "decide")


def test_nobody_was_asked_and_somebody_else_was_asked(mind: Mind) -> None:
    assert approving(mind, YES) == []
    other = Mind()
    other.tell("profile", origin=MARIA.origin, manager=MARIA)
    approving(other, question("May I?", who=BOB, to=(BOB,), grants=()), YES)
    other.tell("mail", mail=answer("yes", BOB.value))
    assert other.changes(Decided) == []


def test_a_yes_to_one_act_approves_no_other(mind: Mind) -> None:
    approving(mind, PLAIN, Decide(action="i7.0", approved=True, by=MARIA))
    mind.tell("mail", mail=answer("yes"))
    assert mind.changes(Decided) == []


def test_the_last_answer_counts(mind: Mind) -> None:
    approving(mind, PLAIN, PLAIN, YES)
    mind.tell("mail", mail=answer("yes"))
    mind.done("i1.1", Sent(message_id="<q2@ada>", thread="<q2@ada>"))
    mind.tell("mail", mail=answer("no", key="a2", in_reply_to=("<q2@ada>",)))
    assert mind.changes(Decided) == []


def test_a_request_for_approval_from_outside_is_none(mind: Mind) -> None:
    @mind.library.plan(on(APPROVAL_NEEDED))
    def ask(event: Trigger) -> Any:
        yield ACT

    mind.tell(APPROVAL_NEEDED, origin=OUTSIDE, action="i9.0")
    assert mind.asked == []
