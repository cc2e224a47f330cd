"""Public test kit for authors of roles and capabilities."""
