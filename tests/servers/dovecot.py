"""Dovecot, where it is installed: a mail store of its own, run as an ordinary user on the loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.ports import own_ports

PROGRAM = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else "")
LMTP = Path("/usr/lib/dovecot/lmtp").exists()
WHY_NOT = "Dovecot with LMTP is not installed (Debian: dovecot-imapd, dovecot-lmtpd)"
PASSWORD = "correct-horse"
"""Everybody's: a mailbox is there as soon as somebody signs in to it or a mail comes for it."""
_STARTS_S = 60.0

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
instance_name = {folder.name}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
listen = 127.0.0.1
disable_plaintext_auth = no
ssl = {ssl}
{certificate}
protocols = imap lmtp
mail_location = maildir:{folder}/mail/%n
mail_plugins = {plugins}
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
protocol lmtp {{
  auth_username_format = %n
}}
protocol imap {{
  {capability}
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{mailboxes}
}}
plugin {{
  {quota}
}}
"""


@dataclass(frozen=True)
class Kind:
    """What Dovecot can be told to do without, or to do differently."""

    capability: str = ""  # what it announces, instead of all it can do
    separator: str = "/"
    prefix: str = ""
    folders: tuple[tuple[str, str], ...] = (("Sent", "\\Sent"), ("Drafts", "\\Drafts"))  # name, special use
    quota: str = ""  # such as "10M"


@dataclass
class Dovecot:
    """A running Dovecot."""

    folder: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process = None


@contextmanager
def running_dovecot(kind: Kind, certificate: Path | None = None) -> Iterator[Dovecot]:
    """Run a Dovecot for the length of the block."""
    # Not below pytest's folder: root's tests run it as nobody, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    found = Dovecot(folder, {name: own_ports() for name in ("imap", "imaps", "lmtp")})
    user, group = ("nobody", "nogroup") if os.geteuid() == 0 else _myself()
    (folder / "dovecot.conf").write_text(_configuration(kind, found, user, group, certificate))
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, group)
    as_user = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [PROGRAM, "-F", "-c", str(folder / "dovecot.conf")]
    found.process = subprocess.Popen(command, **as_user)  # type: ignore[call-overload]
    try:
        wait_for(found.ports["imap"], found.ports["lmtp"], process=found.process)
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(kind: Kind, found: Dovecot, user: str, group: str, certificate: Path | None) -> str:
    if certificate is not None:
        shutil.copy(certificate, found.folder / "tls.pem")
    pem = f"ssl_cert = <{found.folder}/tls.pem\nssl_key = <{found.folder}/tls.pem"
    mailboxes = "".join(
        f'  mailbox "{name}" {{\n    auto = create\n    {f"special_use = {use}" if use else ""}\n  }}\n'
        for name, use in kind.folders
    )
    return _CONFIGURATION.format(
        folder=found.folder,
        password=PASSWORD,
        user=user,
        group=group,
        ssl="yes" if certificate is not None else "no",
        certificate=pem if certificate is not None else "",
        imap=found.ports["imap"],
        imaps=found.ports["imaps"] if certificate is not None else 0,
        lmtp=found.ports["lmtp"],
        capability=f"imap_capability = {kind.capability}" if kind.capability else "",
        separator=kind.separator,
        prefix=kind.prefix,
        mailboxes=mailboxes,
        plugins="quota" if kind.quota else "",
        quota=f"quota = count:User quota\n  quota_rule = *:storage={kind.quota}\n  quota_vsizes = yes"
        if kind.quota
        else "",
    )


def _myself() -> tuple[str, str]:
    import grp
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def wait_for(*ports: int, process: subprocess.Popen[bytes]) -> None:
    """Return once somebody answers at every port; AssertionError if the process ends before."""
    deadline = time.monotonic() + _STARTS_S
    for port in ports:
        while True:
            assert process.poll() is None, f"it ended with {process.returncode}"
            assert time.monotonic() < deadline, f"nobody answers at {port}"
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
