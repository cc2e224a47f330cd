"""Blobs are whole or absent, and say so when they are damaged."""

import hashlib
from pathlib import Path

import pytest

from empla.errors import ResourceError
from empla.workplace.blobs import FileBlobs


def test_what_was_kept_is_read_back_by_its_hash(tmp_path: Path) -> None:
    content = b"\0\r\nmail\xff" * 1000
    sha256 = FileBlobs(tmp_path).keep(content)

    assert sha256 == hashlib.sha256(content).hexdigest()
    assert FileBlobs(tmp_path).read(sha256) == content


def test_keeping_twice_makes_one_file(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "new" / "folder")
    assert blobs.keep(b"x") == blobs.keep(b"x")

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_damaged_blob_is_not_given_out_and_mends_when_kept_again(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    sha256 = blobs.keep(b"true words")
    (tmp_path / sha256[:2] / sha256[2:]).write_bytes(b"true")

    with pytest.raises(ResourceError, match="damaged"):
        blobs.read(sha256)
    blobs.keep(b"true words")
    assert blobs.read(sha256) == b"true words"


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", ""])
def test_what_was_never_kept_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResourceError):
        FileBlobs(tmp_path).read(name)


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    folder = tmp_path / hashlib.sha256(b"x").hexdigest()[:2]
    folder.write_bytes(b"a file where the folder should be")

    with pytest.raises(ResourceError, match="cannot be kept"):
        blobs.keep(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
