"""What is remembered is put right by mail, at a real office: which one is asked where several may be meant."""

from tests.scenarios.conftest import Morning


def test_an_ambiguous_correction_asks_which_is_meant(morning: Morning) -> None:
    morning.ask("Please remember that Ben's phone number is 030 1111.", "Something to remember")
    morning.ask("Please remember that Ben's job title is buyer.", "Something to remember")
    answer = morning.ask("What do you know about Ben?")

    which = morning.reply(answer, "That is wrong, it is 030 2222.")

    assert "Which of these is wrong?" in which.new
    number = next(line.split(".")[0].strip() for line in which.new.splitlines() if "030 1111" in line)
    put_right = morning.reply(which, number)
    assert "I have corrected that. Until now I had: Ben Stone has the phone number 030 1111." in put_right.new
    assert "030 2222" in morning.ask("What is Ben's phone number?").new
