"""The migrations of company.db, oldest first; one transaction each."""
