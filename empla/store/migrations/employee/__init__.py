"""Migrations of an employee's store."""
