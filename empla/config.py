"""Where things lie in a home, and the settings in its `empla.toml`."""

import ipaddress
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from empla.errors import InputError

MIND_FILE = "mind.db"
"""The store of one employee, in a folder of its own."""

TENANT: Final = "main"
"""The tenant of a home that has only one."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything the program keeps. Only its owner may read it (0700)."""

    root: Path

    @classmethod
    def find(cls, given: Path | None = None) -> "Home":
        """Return the home that was `given`, else `EMPLA_HOME`, else `~/.empla`."""
        root = given or Path(os.environ.get("EMPLA_HOME") or Path.home() / ".empla")
        return cls(root.expanduser().resolve())

    def create(self) -> None:
        """Make the folders; harmless if they are there."""
        for folder in (self.root, self.office, self.employees, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def settings_file(self) -> Path:
        """The settings, for people to read and edit."""
        return self.root / "empla.toml"

    @property
    def lock(self) -> Path:
        """Held (flock) by whoever runs this home: `empla up`, or a command while `up` does not run."""
        return self.root / "home.lock"

    @property
    def socket(self) -> Path:
        """The control socket of `empla up` (0600)."""
        return self.root / "control.sock"

    @property
    def bus(self) -> Path:
        """The socket of the bus of `empla up` (0600)."""
        return self.root / "bus.sock"

    @property
    def bus_secret(self) -> Path:
        """The password of the bus's broker, encrypted."""
        return self.root / "bus.secret"

    @property
    def metrics_token(self) -> Path:
        """What who asks for metrics must show (0600), made on first use."""
        return self.root / "metrics.token"

    @property
    def clock(self) -> Path:
        """The clock's offset (see `empla.clock`)."""
        return self.root / "clock"

    @property
    def key(self) -> Path:
        """The key that encrypts passwords at rest (0600)."""
        return self.root / "secret.key"

    @property
    def company_db(self) -> Path:
        """Roster, people, accounts, policies, ledger heads."""
        return self.root / "company.db"

    @property
    def office(self) -> Path:
        """The embedded mail and calendar server's own folder."""
        return self.root / "office"

    @property
    def employees(self) -> Path:
        """One folder per employee."""
        return self.root / "employees"

    @property
    def logs(self) -> Path:
        """Logs of the processes, one JSON object a line."""
        return self.root / "logs"

    @property
    def embedder(self) -> Path:
        """The folder of the process that makes vectors of texts: its socket, and the model that it has built."""
        return self.root / "embedder"

    @property
    def embedder_socket(self) -> Path:
        """Where that process answers (0600)."""
        return self.embedder / "socket"

    def employee(self, slug: str) -> Path:
        """Return the folder of one employee: `mind.db`, `blobs/`, `progress`, `lease.lock`."""
        return self.employees / slug

    def mind_file(self, slug: str) -> Path:
        """Return the file that holds an employee's mind, unless the settings name a database for all."""
        return self.employee(slug) / MIND_FILE

    def archive(self, slug: str) -> Path:
        """Return the folder of an employee who has left."""
        return self.root / "left" / slug


class Settings(BaseModel):
    """What `empla.toml` may say. Unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: str = Field(default="The Company", description="how employees speak of the company")
    domain: str = Field(default="office.example", description="the office's mail domain")
    host: str = Field(default="127.0.0.1", description="the loopback address that servers bind to")
    ports: int = Field(
        default=0, ge=0, le=65000, description="first port of IMAP, SMTP, CalDAV (the next two); 0: any free ones"
    )
    zone: str = Field(default="UTC", description="IANA zone of people who name none")
    hours: str = Field(default="09:00-17:00", description="working hours of people who name none")
    owner: str = Field(default="", description="address of the person who runs this home: the default manager")
    relay: str = Field(
        default="",
        description="host:port of the server that takes mail to other domains, encrypted unless it is on this machine"
        " (465: TLS, 587 and 25: STARTTLS); empty: such mail is refused",
    )
    relay_user: str = Field(
        default="",
        description="whom the relay knows; the password is given once in EMPLA_RELAY_PASSWORD, then kept encrypted in"
        " office/relay.secret; empty: no sign-in",
    )
    memory_limit_mib: int = Field(
        default=512,
        ge=0,
        le=1 << 20,
        description="memory of its own that one employee may use, in MiB; it is ended and started afresh above that,"
        " and stopped by the kernel at twice as much; 0: no limit",
    )
    cpu_limit: float = Field(
        default=1.0,
        ge=0,
        le=1024,
        description="cores that one employee may use, meant over a minute; one that uses as much lets others go first,"
        " and is ended if nothing comes of it; 0: no limit",
    )
    database: str = Field(
        default="",
        repr=False,  # it may hold a password
        description="URL of the PostgreSQL database that holds the employees' minds, postgresql://USER@HOST/DATABASE;"
        " a password is better given in EMPLA_DATABASE or a PGPASSFILE; empty: a file for each employee",
    )
    clock: Literal["system", "server"] = Field(
        default="system",
        description="where time comes from: system, the machine's; server, a time server that moves it (simulation)",
    )
    lease_s: int = Field(
        default=30,
        ge=2,
        le=600,
        description="seconds after which another host that has the same database may take over from one that is gone;"
        " the same on all of them",
    )

    bus: str = Field(
        default="",
        description="MQTT broker for wake-ups and presence, mqtts://USER@HOST:PORT (mqtt:// on this machine only); its"
        " password is given once in EMPLA_BUS_PASSWORD, then kept encrypted in bus.secret; empty: a socket in the home",
    )
    bus_ca: str = Field(
        default="", description="file with the certificates by which the broker is known; empty: the system's"
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="port of /health and /metrics on this machine, for who has the token in metrics.token; 0: none",
    )
    otlp: str = Field(
        default="", description="where traces go by OTLP over HTTP, such as http://127.0.0.1:4318; empty: nowhere"
    )
    embeddings: str = Field(
        default="none",
        description="who makes vectors of texts, for recall by meaning: none; minilm, a small model on this machine;"
        ' "https://HOST/v1 MODEL", an API like OpenAI\'s, which then reads the texts (its key is given in'
        " EMPLA_EMBEDDINGS_KEY); unix:/path, the socket of another home's embedder",
    )
    vectors: str = Field(
        default="",
        description="URL of the Qdrant server that keeps vectors, http://HOST:6333 (its key is given in"
        " EMPLA_VECTORS_KEY); empty: files in each employee's folder",
    )
    graph: str = Field(
        default="",
        description="URL of the Neo4j server that has a copy of what employees know, bolt://127.0.0.1:7687 or"
        " neo4j+s://HOST (who signs in is given in EMPLA_GRAPH_USER and EMPLA_GRAPH_PASSWORD); empty: each employee's"
        " own tables are walked",
    )
    memory_retention_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="days after which employees forget what happened: its words are erased, for good; what they were"
        " taught and what was stated stays; 0: never",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="from which level on lines are written to logs"
    )

    @field_validator("host")
    @classmethod
    def _loopback(cls, host: str) -> str:
        """Refuse what others could reach: people sign in to the office without encryption."""
        try:
            if ipaddress.IPv4Address(host).is_loopback:
                return host
        except ValueError:
            pass
        raise ValueError("the office listens on this machine only: give 127.0.0.1")

    @field_validator("database")
    @classmethod
    def _kept_by_a_server(cls, database: str) -> str:
        """Refuse what is no server: one SQLite file cannot be every employee's."""
        if database and urlsplit(database).scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise ValueError("give postgresql://USER@HOST/DATABASE, or nothing for a file per employee")
        return database

    @field_validator("bus")
    @classmethod
    def _broker(cls, bus: str) -> str:
        """Refuse what is no broker, a password in the open, and one that would pass over a network in the open."""
        if not bus:
            return bus
        found = urlsplit(bus)
        if found.scheme not in ("mqtt", "mqtts") or not found.hostname or found.path or found.query:
            raise ValueError("give mqtts://USER@HOST:PORT, or nothing for a socket in the home")
        if found.password is not None:
            raise ValueError("give the password in EMPLA_BUS_PASSWORD, not in the URL")
        if found.scheme == "mqtt" and not _is_loopback(found.hostname):
            raise ValueError("mqtt:// is for a broker on this machine: others would read along; give mqtts://")
        return bus

    @field_validator("embeddings")
    @classmethod
    def _embedder(cls, embeddings: str) -> str:
        """Refuse what names no embedder, and a provider that others on the way to it would read along with."""
        if embeddings in ("none", "minilm") or embeddings.startswith("unix:/"):
            return embeddings
        base, _, model = embeddings.partition(" ")
        found = urlsplit(base)
        if found.scheme not in ("http", "https") or not found.hostname or not model.strip():
            raise ValueError('give none, minilm, "https://HOST/v1 MODEL" or unix:/path')
        if found.password is not None or found.username is not None:
            raise ValueError("give the key in EMPLA_EMBEDDINGS_KEY, not in the URL")
        if found.scheme == "http" and not _is_loopback(found.hostname):
            raise ValueError("http:// is for a server on this machine: others would read along; give https://")
        return embeddings

    @field_validator("vectors")
    @classmethod
    def _vector_server(cls, vectors: str) -> str:
        if not vectors:
            return vectors
        found = urlsplit(vectors)
        if found.scheme not in ("http", "https") or not found.hostname:
            raise ValueError("give http://HOST:6333 or https://HOST:6333, or nothing for files")
        if found.password is not None or found.username is not None:
            raise ValueError("give the key in EMPLA_VECTORS_KEY, not in the URL")
        if found.scheme == "http" and not _is_loopback(found.hostname):
            raise ValueError("http:// is for a server on this machine: others would read along; give https://")
        return vectors

    @field_validator("graph")
    @classmethod
    def _graph_server(cls, graph: str) -> str:
        if not graph:
            return graph
        found = urlsplit(graph)
        if found.scheme not in ("bolt", "neo4j", "bolt+s", "neo4j+s") or not found.hostname:
            raise ValueError("give bolt://127.0.0.1:7687 or neo4j+s://HOST, or nothing for the tables")
        if found.password is not None or found.username is not None:
            raise ValueError("give user and password in EMPLA_GRAPH_USER and EMPLA_GRAPH_PASSWORD, not in the URL")
        if not found.scheme.endswith("+s") and not _is_loopback(found.hostname):
            raise ValueError(f"{found.scheme}:// is for a server on this machine: give {found.scheme}+s://")
        return graph

    @field_validator("otlp")
    @classmethod
    def _collector(cls, otlp: str) -> str:
        if otlp and (urlsplit(otlp).scheme not in ("http", "https") or not urlsplit(otlp).hostname):
            raise ValueError("give http://HOST:PORT or https://HOST")
        return otlp

    @field_validator("relay")
    @classmethod
    def _reachable(cls, relay: str) -> str:
        if relay:
            host_and_port(relay)
        return relay


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_and_port(server: str) -> tuple[str, int]:
    """Return the parts of "host:port" ("[::1]:25" for an address of IPv6); ValueError if it is not that."""
    found = re.fullmatch(r"(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})", server)
    if found is None or not 0 < int(found[3]) <= 65535:
        raise ValueError("give host:port, such as smtp.example.org:587")
    return found[1] or found[2], int(found[3])


def load_settings(home: Home) -> Settings:
    """Return the settings of a home: what the environment says (`EMPLA_DATABASE` for `database`), else the file.

    InputError naming the file or the variables, and the setting, if they are wrong.
    """
    kept = file_settings(home)
    given = {name: os.environ[variable(name)] for name in Settings.model_fields if os.environ.get(variable(name))}
    if not given:
        return kept
    try:
        return Settings.model_validate({**kept.model_dump(), **given})
    except ValidationError as error:
        raise InputError(
            f"the environment cannot be used: {_what_is_wrong(error)}",
            next_step=f"correct {', '.join(variable(name) for name in given)}, or unset what is wrong",
        ) from None


def file_settings(home: Home) -> Settings:
    """Return the settings as the file alone has them: for who changes and saves them. InputError as `load_settings`."""
    if not home.settings_file.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(home.settings_file.read_text()))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise InputError(
            f"{home.settings_file} cannot be used: {_what_is_wrong(error)}",
            next_step="correct the file, or delete it for the defaults",
        ) from None  # the library's own words repeat what stands there, which may be a secret


def variable(setting: str) -> str:
    """Return the variable of the environment that says what a setting is; it comes before the file."""
    return f"EMPLA_{setting.upper()}"


def _what_is_wrong(error: tomllib.TOMLDecodeError | ValidationError) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg'].removeprefix('Value error, ')}" for f in faults)


def save_settings(home: Home, settings: Settings) -> None:
    """Write the settings that differ from the defaults, each under its description."""
    lines = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value != field.default:
            text = (
                str(value)
                if isinstance(value, int | float)
                else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
            )
            lines.append(f"# {field.description}\n{name} = {text}\n")
    # In one piece: a process that dies here must not leave half a file, which nobody could read afterwards.
    fresh = home.settings_file.with_suffix(".toml.new")
    fresh.write_text("\n".join(lines))
    fresh.replace(home.settings_file)


_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def plain(text: str) -> str:
    """Return `text` as names are compared: lower-cased, without accents; letters that have no base letter stay."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in bare if not unicodedata.combining(c)).translate(_LETTERS)


def slug(name: str) -> str:
    """Return the folder and mailbox name for a person's name: "Ada Lovelace" -> "ada.lovelace", "Zoë" -> "zoe"."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’`]", "", plain(name)))
    if not words:
        raise InputError(
            f"{name!r} has no letters to make an address of", next_step="give a name such as 'Ada Lovelace'"
        )
    return ".".join(words)
