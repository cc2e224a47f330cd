"""Where documents come from that employees are taught, and the process of no account in which they are read."""
