"""Hiring, onboarding and leaving."""
