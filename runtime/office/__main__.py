"""`python -m runtime.office --home DIR`: run the office of a home in the foreground."""

import argparse
import sys
from pathlib import Path

from runtime.office.process import main


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m runtime.office", description="Run the office of a home.")
    parser.add_argument("--home", type=Path, help="the home; default EMPLA_HOME, else ~/.empla")
    parser.add_argument("--lifeline", type=int, help="file descriptor whose closing ends the office")
    parser.add_argument("--ready", type=int, help="file descriptor that gets the ports as JSON when all is ready")
    for name in ("imap", "smtp", "caldav"):
        parser.add_argument(f"--{name}", type=int, help=f"port of {name}; default as the settings say")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    wanted = {name: port for name in ("imap", "smtp", "caldav") if (port := getattr(given, name)) is not None}
    sys.exit(main(given.home, given.lifeline, given.ready, wanted))
