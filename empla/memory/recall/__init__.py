"""Recall: what of everything that is remembered belongs to a cue, and how sure that is."""
