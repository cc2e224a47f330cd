"""From mails to what is known and obeyed: an assistant lives through some days, with its real engine and plans."""

from datetime import timedelta
from email.message import EmailMessage

from empla.memory.procedural.showing import procedures
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk, desk, said  # noqa: F401
from tests.memory.consolidation.lived import consolidate


def writes(desk: Desk, number: int, text: str) -> list[EmailMessage]:  # noqa: F811
    """Have Ben write to the assistant; his server vouches for him."""
    message_id = f"<ben-{number}@office.example>"
    raw = letter(
        f"Ben Stone <{BEN}>", text, subject="Numbers", message_id=message_id, vouched=BEN, date=desk.ada.clock.now()
    )
    return desk.arrives(raw)


def a_night(desk: Desk) -> None:  # noqa: F811
    """Let a day and a night pass, in which the house is kept."""
    consolidate(desk.ada.store, desk.ada.clock.now())
    desk.goes_on(timedelta(hours=26))
    consolidate(desk.ada.store, desk.ada.clock.now())
    desk.goes_on()


def test_after_a_night_it_is_known_what_people_wrote(desk: Desk) -> None:  # noqa: F811
    writes(
        desk,
        1,
        "I report to Carla Ruiz.\n\nThe Acme renewal is on 1 March 2027.\n\nBest regards\nBen Stone\nHead of Sales",
    )
    a_night(desk)
    store = desk.ada.store
    names = {row.seq: row.name for row in store.find("entity", (), ("seq", "name"))}
    columns = ("seq", "subject", "predicate", "object", "basis", "source")
    rows = store.find("fact", {"closed_at": ""}, columns)
    known = {(names[r.subject], r.predicate, r.object): r for r in rows}
    assert ("Ben Stone", "reports_to", "Carla Ruiz") in known
    assert ("Ben Stone", "title", "Head of Sales") in known
    renewal = known["Acme", "renewal_date", "2027-03-01"]
    assert (renewal.basis, renewal.source) == ("observed", "percept")
    (supporter,) = store.find("support", {"fact": renewal.seq}, ("supporter",))
    (episode,) = store.find("episode", {"seq": int(supporter.supporter[1:])}, ("kind", "author"))
    assert tuple(episode) == ("mail", BEN)


def test_how_a_colleague_signs_is_noticed_and_obeyed_only_when_seen_often_enough(desk: Desk) -> None:  # noqa: F811
    desk.write("Ask Ben for the supplier list by Friday at ten")
    for number in range(4):
        writes(desk, number, f"Here is number {number} of the reports.\n\nBest regards\nBenny")
        desk.goes_on(timedelta(hours=3))
    a_night(desk)
    shown = procedures(desk.ada.store, desk.ada.clock.now())["preferences"]
    assert [(p["person"], p["value"], p["basis"], p["counts"]) for p in shown] == [(BEN, "Benny", "observed", True)]
    assert "I have noticed" in said(desk.answer("What are my preferences?"))
    desk.answer("Call ben@office.example Ben")
    asked = [m for m in desk.write("Ask Ben for the price list by Thursday at ten") if m["To"] == BEN]
    assert asked and said(asked[0]).startswith("Hello Ben,")


def test_what_is_held_is_shown_with_its_evidence(desk: Desk) -> None:  # noqa: F811
    desk.answer("Never Fridays.")
    desk.answer("Keep mails to me under five lines.")
    desk.answer("It's spelled Meier, not Mayer.")
    shown = procedures(desk.ada.store, desk.ada.clock.now())
    (lines,) = shown["preferences"]
    assert (lines["key"], lines["value"], lines["basis"], lines["confidence"]) == ("lines", "4", "explicit", 1.0)
    assert lines["evidence"] and lines["since"]
    (put_right,) = shown["corrections"]
    assert (put_right["scope"], put_right["value"]) == ("Mayer", "Meier")
    assert [rule["kind"] for rule in shown["rules"]] == ["avoid"]
