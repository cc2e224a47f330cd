"""Vectors of episodes, found by likeness: beside the truth, made of it, and made again when they are lost."""
