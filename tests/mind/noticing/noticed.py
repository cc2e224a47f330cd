"""A mind with triggers whose occurrences are held as `told`, and numbers that are said to it."""

from typing import Any

from empla.mind.noticing_triggers import Sensed
from empla.mind.plans import PlanLibrary, occurred, on
from empla.mind.state import Occurred
from empla.mind.steps import Believe, Forget
from empla.testing.mind import Mind


def watching(*triggers: Sensed) -> Mind:
    """Return a mind with these triggers; occurrences are held as `told(trigger, subject, phase, value, ...)`."""
    library = PlanLibrary()
    library.trigger(*triggers)

    @library.plan(on("say"))
    def say(event: Any) -> Any:
        yield Forget(functor=event.functor, pattern=event.get("instead", ()))
        yield Believe(functor=event.functor, arguments=event.arguments)

    @library.plan(on("unsay"))
    def unsay(event: Any) -> Any:
        yield Forget(functor=event.functor)

    for trigger in triggers:

        @library.plan(occurred(trigger.name), name=f"tell-{trigger.name}")
        def tell(event: Any) -> Any:
            said = (event.trigger, event.subject, event.phase, event.value, event.expected, event.due)
            yield Believe(functor="told", arguments=said)

    return Mind(library)


def say(mind: Mind, functor: str, *arguments: Any, **more: Any) -> Mind:
    """Have a mind believe something in the place of what it believed of the same functor."""
    return mind.when("say", functor=functor, arguments=arguments, **more)


def told(mind: Mind) -> list[tuple[str, ...]]:
    """Return every occurrence so far: trigger, subject, phase."""
    return [(c.trigger, c.subject, c.phase) for c in mind.changes(Occurred)]
