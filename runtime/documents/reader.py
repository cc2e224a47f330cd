"""The child that reads documents (`runtime.documents.secluded`): bytes come in, a document or a reason goes out.

Each message is a line of JSON and the bytes that it announces; each answer is one line of JSON.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import BinaryIO, Final

from empla.memory.documents.document import Unreadable
from empla.memory.documents.reading import read
from empla.mind import codec

MEMORY: Final = 1536 * 1024 * 1024
"""Bytes of address space: several times what the longest document takes that is taken."""
PROCESSOR_S: Final = 120
"""Seconds of processor time for one document: some thousand pages of PDF."""
_FILES: Final = 64


def main() -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    with os.fdopen(os.dup(1), "wb") as out, Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # what a library prints is no answer
        _answer_all(out)


def _answer_all(out: BinaryIO) -> None:
    while line := sys.stdin.buffer.readline():
        head = json.loads(line)
        data = sys.stdin.buffer.read(head["bytes"])
        if len(data) < head["bytes"]:
            return
        _limit_processor()
        if not _answered(out, head, data):
            return


def _limit_processor() -> None:
    """Give the next document its processor time, whatever those before it took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + PROCESSOR_S
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answered(out: BinaryIO, head: dict[str, str], data: bytes) -> bool:
    """Read one document and answer; return whether this process is good for another."""
    good = True
    try:
        document = read(head["name"], data, said=head["said"], charset=head["charset"])
        answer = {"document": codec.encode(document)}
    except Unreadable as error:
        answer = {"why": error.sentence, "next_step": error.next_step}
        good = not isinstance(error.__cause__, MemoryError | RecursionError)
    out.write(json.dumps(answer).encode() + b"\n")
    out.flush()
    return good


if __name__ == "__main__":
    main()
