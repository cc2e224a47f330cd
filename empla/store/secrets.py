"""Passwords and secrets at rest.

They are encrypted with Fernet (AES-128-CBC and HMAC-SHA256) under one key per home, which lies in `secret.key` in the
home, readable by its owner only (0600), made on first use. Who can read that file can read every password; who copies
company.db without it can read none. Keep a copy of it apart from the copies of the home: without it the passwords are
gone, and the accounts need new ones.

Everything in the open is a `SecretStr`, which shows as asterisks in logs, errors and tracebacks.
"""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from empla.errors import PermissionDenied, ResourceError
from empla.store.syncing import sync_folder

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for one another: people type these into clients


def new_password() -> SecretStr:
    """Return a fresh password: four groups of five characters, 99 bits."""
    return SecretStr("-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4)))


def new_secret() -> SecretStr:
    """Return a fresh HMAC secret: 256 bits in hex."""
    return SecretStr(secrets.token_hex(32))


class Cipher:
    """Encrypts and decrypts under the key in one file."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def encrypt(self, secret: SecretStr) -> bytes:
        """Return `secret` encrypted; the key is made if there is none yet."""
        if not self._key_file.exists():
            _make_key(self._key_file)
        return self._fernet().encrypt(secret.get_secret_value().encode())

    def decrypt(self, token: bytes) -> SecretStr:
        """Return what `encrypt` made `token` of; ResourceError if this key did not make it."""
        try:
            return SecretStr(self._fernet().decrypt(token).decode())
        except InvalidToken:
            raise ResourceError(
                f"the key in {self._key_file} does not open a password that is kept here",
                next_step="put back the key that belongs to this home, or give the accounts new passwords",
            ) from None

    def _fernet(self) -> Fernet:
        try:
            if self._key_file.stat().st_mode & 0o077:
                raise PermissionDenied(
                    f"others may read {self._key_file}", next_step=f"run `chmod 600 {self._key_file}`"
                )
            return Fernet(self._key_file.read_bytes())
        except FileNotFoundError:
            raise ResourceError(
                f"the key {self._key_file} is missing", next_step="put back the key that belongs to this home"
            ) from None
        except ValueError:
            raise ResourceError(
                f"{self._key_file} holds no key", next_step="put back the key that belongs to this home"
            ) from None


def _make_key(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)  # unlike a rename it never replaces a key that another process has just made
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync_folder(path.parent)  # a key that is lost with the power takes the passwords with it
