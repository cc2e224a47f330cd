"""What goes wrong below the store: it is said clearly, and leaves no torn state."""

import resource
import signal
import sqlite3
from contextlib import closing

import psycopg
import pytest

from empla import errors
from empla.errors import ExternalError, ResourceError, TimedOut, ValidationError
from empla.faults import point

SECRET = {"name": "n", "value": "v"}
MANY_PAGES = "x" * 200_000


def secrets(store) -> list[tuple[int, str]]:
    return [tuple(row) for row in store.find("secret", (), ("seq", "name"))]


def settle(store, statement: str) -> None:
    with store.reading():
        store._driver.execute(statement)


# killed -----------------------------------------------------------------------------------------------------------


def test_a_process_killed_anywhere_in_its_transactions_leaves_whole_ones(ground, in_child):
    """Rows larger than SQLite's cache, so that a part of the transaction is in the file already."""
    ground.hold()
    ground.close()

    def work() -> None:
        store = ground.open(epoch=1)
        for turn in range(2):
            with store.transaction():
                for row in range(4):
                    store.add("secret", {"name": f"{turn}:{row}", "value": MANY_PAGES * 4})
                    point("written")
                with store.part():
                    store.change("secret", {"name": f"{turn}:0"}, {"value": "changed"})
                    point("in a part")

    die_at, seen, died = 0, set(), True
    while died:
        die_at += 1
        died = in_child(work, die_at=die_at)
        if ground.engine == "sqlite":
            with closing(sqlite3.connect(ground.where)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store = ground.open(epoch=1)
        found = store.find("secret", (), ("seq", "name", "value"))
        assert [row.seq for row in found] == list(range(1, len(found) + 1))
        assert len(found) % 4 == 0, "half a transaction was kept"
        assert all((row.value == "changed") == (row.name.endswith(":0")) for row in found)
        seen.add(len(found))
        ground.employee += "'"  # the next trial starts with nothing
        ground.close()
        ground.hold()
        ground.close()
    assert seen == {0, 4, 8}


# no room ----------------------------------------------------------------------------------------------------------


def pages(store) -> int:
    with store.reading():
        return int(store._driver.execute("PRAGMA page_count").fetchone()[0])


def test_a_full_disk_leaves_nothing_torn_and_says_so(sqlite):
    store = sqlite.hold()
    with store.transaction():
        store.add("secret", SECRET)
    settle(store, f"PRAGMA max_page_count = {pages(store) + 4}")
    with pytest.raises(ResourceError, match="disk is full") as caught, store.transaction():
        store.add("secret", {**SECRET, "name": "m"})
        store.add("secret", {"name": "large", "value": MANY_PAGES})
    assert caught.value.next_step
    assert secrets(store) == [(1, "n")]
    with store.transaction():
        assert store.add("secret", {**SECRET, "name": "small"}) == 2
    settle(store, "PRAGMA max_page_count = 1000000")
    with store.transaction():
        assert store.add("secret", {"name": "large", "value": MANY_PAGES}) == 3
    with closing(sqlite3.connect(sqlite.where)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_after_a_full_disk_nobody_can_go_on_in_the_transaction(sqlite):
    """SQLite has rolled back by itself: a statement that followed would be committed on its own."""
    store = sqlite.hold()
    settle(store, f"PRAGMA max_page_count = {pages(store) + 4}")
    with pytest.raises(ResourceError), store.transaction():
        store.add("secret", {**SECRET, "name": "before"})
        with pytest.raises(ResourceError), store.part():
            store.add("secret", {"name": "large", "value": MANY_PAGES})
        for statement in (
            lambda: store.add("secret", {**SECRET, "name": "after"}),
            lambda: store.find("secret", (), ("name",)),
        ):
            with pytest.raises(ResourceError):
                statement()
        with pytest.raises(ResourceError), store.part():
            pass
    assert secrets(store) == []


def test_a_disk_that_takes_no_more_in_the_middle_of_a_commit(sqlite, in_child):
    """The operating system refuses to let the files grow; afterwards it allows it again."""
    sqlite.hold()
    sqlite.close()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = sqlite.open(epoch=1)
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, most))
        written = 0
        with pytest.raises(ResourceError):
            while True:
                with store.transaction():
                    store.add("secret", {"name": f"a{written}", "value": "x" * 3000})
                    store.add("secret", {"name": f"b{written}", "value": "x" * 3000})
                written += 1
        assert written > 3
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        assert len(secrets(store)) == 2 * written
        with store.transaction():
            assert store.add("secret", {"name": "after", "value": MANY_PAGES}) == 2 * written + 1

    in_child(work)
    with closing(sqlite3.connect(sqlite.where)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_may_not_be_written_says_so(sqlite):
    store = sqlite.hold()
    settle(store, "PRAGMA query_only = ON")
    with pytest.raises(ResourceError, match="may not be written"), store.transaction():
        store.add("secret", SECRET)


# others -----------------------------------------------------------------------------------------------------------


def test_a_writer_who_does_not_let_go_is_a_time_out_on_sqlite(sqlite):
    store = sqlite.hold()
    settle(store, "PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(sqlite.where, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimedOut) as caught, store.transaction():
            raise AssertionError("never reached")
        assert caught.value.next_step
        assert secrets(store) == [], "reading goes on"
        other.execute("ROLLBACK")
    with store.transaction():
        store.add("secret", SECRET)
    assert secrets(store) == [(1, "n")]


def test_a_writer_who_does_not_let_go_is_a_time_out_on_postgresql(postgresql):
    store, other = postgresql.hold(), postgresql.inbox()
    settle(store, "SET lock_timeout = '20ms'")
    with other.transaction():
        with pytest.raises(TimedOut), store.transaction():
            raise AssertionError("never reached")
        assert secrets(store) == [], "reading goes on"
    with store.transaction():
        store.add("secret", SECRET)
    assert secrets(store) == [(1, "n")]


@pytest.mark.parametrize("when", ["idle", "writing", "reading"])
def test_a_lost_connection_is_an_external_error_and_is_made_again(postgresql, server, when):
    store = postgresql.hold()
    with store.transaction():
        store.add("secret", SECRET)

    def lose() -> None:
        process = store._driver._living().info.backend_pid
        with psycopg.connect(server, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))

    if when == "idle":
        lose()
    with pytest.raises(ExternalError) as caught:
        if when == "reading":
            with store.reading():
                lose()
                secrets(store)
        else:
            with store.transaction():
                store.add("secret", {**SECRET, "name": "m"})
                lose()
    assert type(caught.value) is ExternalError and caught.value.next_step
    assert secrets(store) == [(1, "n")]
    with store.transaction():
        assert store.add("secret", {**SECRET, "name": "m"}) == 2


def test_a_connection_that_cannot_even_roll_back_is_made_again(postgresql):
    """As when what writes many rows at once was interrupted between sending them and hearing what came of them."""
    store = postgresql.hold()
    with store.transaction():
        store.add("secret", SECRET)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.add("secret", {**SECRET, "name": "m"})
        store._driver._connection.pgconn.enter_pipeline_mode()
        raise ZeroDivisionError
    assert secrets(store) == [(1, "n")]
    with store.transaction():
        assert store.add("secret", {**SECRET, "name": "m"}) == 2


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", "resource"),  # disk_full
        ("53200", "resource"),  # out_of_memory
        ("22001", "validation"),  # string_data_right_truncation
        ("23514", "validation"),  # check_violation
        ("42501", "permission"),  # insufficient_privilege
        ("55P03", "timeout"),  # lock_not_available
        ("40P01", "timeout"),  # deadlock_detected
        ("57014", "timeout"),  # query_canceled
        ("57P01", "external"),  # admin_shutdown
        ("42601", "internal"),  # syntax_error
    ],
)
def test_what_the_server_says_becomes_an_error_of_ours(postgresql, server, state, kind):
    """The server really says so: a trigger raises it for this employee's rows."""
    store = postgresql.hold()
    with psycopg.connect(server.replace("/postgres?", "/stores?"), autocommit=True) as connection:
        raising = f"RAISE EXCEPTION 'told' USING ERRCODE = '{state}', DETAIL = 'confidential'"
        connection.execute(
            f"CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER told BEFORE INSERT ON secret FOR EACH ROW EXECUTE FUNCTION told()")
        try:
            with pytest.raises(errors.EmplaError) as caught, store.transaction():
                store.add("secret", SECRET)
        finally:
            connection.execute("DROP FUNCTION told CASCADE")
    assert caught.value.code == kind
    assert "told" in str(caught.value) and "confidential" not in str(caught.value)
    assert secrets(store) == []


def test_a_key_too_long_for_an_index_is_refused_on_postgresql(postgresql):
    """Only random text: PostgreSQL compresses before it measures."""
    import random

    store = postgresql.hold()
    letters = random.Random(1).choices([chr(c) for c in range(0x4E00, 0x9FFF)], k=6000)
    with pytest.raises(ValidationError), store.transaction():
        store.add("secret", {"name": "".join(letters), "value": ""})
    assert secrets(store) == []
