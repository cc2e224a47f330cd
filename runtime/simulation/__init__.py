"""Simulation: whole companies played on a virtual clock, with everything decided by one seed.

    scenario         a readable file: who works where, who writes what and when, and what has to come of it
    chance           what the seed decides, by name, never by the order in which it is asked
    nonces           the word by which everything that comes of one mail is recognised
    traffic          the mails of ordinary days, made from rates
    correspondents   what people send by themselves, and what they do about what reaches them
    oracle           what was expected against what came, seen from outside

The parts above know no transport: the same scenario is played here in memory and elsewhere over real servers.

    virtual          an event loop on virtual time, and the clock that reads it
    world            the office in memory: mailboxes, calendars, faults
    lives            the processes of employees, which die and begin again
    inside           what is checked in the employees' own tables
    play             one run: scenario, seed, crashes; what came of it
    report, proof    what is written about one run, and about hundreds
"""
