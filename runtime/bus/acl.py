"""What a broker must know so that it holds everybody to their own topics: rights, and users.

An employee may write its own presence, telemetry and events, and read its own wake-ups and everybody's presence; the
supervisor may read everything of its tenant and write wake-ups. Nothing else is allowed to anybody.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from empla.errors import InputError
from empla.store.company import TENANT
from runtime.bus.broker import Broker
from runtime.bus.messages import ROOT, Kind, pattern, topic

_ITERATIONS: Final = 101  # what mosquitto_passwd writes; the passwords themselves are random
_OWN: Final = (Kind.PRESENCE, Kind.TELEMETRY, Kind.EVENTS)


class BrokerKind(StrEnum):
    """The brokers for which files are written."""

    MOSQUITTO = "mosquitto"
    EMQX = "emqx"


def broker_kind(name: str) -> BrokerKind:
    """Return the broker of this name; InputError if files are written for none of that name."""
    if name not in set(BrokerKind):
        raise InputError(f"files are not written for {name!r}", next_step=f"name one of {', '.join(BrokerKind)}")
    return BrokerKind(name)


def acl(kind: BrokerKind, broker: Broker, slugs: Sequence[str]) -> str:
    """Return the file of rights: Mosquitto's `acl_file`, or EMQX's `acl.conf`."""
    rights = [(broker.user, [f"{ROOT}/{TENANT}/#"], [pattern(TENANT, kind=Kind.WAKE)])]
    for slug in slugs:
        reads = [topic(TENANT, slug, Kind.WAKE), pattern(TENANT, kind=Kind.PRESENCE)]
        writes = [topic(TENANT, slug, own) for own in _OWN]
        rights.append((broker.as_employee(slug).user, reads, writes))
    if kind is BrokerKind.MOSQUITTO:
        return "\n".join(_mosquitto_rights(*right) for right in rights)
    return "".join(_emqx_rights(*right) for right in rights) + "{deny, all}.\n"


def users(kind: BrokerKind, broker: Broker, slugs: Sequence[str]) -> str:
    """Return the file of users, with hashes of their passwords: Mosquitto's `password_file`, or for EMQX the
    `bootstrap_file` of its built-in database (`bootstrap_type = hash`, SHA-256 with the salt behind).
    """
    everybody = [broker, *(broker.as_employee(slug) for slug in slugs)]
    if kind is BrokerKind.MOSQUITTO:
        return "".join(f"{one.user}:{_mosquitto_hash(one)}\n" for one in everybody)
    return "user_id,password_hash,salt,is_superuser\n" + "".join(_emqx_user(one) for one in everybody)


def _mosquitto_rights(user: str, reads: Sequence[str], writes: Sequence[str]) -> str:
    lines = [f"user {user}", *(f"topic read {name}" for name in reads), *(f"topic write {name}" for name in writes)]
    return "\n".join(lines) + "\n"


def _emqx_rights(user: str, reads: Sequence[str], writes: Sequence[str]) -> str:
    who = f"{{username, {json.dumps(user)}}}"
    return "".join(
        f"{{allow, {who}, {what}, [{', '.join(json.dumps(name) for name in names)}]}}.\n"
        for what, names in (("subscribe", reads), ("publish", writes))
    )


def _mosquitto_hash(one: Broker) -> str:
    salt = secrets.token_bytes(12)
    made = hashlib.pbkdf2_hmac("sha512", one.password.get_secret_value().encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def _emqx_user(one: Broker) -> str:
    salt = secrets.token_hex(16)
    made = hashlib.sha256(one.password.get_secret_value().encode() + salt.encode()).hexdigest()
    return f"{one.user},{made},{salt},false\n"
