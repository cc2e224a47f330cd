"""`python -m runtime.cli`: the same as `empla`."""

from runtime.cli.main import run

run()
