"""The embedder: one process per home that makes vectors of texts, for all who work there."""
