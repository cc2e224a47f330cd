"""Where the index of words lies: a file in the employee's folder, or tables in the database that keeps its mind."""

from pathlib import Path

from empla.config import Settings
from empla.memory.text.index import TextIndex
from empla.store.store import Store


def open_index(store: Store, folder: Path, settings: Settings) -> TextIndex:
    """Open the index of words that belongs to a store, made if there is none."""
    if store.kind == "postgresql":
        from empla.memory.text.postgres import ServerIndex

        return ServerIndex(settings.database, store.employee, tenant=store.tenant)
    from empla.memory.text.sqlite import FILE, FileIndex

    return FileIndex(folder / FILE)
