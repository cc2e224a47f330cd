"""The grammar of the office English of time."""
