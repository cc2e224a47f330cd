"""`python -m runtime.embedder --home DIR`: run the embedder of a home in the foreground."""

import argparse
import sys
from pathlib import Path

from runtime.embedder.process import main


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m runtime.embedder", description="Run the embedder of a home.")
    parser.add_argument("--home", type=Path, help="the home; default EMPLA_HOME, else ~/.empla")
    parser.add_argument("--lifeline", type=int, help="file descriptor whose closing ends the embedder")
    parser.add_argument("--ready", type=int, help="file descriptor that gets the model as JSON when it answers")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    sys.exit(main(given.home, given.lifeline, given.ready))
