"""What keeps employees running: processes, the office, the command line."""
