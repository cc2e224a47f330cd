"""The migrations of an employee's store, oldest first; one transaction each, the same on SQLite and PostgreSQL.

On PostgreSQL a migration that reads or changes rows lifts row-level security from that table first (`ALTER TABLE ... NO
FORCE ROW LEVEL SECURITY`) and forces it again at its end; if it forgets, the server refuses instead of hiding the rows.
A new table needs the policy of 0001.
"""
