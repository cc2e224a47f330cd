"""Ready-made roles, one folder each."""
