"""Meetings that were arranged by an earlier version are kept on as they were begun (contract 15)."""

from employees.executive_assistant.keeping import library


def test_the_first_version_of_keeping_a_meeting_runs_until_it_has_drained() -> None:
    newest = library.newest("keep-meeting")
    assert newest is not None and newest.version == 2
    assert library.get("keep-meeting", 1) is not None
