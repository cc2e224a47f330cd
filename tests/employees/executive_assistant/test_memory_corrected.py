"""What a colleague says against an answer is put to the manager; her yes changes the fact."""

from email.message import EmailMessage

from empla.memory.asking.answers import Cited
from empla.mind.plans import Trigger, on
from empla.mind.steps import Believe
from empla.testing.mailbox import letter
from employees.executive_assistant.memories import TOLD_FROM_MEMORY
from tests.employees.executive_assistant.conftest import BEN, Desk, said


def bens(desk: Desk, text: str) -> list[EmailMessage]:
    raw = letter(
        f"Ben Stone <{BEN}>", text, subject="My number", message_id="<ben-2@office.example>", vouched=BEN,
        In_Reply_To="<t@office.example>", References="<t@office.example>", date=desk.ada.clock.now(),
    )  # fmt: skip
    return desk.arrives(raw)


def test_a_colleague_s_correction_is_put_to_the_manager_whose_yes_changes_the_fact(desk: Desk) -> None:
    desk.write("Please remember that Ben's phone number is 030 1111.")
    (number,) = desk.ada.rows("fact", "seq", predicate="phone")
    fact = Cited(id=f"f{number}", kind="fact", text="Ben Stone has the phone number 030 1111", predicate="phone")

    @desk.ada.mindset.library.plan(on("was-told"))
    def was_told(_event: Trigger):
        yield Believe(functor=TOLD_FROM_MEMORY, arguments=("<t@office.example>", (fact,), fact.id))

    desk.ada.tell("was-told")
    (put,) = bens(desk, "That is wrong, it is 030 2222.")
    assert "Shall I remember “030 2222” instead?" in said(put)
    assert "030 1111" in said(desk.answer("What is Ben's phone number?"))
    assert "has the phone number 030 2222" in said(desk.answer("Yes", put))
