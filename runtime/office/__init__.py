"""The embedded mail and calendar server: the default workplace."""
