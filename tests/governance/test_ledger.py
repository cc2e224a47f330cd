"""The chain of acts: whole as it was written, and broken wherever somebody touched it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from empla.governance.ledger import BEGINNING, Entry, entry, first_break, salted


def chain(count: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(count):
        prev = entries[-1].hash if entries else BEGINNING
        entries.append(entry(prev, {"action": f"i{number}.0", "event": "done"}))
    return entries


def test_an_untouched_chain_is_whole() -> None:
    assert first_break([]) is None
    assert first_break(chain(20)) is None


@given(st.integers(2, 12), st.data())
def test_a_changed_byte_is_found_where_it_is(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    record = bytearray(entries[place].record)
    record[data.draw(st.integers(0, len(record) - 1))] ^= data.draw(st.integers(1, 255))
    entries[place] = replace(entries[place], record=bytes(record))
    assert first_break(entries) == place


@given(st.integers(3, 12), st.data())
def test_a_missing_or_moved_record_is_found(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    assert first_break(entries[:place] + entries[place + 1 :]) == place
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert first_break(entries) == place


def test_a_body_stands_in_the_ledger_only_under_its_salt() -> None:
    assert salted("one salt", "the hash") != salted("another salt", "the hash")
    assert "the hash" not in salted("one salt", "the hash")
