"""Write the corpus out as files: `python -m tests.corpus.calendars FOLDER`."""

import sys
from pathlib import Path

from tests.corpus.calendars import cases

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for case in cases():
    (folder / f"{case.name}.ics").write_bytes(case.raw)
