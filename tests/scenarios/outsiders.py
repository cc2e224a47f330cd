"""People with a mailbox whom the company's directory does not know."""

from pydantic import SecretStr

from runtime.client import Client, Letter
from runtime.office import accounts
from tests.scenarios.conftest import Morning

WISH = "Hello Ada, I would like to meet Anna Berg next week about our new offer. Could you find us half an hour?"


class Outsider(Client):
    """Somebody from outside, who reads each mail once."""

    _read = 0

    def catch_up(self) -> None:
        """Take everything that came so far for read."""
        self._read = max((m.uid for m in self.inbox()), default=0)

    def heard(self, words: str = "", timeout_s: float = 60) -> Letter:
        """Wait for the next mail that holds these words, and read it."""
        since = self._read
        letter = self.wait_for(lambda m: m.uid > since and words in m.text, timeout_s)
        self._read = letter.uid
        return letter

    def unread(self) -> list[Letter]:
        """Return what has come since."""
        return [m for m in self.inbox() if m.uid > self._read]


def somebody(morning: Morning, name: str = "Gus Fox") -> Outsider:
    """Give somebody a mailbox at the office's server, and nothing else."""
    address = f"{name.lower().replace(' ', '.')}@office.example"
    accounts.add_account(morning.home, address, name, "a good password")
    return Outsider(morning.manager.ports, address, name, SecretStr("a good password"), morning.manager._now)


def wishes(morning: Morning, who: Client, text: str = WISH, subject: str = "A meeting") -> Letter:
    """Have somebody ask for a meeting, and return the question to the manager."""
    who.send(morning.assistant, subject, text)
    return morning.told(f"{who.address} asks for a meeting")
