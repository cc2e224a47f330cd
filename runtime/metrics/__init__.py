"""How a company does, in figures: counted by each employee, gathered and shown by `empla up`.

An employee counts what it does (`counts`) and sends a snapshot over the bus when something has changed, every few
seconds at most; who is idle sends nothing, and nobody counts where no port is set. The supervisor keeps the newest of
each, adds what it knows itself and what the tables say at that moment (`gathering`, `tables`), and shows it at
`/metrics`, beside `/health` (`serving`, `health`). Traces go from each process to a collector (`traces`). Labels are
bounded: kinds, operations, states and employees, never an address, a subject or a text.
"""
