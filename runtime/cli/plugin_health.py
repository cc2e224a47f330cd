"""What `empla doctor` says of plug-ins: those of others that are loaded, and those that are left out, and why."""

from collections.abc import Iterator

from empla.capabilities import registry
from empla.capabilities.registry import OURS, Plugin, Refused
from empla.hr import roles
from runtime.cli.findings import Finding
from runtime.employee import plans


def examined() -> Iterator[Finding]:
    """Load what every employee would load, and say what came of it; nothing if nobody has installed any."""
    found = [registry.found(), *(plans(role.name)[1] for role in roles.roles())]
    loaded = [plugin for part in found for plugin in part.loaded if plugin.package.partition(" ")[0] != OURS]
    refused = [left for part in found for left in part.refused]
    if loaded:
        yield Finding(name="plug-ins", ok=True, evidence="; ".join(map(_described, loaded)))
    yield from map(_left_out, refused)


def _described(plugin: Plugin) -> str:
    return f"{plugin.name} of {plugin.package} ({_what(plugin)})"


def _what(plugin: Plugin) -> str:
    if plugin.group.startswith(registry.PLANS):
        return f"plans for {roles.shown(plugin.group.removeprefix(registry.PLANS))}"
    return "capability"


def _left_out(refused: Refused) -> Finding:
    plugin = refused.plugin
    package = plugin.package.partition(" ")[0]
    return Finding(
        name=f"plug-in {plugin.name}",
        ok=False,
        evidence=f"{_what(plugin)} of {plugin.package}, is not loaded: {refused.why}",
        mend=f"mend {plugin.leads_to}, or: pip uninstall {package}; then empla down, empla up",
    )
