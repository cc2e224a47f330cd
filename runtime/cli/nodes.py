"""Nodes of an explanation, as plain data: `what` it is, a `text`, `facts` by name, and the nodes `below`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from empla.mind import codec
from empla.mind.intentions import StepRecord
from empla.mind.percepts import Status

Node = dict[str, Any]


def node(what: str, text: str, below: Sequence[Node] = (), **facts: Any) -> Node:
    """Return one node; empty facts are left out."""
    return {
        "what": what,
        "text": text,
        "facts": {k: v for k, v in facts.items() if v not in ("", None, [], {}, ())},
        "below": [n for n in below if n],
    }


def grouped(what: str, text: str, below: Sequence[Node]) -> list[Node]:
    """Return a node over others, none where there are none."""
    return [node(what, text, below)] if below else []


def target_of(row: Any) -> Mapping[str, Any]:
    """Return what an action is about, as it was prepared."""
    found: Mapping[str, Any] = json.loads(row.target) if row.target else {}
    return found


def said_of(record: Mapping[str, Any]) -> str:
    """Return one record of the ledger in words."""
    how = record.get("how") or record.get("rule") or record.get("by") or ""
    return f"{record['event']} at {record['at'][:19].replace('T', ' ')} UTC" + (f" ({how})" if how else "")


def failure_of(row: Any) -> str:
    """Return why an action was not done, empty if it was, or if that is still open."""
    outcome = codec.loads(row.outcome) if row.outcome else None
    return f"{outcome.code}: {outcome.sentence}" if outcome is not None and outcome.code else ""


def result_of(record: StepRecord) -> str:
    """Return what came of a step, for the end of its line."""
    if record.outcome is None:
        return ", not done yet"
    if record.outcome.status is Status.DONE:
        return ""
    return f", {record.outcome.status.value}: {record.outcome.sentence or record.outcome.code}"
