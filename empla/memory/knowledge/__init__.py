"""What is so: facts in both times, the entities they are about, what follows from them, and the graph they make.

    with store.transaction("memory"):                               # the holder of the lease
        bob = entity_of(store, "bob@acme.example", at, shown="Bob Stone", evidence="e12")
        acme = add_entity(store, "company", "Acme", at, domains=("acme.example",))
        record_fact(store, Statement(key="e12:1", subject=bob, predicate="title", object="CFO", rests_on=("e12",)), at)
        withdraw(store, [7], "it was a joke", at)                   # and what rests on it, at once

    facts = Facts(store)                                            # anybody who may read
    facts.about(bob)                                                # what counts now
    facts.about(bob, at=spring)                                     # as it was in spring
    facts.about(bob, known_at=last_week)                            # as it was believed a week ago
    EmbeddedGraph(store).neighbourhood(bob, depth=2)                # or Neo4j's, by setting

What was said stays: a fact that is wrong, over or without support is closed, never deleted. See `maintenance` for what
is kept true after every change.
"""
