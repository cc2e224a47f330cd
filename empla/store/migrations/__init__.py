"""Migrations: one folder per schema."""
