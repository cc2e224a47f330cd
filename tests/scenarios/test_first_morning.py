"""The first morning: what a manager writes, and what then stands in mailboxes and calendars."""

from datetime import timedelta

from tests.scenarios.conftest import ZONE, Morning, arranged, at, guests, times


def test_a_new_assistant_introduces_itself_once_with_six_sentences(morning: Morning) -> None:
    letter = morning.manager.wait_for(lambda m: m.sender == morning.assistant, 60)
    assert letter.subject == "Your new assistant"
    assert sum(line.strip().startswith("- ") for line in letter.text.splitlines()) == 6


def test_a_meeting_is_booked_where_both_are_free_and_the_colleague_is_invited(morning: Morning) -> None:
    anna, ben = morning.manager, morning.people["Ben Stone"]
    anna.put_event("a", "Budget", at(8, 13), at(8, 14))
    ben.put_event("b", "Workshop", at(8, 12), at(8, 13))
    answer = morning.ask("Please book half an hour with Ben next Tuesday afternoon.")
    (event,) = arranged(anna, morning.assistant)
    start, end = times(event)
    assert start.date() == at(8, 0).date()
    assert end - start == timedelta(minutes=30)
    assert start >= at(8, 14), answer.text + str(ben.events())
    assert f"{start:%A}, {start.day} September 2026, {start:%H:%M}" in answer.text
    assert ZONE in answer.text
    invitation = ben.wait_for(lambda m: m.invitation is not None, 60)
    assert guests(event) == {anna.address: "ACCEPTED", ben.address: "NEEDS-ACTION"}
    ben.answer_invitation(invitation, "ACCEPTED")
    morning.until(lambda: guests(arranged(anna, morning.assistant)[0])[ben.address] == "ACCEPTED")


def test_where_no_time_suits_three_are_proposed_and_the_second_is_booked(morning: Morning) -> None:
    carla = morning.people["Carla Ruiz"]
    carla.put_event("c", "Training", at(2, 9), at(2, 17))
    offered = morning.ask("Please set up an hour with Carla on Wednesday.")
    options = [line for line in offered.text.splitlines() if line.strip()[:2] in ("1.", "2.", "3.")]
    assert len(options) == 3
    answer = morning.reply(offered, "The second one works.")
    (event,) = arranged(morning.manager, morning.assistant)
    start, _ = times(event)
    assert f"{start:%A}, {start.day} September 2026, {start:%H:%M}" in options[1]
    assert answer.text.startswith("Done.")


def test_questions_are_answered_from_the_calendar(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    assert "Dentist" in morning.ask("Am I free on Thursday?").text
    assert "Dentist" in morning.ask("What does my week look like?").text
    assert "Yes, you are free" in morning.ask("Am I free on Friday?").text


def test_what_cannot_be_done_is_said_and_nothing_is_promised(morning: Morning) -> None:
    answer = morning.ask("Please book me a flight to Rome on Friday morning.")
    assert "flight to Rome" in answer.text
    assert "cannot" in answer.text
    assert "?" in answer.text
    assert arranged(morning.manager, morning.assistant) == []


def test_an_ambiguous_name_is_asked_about_and_the_answer_goes_on_with_the_request(morning: Morning) -> None:
    question = morning.ask("Find 45 minutes with Sam on Friday.")
    assert question.text.count("?") == 1
    assert "Sam Young" in question.text
    assert "Sam Ortega" in question.text
    morning.reply(question, "Sam Ortega")
    (event,) = arranged(morning.manager, morning.assistant)
    start, end = times(event)
    assert (start.date(), end - start) == (at(4, 0).date(), timedelta(minutes=45))
    assert morning.people["Sam Ortega"].address in guests(event)


def test_a_meeting_is_called_off_and_the_guest_told(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    morning.ask("Please book half an hour with Ben tomorrow.")
    answer = morning.ask("Cancel the meeting with Ben tomorrow.")
    assert answer.text.startswith("Done.")
    assert arranged(morning.manager, morning.assistant) == []
    told = ben.wait_for(lambda m: m.invitation is not None and str(m.invitation["METHOD"]) == "CANCEL", 60)
    assert told.invitation is not None
    assert str(told.invitation.events[0]["STATUS"]) == "CANCELLED"


def test_thanks_get_no_answer(morning: Morning) -> None:
    thanks = morning.manager.send(morning.assistant, "Thanks", "Thanks a lot!")
    morning.ask("What does my week look like?")
    assert not any(m.answers(thanks) for m in morning.manager.inbox())


def test_a_colleague_gives_no_orders_and_the_manager_hears_of_it(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    ben.send(morning.assistant, "Meeting", "Please book an hour with Anna tomorrow.")
    told = morning.manager.wait_for(lambda m: "ben.stone@office.example asks for a meeting" in m.subject, 60)
    assert "an hour with Anna" in told.text
    assert arranged(morning.manager, morning.assistant) == []
    assert [m for m in ben.inbox() if m.sender == morning.assistant] == []
