"""`python -m tests.proof_real --days 30 --employees 20 --seed 7`: the proof with real processes; see README.md."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.proof_real.report import proven


def main() -> int:
    """Play, examine, and write build/proof-real/report.{json,md}; exit code 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof_real", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--employees", type=int, default=20)
    parser.add_argument(
        "--mails", type=int, default=0, help="about how many people send; default 220 for each employee"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/proof-real"))
    parser.add_argument(
        "--keep",
        type=Path,
        help="leave the home in this folder, to look at; where the proof does not hold it is left anyhow",
    )
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):  # either way everything is ended in order
        signal.signal(number, signal.default_int_handler)
    folder: Path = given.keep or Path(tempfile.mkdtemp(prefix="empla-proof-"))
    examined = proven(
        days=given.days,
        employees=given.employees,
        mails=given.mails or round(4400 * given.employees / 20 * given.days / 30),
        seed=given.seed,
        folder=folder,
        out=given.out,
    )
    if examined.faults:
        print(f"What the employees have in their tables lies in {folder}.")
    elif not given.keep:
        shutil.rmtree(folder)
    return 1 if examined.faults else 0


if __name__ == "__main__":
    sys.exit(main())
