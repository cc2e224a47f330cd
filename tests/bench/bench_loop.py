"""Two assistants set on each other, 1 000 rounds offered: how many mails are written until they stop by themselves.

It is `tests/scenarios/test_two_assistants.py` with more rounds, and prints what that counts.
"""

import os
import sys

import pytest

ROUNDS = "1000"

if __name__ == "__main__":
    os.environ.setdefault("EMPLA_LOOP_ROUNDS", ROUNDS)
    sys.exit(
        pytest.main(["-q", "-s", "--no-header", "-p", "no:cacheprovider", "tests/scenarios/test_two_assistants.py"])
    )
