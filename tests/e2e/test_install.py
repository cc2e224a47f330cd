"""A plain install, without the extras that tests need, holds everything that the product imports."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from runtime.supervisor import warming

ROOT = Path(__file__).resolve().parents[2]
OURS = {"empla", "employees", "runtime"}
WITH_AN_EXTRA = {
    "psycopg", "aiomqtt", "matplotlib", "opentelemetry", "onnx", "onnxruntime", "tokenizers", "qdrant_client", "neo4j",
}  # fmt: skip
"""Imported only where a setting asks for them: a PostgreSQL URL, a broker, traces, plots, vectors, a graph's server."""
LATER = {"docx", "markdown_it", "pypdf"}
"""Imported only where a document is read."""


def imported(path: Path) -> Iterator[str]:
    """Return the top-level packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def installed_with(name: str) -> frozenset[str]:
    """Return the distributions that come with one, itself included, without extras."""
    found, left = set(), [name]
    while left:
        current = left.pop()
        if current in found:
            continue
        found.add(current)
        try:
            wanted = metadata.requires(current) or []
        except metadata.PackageNotFoundError:
            continue  # for another platform
        left += [plain(requirement) for requirement in wanted if "extra ==" not in requirement]
    return frozenset(found)


def plain(requirement: str) -> str:
    named = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert named is not None
    return re.sub(r"[-_.]+", "-", named[0]).lower()


def foreign(packages: set[str]) -> set[str]:
    """Return the packages that a plain install does not bring."""
    there = installed_with("empla")
    known = metadata.packages_distributions()
    return {p for p in packages if not any(plain(d) in there for d in known.get(p, []))}


def test_a_plain_install_brings_all_that_the_product_imports() -> None:
    files = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    packages = {name for path in files for name in imported(path)} - OURS - set(sys.stdlib_module_names)
    assert len(packages) > 10
    assert foreign(packages) - WITH_AN_EXTRA == set()


def test_a_plain_install_brings_all_that_the_zygote_warms() -> None:
    assert foreign({name.partition(".")[0] for name in warming._SHARED}) == set()


def test_no_process_loads_what_only_a_setting_or_a_document_asks_for() -> None:
    found = "import sys, runtime.cli.main, runtime.employee; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", found], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & (WITH_AN_EXTRA | LATER) == set()
