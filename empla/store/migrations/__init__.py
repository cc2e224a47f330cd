"""Migrations: one folder per schema, and what runs them."""
