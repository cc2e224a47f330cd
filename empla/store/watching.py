"""Watching what a part of a transaction writes: for whoever keeps what was before, so that it can be put back."""

from collections.abc import Mapping
from typing import Any, Protocol


class Watch(Protocol):
    """Is told of every row that is written while it watches (`Store.watched`), in the order in which that happens."""

    def added(self, name: str, row: Mapping[str, Any]) -> None:
        """Take note of a row that was inserted into the table `name`, with its `seq`."""

    def changing(self, name: str, by: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take note of the rows with these `by` columns, which are about to get these values."""

    def removing(self, name: str, by: Mapping[str, Any]) -> None:
        """Take note of the rows with these `by` columns, which are about to be deleted."""
