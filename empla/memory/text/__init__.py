"""Memory found by its words: analysis, pieces, and the index behind one protocol."""
