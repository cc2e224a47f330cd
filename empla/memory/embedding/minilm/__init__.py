"""MiniLM (all-MiniLM-L6-v2) without torch: a small English sentence model, whose weights come with a package."""
