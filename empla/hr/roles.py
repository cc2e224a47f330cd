"""Roles: who an employee is before it knows anybody. Each is a folder `employees/ROLE` with a `role.toml`.

What a role may say is closed: an unknown name in the file is an error, so a limit that is misspelt never counts for
nothing. Its version is noted with everybody who is hired into it.
"""

import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from empla.errors import InputError, ValidationError
from empla.hr.names import nearest
from empla.hr.role_triggers import DeclaredTrigger
from empla.memory.knowledge.rules import check_rules
from empla.mind import persona

Trait = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Style(_Closed):
    """How it writes."""

    tone: Literal["friendly", "neutral", "formal"] = "friendly"
    formality: Trait = 0.5
    verbosity: Literal["brief", "medium", "full"] = "brief"
    emoji: bool = False


class Persona(_Closed):
    """The traits, each from 0 to 1, and how it writes. What is left out follows from the Big Five."""

    openness: Trait
    conscientiousness: Trait
    extraversion: Trait
    agreeableness: Trait
    neuroticism: Trait
    risk: Trait | None = None
    speed: Trait | None = None
    data: Trait | None = None
    collaboration: Trait | None = None
    proactivity: Trait | None = None
    persistence: Trait | None = None
    adaptability: Trait | None = None
    detail: Trait | None = None
    style: Style = Style()

    def traits(self) -> persona.Persona:
        """Return the traits as the mind knows them."""
        return persona.Persona(**self.model_dump(exclude={"style"}))

    def told(self) -> dict[str, Any]:
        """Return what an employee is told of it, as fields of its profile."""
        return {persona.PERSONA: self.traits(), "style": self.style.model_dump(mode="json")}


class Schedule(_Closed):
    """When it writes unasked, in its own zone. Who just wrote to it is answered at any hour."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    quiet_from: Clock = "21:00"
    quiet_until: Clock = "06:30"
    brief_at: Clock = Field(
        default="07:30", description="when the morning's brief comes, until the manager says otherwise"
    )


class Permissions(_Closed):
    """What it is given, and what it may do with it."""

    manager_calendar: Literal["read-write", "free-busy"] = "free-busy"
    manager_invitations: bool = Field(default=False, description="see the invitations that come to the manager")
    manager_inbox: bool = Field(default=False, description="see all mails that come to the manager")
    colleagues_calendars: Literal["free-busy"] = "free-busy"
    operations: tuple[str, ...] = Field(description='operations of capabilities; "email.*" is all of one')


class Limits(_Closed):
    """How much it may do, whoever asks."""

    mails_per_day: Count
    mails_per_thread_and_day: Count
    mails_per_correspondent_and_day: Count


class Remembering(_Closed):
    """What it concludes of what it knows."""

    rules: tuple[str, ...] = Field(default=(), description="rules of inference over facts, besides those built in")

    @pydantic.field_validator("rules")
    @classmethod
    def _applicable(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a rule that cannot be applied."""
        try:
            check_rules(rules)
        except ValidationError as error:
            raise ValueError(error.sentence) from error
        return rules


class Role(_Closed):
    """One role, as its file describes it."""

    name: str
    title: str
    version: int = Field(ge=1)
    summary: str
    description: str
    phase: Literal["assisted"] = "assisted"
    persona: Persona
    schedule: Schedule = Schedule()
    permissions: Permissions
    limits: Limits
    memory: Remembering = Remembering()
    trigger: tuple[DeclaredTrigger, ...] = Field(default=(), description="what makes something due, besides its plans'")


def roles() -> Sequence[Role]:
    """Return the roles that are installed, by name. ValidationError naming the file if one cannot be used."""
    return [_read(folder) for folder in sorted(_folders(), key=lambda f: f.name)]


def role(name: str) -> Role:
    """Return the role called `name`, with dashes or underscores; InputError naming the known ones if there is none."""
    wanted = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    known = {folder.name: folder for folder in _folders()}
    if wanted in known:
        return _read(known[wanted])
    near = nearest(wanted, list(known))
    names = ", ".join(shown(n) for n in sorted(known))
    raise InputError(
        f"there is no role {name!r}; there is: {names}",
        next_step=f"did you mean {shown(near)}?" if near else "hire into one of these",
    )


def shown(name: str) -> str:
    """Return a role's name as people type it."""
    return name.replace("_", "-")


def _folders() -> Iterator[Traversable]:
    for folder in files("employees").iterdir():
        if folder.is_dir() and (folder / "role.toml").is_file():
            yield folder


def _read(folder: Traversable) -> Role:
    try:
        said: dict[str, Any] = tomllib.loads((folder / "role.toml").read_text())
        return Role.model_validate({"name": folder.name, **said})
    except (tomllib.TOMLDecodeError, pydantic.ValidationError) as error:
        raise ValidationError(
            f"the role {shown(folder.name)} cannot be used: {_what_is_wrong(error)}",
            next_step=f"correct {folder / 'role.toml'}",
        ) from error


def _what_is_wrong(error: tomllib.TOMLDecodeError | pydantic.ValidationError) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg'].removeprefix('Value error, ')}" for f in faults)
