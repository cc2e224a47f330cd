"""Forgetting a person, a topic or some memories everywhere, with proof.

    command      `command:memory` do=forget: what is meant is written down, and begun
    finding      which episodes, facts, entities and documents that is
    erasing      their rows become tombstones without words: a number, a state, a salted hash
    words        what must not stand anywhere any more, and a text or a kept value without it
    rows         every other table of the employee: acts, steps, percepts, journal, packed pieces
    scanning     whether any file still holds the words
    proving      the ledger's entry: salted hashes of what was erased, and who asked

`empla.engine.forgetting` goes through this a piece at a time, for it takes a cycle of the mind and a fresh snapshot.
What an open intention or an unresolved act needs stays, and is named. What was erased cannot come back.
"""
