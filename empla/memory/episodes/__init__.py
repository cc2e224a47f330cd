"""Episodes: what happened, made of what the cycles change."""
