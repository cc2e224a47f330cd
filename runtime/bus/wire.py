"""What passes over the bus's socket: one JSON object a line.

to the hub      {"publish": topic, "body": {...}}
                {"appear": topic, "here": {...}, "will": {...}}
                {"subscribe": number, "pattern": pattern, "group": name}
                {"done": number, "receipt": number}
                {"close": number}
                {"bye": true}                                        the end of this connection is no last will
from the hub    {"to": number}                                       this subscription stands from here on
                {"to": number, "topic": topic, "body": {...}, "receipt": number}
"""

import json
from collections.abc import Mapping
from typing import Any, Final

LONGEST_LINE: Final = 1 << 20
"""Bytes of the longest line."""


def line(message: Mapping[str, Any]) -> bytes:
    """Return one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
