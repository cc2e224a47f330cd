"""Embeddings: texts as vectors, made by one process for everybody on a machine. Recall works without any."""
