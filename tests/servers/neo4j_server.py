"""A real Neo4j (Community) for the tests: its jars fetched once by Maven, its process ours, ended with the tests."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent / "neo4j"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "empla-tests" / "neo4j"
_STARTS_S = 180


def missing() -> str:
    """Return what keeps this machine from running one, "" if nothing does."""
    absent = [program for program in ("java", "javac") if shutil.which(program) is None]
    if absent:
        return f"no {' and no '.join(absent)}: Neo4j 5 needs Java 17"
    if not (CACHE / "lib").is_dir() and shutil.which("mvn") is None:
        return "no mvn to fetch Neo4j with"
    return ""


def classes() -> str:
    """Return the class path with our main class and the jars, fetched and compiled if need be; skips if that fails."""
    lib, made = CACHE / "lib", CACHE / "classes"
    CACHE.mkdir(parents=True, exist_ok=True)
    if not lib.is_dir():
        fetched = CACHE / f"lib.{os.getpid()}"
        command = ["mvn", "-q", "-B", "-f", str(SOURCES / "pom.xml"), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={fetched}", "-DincludeScope=runtime"], capture_output=True, text=True
        )
        if done.returncode != 0:
            shutil.rmtree(fetched, ignore_errors=True)
            pytest.skip(f"Maven could not fetch Neo4j: {done.stdout[-300:]}")
        try:
            fetched.rename(lib)
        except OSError:  # another worker was faster
            shutil.rmtree(fetched, ignore_errors=True)
    path = f"{made}:{lib}/*"
    source = SOURCES / "GraphServer.java"
    compiled = made / "GraphServer.class"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["javac", "-cp", path, "-d", str(made), str(source)], check=True, capture_output=True)
    return path


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run a server whose files lie in a folder; give its bolt URL. It ends with us, for its input does."""
    if reason := missing():
        pytest.skip(reason)
    log = folder / "server.log"
    command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", classes(), "GraphServer", str(folder)]
    with log.open("w") as errors:
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    assert server.stdin is not None and server.stdout is not None
    overdue = threading.Timer(_STARTS_S, server.kill)
    overdue.start()
    try:
        url = next((line.split()[1] for line in server.stdout if line.startswith("BOLT ")), "")
        overdue.cancel()
        assert url, f"Neo4j did not start: {log.read_text()[-2000:]}"
        yield url.rstrip("/")
    finally:
        overdue.cancel()
        server.kill()  # its files are the test's, and go with it
        server.wait()
        server.stdin.close()
        server.stdout.close()
