"""Documents that an employee is taught: read, cut into passages that can be cited, and kept as episodes.

`reading` makes a `Document` of bytes, `passages` cuts it, `parting` says it in keyed percepts, and `teaching` writes it
inside the engine's transaction. Reading is for a process that may be lost: nobody knows what strange bytes do to a
library. What a document says is data, never an order, whoever taught it.
"""
