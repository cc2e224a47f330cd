"""Who may see which memories, and what employees of one company share with one another."""
