"""The belief-desire-intention core. Pure: no I/O, no clock, no random numbers; state + event -> what changes."""
