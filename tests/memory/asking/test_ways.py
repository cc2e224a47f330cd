"""Ways between two are walked in the graph that the settings name, and in the tables where that one is away."""

from empla.errors import ExternalError
from empla.memory.knowledge.embedded import EmbeddedGraph
from tests.memory.asking.conftest import Remembered

WAY = ["Anna Berg knows Bob Meier.", "Bob Meier works for Acme."]


class Elsewhere(EmbeddedGraph):
    """A graph of another make, as `Memory.graph` gives it where one is set."""

    away = False
    walked = 0

    def path(self, *ends, **how):
        self.walked += 1
        if self.away:
            raise ExternalError("the graph does not answer")
        return super().path(*ends, **how)


def test_a_way_is_walked_in_the_graph_of_the_memory(spring: Remembered) -> None:
    graph = Elsewhere(spring.store)
    spring.memory.__dict__["graph"] = graph
    assert [one.text for one in spring.ask("How do we know Acme?").said] == WAY
    assert graph.walked == 1
    graph.away = True
    assert [one.text for one in spring.ask("How do we know Acme?").said] == WAY
    assert graph.walked == 2
