"""The mind beside its peer: queries, mails, a counter, a million cycles, the memory of beliefs, and durable cycles.

    make bench-mind

Peer: python-agentspeak, which is installed for the purpose and measured in the same run, in a process of its own; for
durable cycles, which it has none of, the bare sqlite3 module. EMPLA_BENCH_SHARE=0.1 does a tenth of the work.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.mind import beliefs, cycles, durable, frame
from tests.bench.mind.peers import Peer


def main() -> None:
    """Measure everything, print the table and write the figures."""
    peer = Peer()
    figures = [figure for part in (beliefs, cycles, durable) for figure in part.figures(peer)]
    frame.report(figures, peer.notes)


if __name__ == "__main__":
    main()
