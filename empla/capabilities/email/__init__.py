"""The e-mail capability."""
