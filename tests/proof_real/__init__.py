"""The proof with real processes, real servers and a time server: thirty days, kills and all, counted from outside."""
