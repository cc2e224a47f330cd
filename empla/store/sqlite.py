"""How each of our SQLite files is opened: what was committed survives kill -9 and loss of power."""

import sqlite3


def settle(connection: sqlite3.Connection) -> None:
    """Give a fresh connection its settings: WAL, synchronous=FULL, foreign keys, and transactions that we begin."""
    connection.isolation_level = None  # the driver would begin late and commit by itself around DDL
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
