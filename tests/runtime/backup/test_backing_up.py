"""What a backup takes along, and what it says where it cannot be made."""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import InputError, ResourceError
from empla.store.company import CompanyStore
from runtime.backup.archive import Progress, back_up
from runtime.backup.cutting import cut
from runtime.backup.restoring import restore


def quietly(_done: int, _whole: int) -> None:
    """Show nothing."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    CompanyStore(made.company_db).close()
    database(made.office / "office.db").close()
    return made


def database(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("CREATE TABLE mailbox (next_uid INTEGER)")
    made.execute("INSERT INTO mailbox VALUES (7)")
    return made


def backed_up(home: Home, archive: Path, progress: Progress = quietly) -> set[str]:
    back_up(home, archive, SystemClock(), with_key=False, progress=progress)
    with tarfile.open(archive) as packed:
        return set(packed.getnames())


def test_no_backup_is_made_inside_the_home_where_the_next_would_hold_it(home: Home) -> None:
    with pytest.raises(InputError, match="in the home itself"):
        backed_up(home, home.root / "copies" / ".." / "b.tar.gz")
    assert not list(home.root.glob("*.tar.gz*"))


def test_a_notice_that_the_office_takes_meanwhile_is_in_the_backup_that_has_it_undelivered(
    home: Home, tmp_path: Path
) -> None:
    waiting = home.office / "pickup" / "ada.given-up.1.eml"
    waiting.parent.mkdir()
    waiting.write_text("Subject: ada does not work\n")
    assert "home/office/pickup/ada.given-up.1.eml" in backed_up(
        home, tmp_path / "b.tar.gz", lambda _done, _whole: waiting.unlink(missing_ok=True)
    )


def test_a_file_that_goes_meanwhile_is_no_fault_of_the_backup(home: Home, tmp_path: Path) -> None:
    going = home.root / "gone-soon"
    going.write_text("x")
    found = backed_up(home, tmp_path / "b.tar.gz", lambda _done, _whole: going.unlink(missing_ok=True))
    assert "home/company.db" in found
    assert "home/gone-soon" not in found


def test_what_is_made_again_of_the_rest_is_left_out(home: Home, tmp_path: Path) -> None:
    for folder in (home.employee("ada") / "recall" / "vectors", home.archive("bob") / "recall", home.embedder):
        folder.mkdir(parents=True)
        (folder / "made").write_bytes(b"again")
    (home.employee("ada") / "blobs").mkdir()
    (home.employee("ada") / "blobs" / "recall").write_bytes(b"a mail")
    held = backed_up(home, tmp_path / "all.tar.gz")
    assert not [name for name in held if name.endswith("made")]
    assert "home/employees/ada/blobs/recall" in held


def test_the_mind_of_one_who_has_left_is_whole_also_if_it_was_killed_before(home: Home, tmp_path: Path) -> None:
    mind = home.archive("ada") / "mind.db"
    with closing(database(mind)) as left:
        kept = {name: (mind.parent / name).read_bytes() for name in ("mind.db", "mind.db-wal")}
        left.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name, content in kept.items():
        (mind.parent / name).write_bytes(content)
    backed_up(home, tmp_path / "b.tar.gz")
    restored = Home(tmp_path / "restored")
    restore(tmp_path / "b.tar.gz", restored, SystemClock(), replace=False, progress=quietly)
    with closing(sqlite3.connect(restored.archive("ada") / "mind.db")) as again:
        assert again.execute("SELECT next_uid FROM mailbox").fetchall() == [(7,)]


def test_what_another_backup_that_was_killed_has_left_is_in_nobodys_way(home: Home, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz.part").write_bytes(b"of another")
    assert "home/company.db" in backed_up(home, tmp_path / "b.tar.gz")


def test_a_damaged_database_is_named(home: Home, tmp_path: Path) -> None:
    (home.office / "office.db").write_bytes(b"no database, " * 1000)
    with pytest.raises(ResourceError, match=r"office\.db"):
        backed_up(home, tmp_path / "b.tar.gz")


def test_a_copy_that_cannot_be_written_is_told_as_such(home: Home, tmp_path: Path) -> None:
    with (
        cut([home.company_db], lambda: None) as views,
        pytest.raises(ResourceError, match=r"company\.db cannot be copied"),
    ):
        views.copy(home.company_db, tmp_path / "no folder" / "company.db", lambda _bytes: None)


def test_a_folder_without_its_company_is_not_put_aside_unasked(home: Home, tmp_path: Path) -> None:
    backed_up(home, tmp_path / "b.tar.gz")
    other = Home(tmp_path / "somebodys")
    other.root.mkdir()
    (other.root / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not empty"):
        restore(tmp_path / "b.tar.gz", other, SystemClock(), replace=False, progress=quietly)
    assert (other.root / "letter.txt").read_text() == "dear"
    done = restore(tmp_path / "b.tar.gz", other, SystemClock(), replace=True, progress=quietly)
    assert done.aside is not None
    assert (done.aside / "letter.txt").read_text() == "dear"


def test_an_empty_folder_may_be_the_home(home: Home, tmp_path: Path) -> None:
    backed_up(home, tmp_path / "b.tar.gz")
    made = Home(tmp_path / "made")
    made.root.mkdir()
    restore(tmp_path / "b.tar.gz", made, SystemClock(), replace=False, progress=quietly)
    assert made.company_db.exists()


def test_where_nothing_can_be_written_beside_the_home_it_says_so(home: Home, tmp_path: Path) -> None:
    backed_up(home, tmp_path / "b.tar.gz")
    (tmp_path / "file").touch()
    with pytest.raises(ResourceError, match="beside"):
        restore(tmp_path / "b.tar.gz", Home(tmp_path / "file" / "home"), SystemClock(), replace=False, progress=quietly)
