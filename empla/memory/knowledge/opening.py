"""Which graph an employee's knowledge is walked in: its own tables, or the server that the settings name."""

from empla.config import TENANT, Settings
from empla.memory.knowledge.embedded import EmbeddedGraph
from empla.memory.knowledge.graph import KnowledgeGraph
from empla.store.store import Store


def open_graph(store: Store, settings: Settings, *, tenant: str = TENANT) -> KnowledgeGraph:
    """Return the graph of the employee whose store is given, to read; a copy is as old as its last `catch_up`.

    InputError for a server that cannot be used, or without its driver.
    """
    if not settings.graph:
        return EmbeddedGraph(store)
    from empla.memory.knowledge.neo4j import Neo4jGraph, driver_of  # only where there is one

    return Neo4jGraph(store, driver_of(settings.graph), tenant=tenant)
