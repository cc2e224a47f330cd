"""What an employee remembers, and how it is asked: episodes, facts, documents; one recall over all of them.

The relational tables (`empla.store.tables`: episode, entity, alias, fact, support, document, ...) are the truth,
written by the holder of the lease alone. Text index, vectors and an outside graph are made of them, beside them, and
can be lost: `empla memory rebuild` makes them again.
"""
