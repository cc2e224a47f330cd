"""Migrations of company.db."""
