"""Adapters to real accounts."""
