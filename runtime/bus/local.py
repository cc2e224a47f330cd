"""The bus inside one process: an exchange, and the ends by which its users hold it."""

from collections.abc import Callable, Sequence

from empla.errors import InputError
from runtime.bus.groups import Groups
from runtime.bus.messages import ANY, KEPT, Body, Kind, Message, checked_pattern, fits, parts
from runtime.bus.subscription import Subscription


class Exchange:
    """Hands what is published to whoever subscribed, and keeps the newest of the kinds in `KEPT`.

    Presence is fenced: of two processes that were the same employee, the older epoch's word does not count any more,
    so the last will of one that died late never hides its successor.
    """

    def __init__(self, groups: Groups | None = None, *, now: Callable[[], str] = str) -> None:
        """Make one; `now` says what time it is, for the moment of a last will."""
        self.now = now
        self._groups = groups
        self._kept: dict[str, Message] = {}
        self._exact: dict[str, list[Subscription]] = {}
        self._wide: list[Subscription] = []

    def connect(self) -> "LocalBus":
        """Return an end of this bus for one user."""
        return LocalBus(self)

    def publish(self, topic: str, body: Body) -> None:
        """Hand a message to everybody who subscribed; InputError for a topic that is none."""
        _, _, kind = parts(topic)
        message = Message(topic=topic, body=body)
        if kind in KEPT:
            if kind is Kind.PRESENCE and _epoch(body) < _epoch(self._kept.get(topic)):
                return
            self._kept[topic] = message
        for subscription in (*self._exact.get(topic, ()), *self._wide):
            if fits(subscription.pattern, topic):
                subscription.put(message)
        if kind is Kind.EVENTS and self._groups is not None:
            self._groups.grown(topic, body)

    def subscribe(self, pattern: str, *, group: str = "") -> Subscription:
        """Begin to hear a pattern."""
        if group:
            return self._member(checked_pattern(pattern), group)
        subscription = Subscription(checked_pattern(pattern), closed=self._forget)
        if ANY in pattern.split("/"):
            self._wide.append(subscription)
        else:
            self._exact.setdefault(pattern, []).append(subscription)
        for message in self.kept(pattern):
            subscription.put(message)
        return subscription

    def kept(self, pattern: str) -> Sequence[Message]:
        """Return the newest messages that are kept under a pattern."""
        return [message for topic, message in self._kept.items() if fits(pattern, topic)]

    def _member(self, pattern: str, group: str) -> Subscription:
        if self._groups is None:
            raise InputError("this bus has no groups", next_step="groups are kept by `empla up`: join there")
        subscription = self._groups.join(pattern, group)
        for message in self.kept(pattern):
            self._groups.grown(message.topic, message.body)
        return subscription

    def _forget(self, subscription: Subscription) -> None:
        if subscription in self._wide:
            self._wide.remove(subscription)
            return
        others = self._exact[subscription.pattern]
        others.remove(subscription)
        if not others:
            del self._exact[subscription.pattern]


class LocalBus:
    """One user's end of an exchange: what it subscribed, and its last will."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._subscriptions: list[Subscription] = []
        self._will: tuple[str, Body] | None = None

    def publish(self, topic: str, body: Body) -> bool:
        """Send a message; it is with everybody when this returns."""
        self._exchange.publish(topic, body)
        return True

    def subscribe(self, pattern: str, *, group: str = "") -> Subscription:
        """Hear what is published under a pattern."""
        subscription = self._exchange.subscribe(pattern, group=group)
        self._subscriptions.append(subscription)
        return subscription

    def appear(self, topic: str, here: Body, will: Body) -> None:
        """Say that this user is here, and what others hear if it is lost."""
        self._will = (topic, will)
        self._exchange.publish(topic, here)

    def take_leave(self) -> None:
        """Let its end be no last will."""
        self._will = None

    async def close(self) -> None:
        """End in good order."""
        self.take_leave()
        self.lose()

    def lose(self) -> None:
        """Take this user for lost: others hear its last will."""
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()
        will, self._will = self._will, None
        if will is not None:
            topic, body = will
            self._exchange.publish(topic, {**body, "at": self._exchange.now()})


def _epoch(of: Body | Message | None) -> int:
    body = of.body if isinstance(of, Message) else of
    epoch = (body or {}).get("epoch", 0)
    return epoch if isinstance(epoch, int) else 0
