"""The executive assistant."""
