"""Whether the answer is among what was found: how much of the evidence is the named person's own, and covers the cue.

Somebody asked about what another did finds the other's words. So the candidates are weighed once more without regard to
their author, and the share that is the named person's own tells. Where nobody is named, or several, only how much of
the cue is found does. Measured on questions of which the person was exchanged; right person and wrong detail it cannot
tell.
"""

import math
from collections.abc import Sequence
from typing import Final

from empla.memory.recall.scoring import Scored
from empla.memory.recall.sought import Sought

_SHARPNESS: Final = 1.5
_LEAST: Final = 0.02  # keeps the logarithm finite
_STEEP, _LITTLE = 8.0, 0.1  # of less than that share of the cue nothing can be said


def answerable(scored: Sequence[Scored], sought: Sought) -> float:
    """Return how sure it is, from 0 to 1, that the question has its answer among what was found, the best first."""
    if not scored:
        return 0.0
    covered = scored[0].parts.get("covered", 0.0)
    enough = _STEEP * (covered - _LITTLE)
    if not sought.author:
        return _probability(enough)
    # Meaning carries over from the pieces around: it tells what is spoken of better than who speaks, so half of it.
    blind = [one.score - one.parts.get("author", 0.0) - one.parts.get("meaning", 0.0) / 2 for one in scored]
    most = max(blind)
    mass = [math.exp(_SHARPNESS * (value - most)) for value in blind]
    share = sum(m for m, one in zip(mass, scored, strict=True) if "author" in one.parts) / sum(mass)
    return _probability(math.log((share + _LEAST) / (1 + _LEAST - share)) + covered + min(0.0, enough))


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
