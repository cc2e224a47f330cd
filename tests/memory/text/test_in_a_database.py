"""What holds of an index in PostgreSQL alone."""

import psycopg
import pytest

from empla.errors import EmplaError
from empla.memory.text.index import Bounds
from empla.memory.text.postgres import ServerIndex, drop_index, schema_of
from empla.memory.text.reading import catch_up
from tests.memory.text.conftest import Mind
from tests.store.conftest import Ground


@pytest.fixture
def ground(postgresql: Ground) -> Ground:
    return postgresql


def schemas(ground: Ground) -> set[str]:
    with psycopg.connect(str(ground.where)) as connection:
        return {row[0] for row in connection.execute("SELECT nspname FROM pg_namespace").fetchall()}


def test_each_employee_has_an_index_of_its_own(mind: Mind, ground: Ground) -> None:
    mind.remember("alpha")
    mind.caught_up()
    other = ServerIndex(str(ground.where), "somebody else")
    assert other.totals().pieces == 0
    other.close()
    drop_index(str(ground.where), "somebody else")
    assert schema_of("somebody else", "main") not in schemas(ground)
    assert schema_of(ground.employee, "main") in schemas(ground)
    drop_index(str(ground.where), "somebody else")


def test_nobody_reads_another_ones_index_by_its_name(mind: Mind, ground: Ground) -> None:
    mind.remember("alpha")
    mind.caught_up()
    with psycopg.connect(str(ground.where)) as connection:
        table = f"{schema_of(ground.employee, 'main')}.piece"
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_dropped_index_is_made_anew(mind: Mind, ground: Ground) -> None:
    mind.remember("alpha")
    index = mind.caught_up()
    drop_index(str(ground.where), ground.employee)
    assert index.totals().pieces == 0
    catch_up(mind.store, index)
    assert len(index.within(Bounds(), 5)) == 1


def test_a_lost_connection_is_made_again(mind: Mind, ground: Ground, server: str) -> None:
    mind.remember("alpha")
    index = mind.caught_up()
    assert isinstance(index, ServerIndex)
    (pid,) = index._fetch("SELECT pg_backend_pid()")[0]
    with psycopg.connect(server.replace("/postgres?", "/stores?")) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(EmplaError):
        index.totals()
    assert index.totals().pieces == 1
