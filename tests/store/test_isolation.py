"""Employees and tenants who share a database see nothing of each other; PostgreSQL itself sees to it."""

import psycopg
import pytest

from empla.errors import ExternalError, InputError, PermissionDenied
from empla.store.opening import open_store

SECRET = {"name": "n", "value": "v"}


def test_stores_of_one_database_are_apart(ground):
    """The same names and numbers, side by side."""
    places = [("main", "one"), ("main", "two"), ("other", "one")]
    prefix = f"{ground.employee}/" if ground.engine == "postgresql" else ""
    stores = [ground.hold(tenant=tenant, employee=prefix + employee) for tenant, employee in places]
    for number, store in enumerate(stores):
        with store.transaction():
            store.add("secret", {**SECRET, "value": f"v{number}"})
            assert store.add_new("secret", ("name",), SECRET) is False
    with stores[0].transaction():
        assert stores[0].change("secret", {}, {"value": "changed"}) == 1
    values = [[tuple(row) for row in store.find("secret", (), ("seq", "value"))] for store in stores]
    assert values == [[(1, "changed")], [(1, "v1")], [(1, "v2")]]


def named(connection: psycopg.Connection, employee: str, tenant: str = "main") -> None:
    connection.execute(
        "SELECT set_config('empla.employee', %s, true), set_config('empla.tenant', %s, true)", (employee, tenant)
    )


def test_row_level_security_hides_the_rows_of_others(postgresql, stores_url):
    """Also from statements that forget to say whose rows they want, and from the owner of the tables."""
    one, two = f"{postgresql.employee}/one", f"{postgresql.employee}/two"
    for employee in (one, two):
        store = postgresql.hold(employee=employee)
        with store.transaction():
            store.add("secret", SECRET)
    with psycopg.connect(stores_url) as connection:
        assert connection.execute("SELECT count(*) FROM secret").fetchone() == (0,), "nobody named: no rows"
        named(connection, one)
        assert connection.execute("SELECT employee_id FROM secret").fetchall() == [(one,)]
        assert connection.execute("UPDATE secret SET value = 'x'").rowcount == 1
        assert connection.execute("DELETE FROM secret WHERE employee_id = %s", (two,)).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("INSERT INTO secret VALUES ('main', %s, 2, 'm', 'v')", (two,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("UPDATE secret SET employee_id = %s", (two,))
        named(connection, one, tenant="other")
        assert connection.execute("SELECT count(*) FROM secret").fetchone() == (0,)


def test_who_somebody_is_ends_with_the_transaction(postgresql, stores_url):
    with psycopg.connect(stores_url) as connection:
        with connection.transaction():
            named(connection, "ada")
        assert connection.execute("SELECT coalesce(current_setting('empla.employee', true), '')").fetchone() == ("",)


def test_a_role_without_rights_is_told_so(postgresql, server, stores_url):
    postgresql.open()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        with pytest.raises(PermissionDenied) as caught:
            open_store(stores_url.replace("empla@", "stranger@"), "ada")
        connection.execute("DROP ROLE stranger")
    assert caught.value.next_step


def test_a_url_that_cannot_be_used_is_an_error_with_a_next_step(tmp_path):
    for url in ("mysql://ada@localhost/stores", "sqlite://", "sqlite:///:memory:", "post gres://x"):
        with pytest.raises(InputError) as caught:
            open_store(url, "ada")
        assert caught.value.next_step
    with pytest.raises(ExternalError) as lost:
        open_store(f"postgresql://ada:confidential@/stores?host={tmp_path}", "ada")
    assert lost.value.next_step and "confidential" not in str(lost.value)
