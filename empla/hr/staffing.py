"""What hiring, people and init work with: one home's company, its key, its server and its clock."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from empla import faults
from empla.clock import Clock
from empla.config import Home, Settings, load_settings
from empla.errors import ResourceError
from empla.hr.provisioning import Provisioner
from empla.store.company import AccountRow, Company, CompanyStore
from empla.store.secrets import Cipher, new_password


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing(AbstractContextManager["Staffing"]):
    """Everything at hand. Only who holds the home's lock may use it to change anything."""

    home: Home
    settings: Settings
    store: CompanyStore
    cipher: Cipher
    provisioner: Provisioner
    clock: Clock

    @classmethod
    def open(cls, home: Home, provisioner: Provisioner, clock: Clock) -> Self:
        """Open the company of a home, made if there is none; close it by leaving the `with` block."""
        home.create()
        return cls(
            home=home,
            settings=load_settings(home),
            store=CompanyStore(home.company_db),
            cipher=Cipher(home.key),
            provisioner=provisioner,
            clock=clock,
        )

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def keep_account(self, company: Company, owner: str) -> None:
        """Give `owner` an account row with a fresh password, encrypted; nothing happens if there is one.

        ResourceError if the home's key is lost: a second key beside old passwords would hide that they are gone.
        """
        if company.account(owner, self.provisioner.kind) is None:
            if not self.home.key.exists() and company.any_account():
                raise ResourceError(
                    f"the key {self.home.key} is missing", next_step="put back the key that belongs to this home"
                )
            password = self.cipher.encrypt(new_password())
            company.add(
                AccountRow(tenant_id=company.tenant, owner=owner, kind=self.provisioner.kind, password=password)
            )

    def make_account(self, owner: str, name: str) -> SecretStr:
        """Have the kept account of `owner` made at the server, and return its password."""
        with self.store.reading() as company:
            account = company.account(owner, self.provisioner.kind)
            assert account is not None
            password = self.cipher.decrypt(account.password)
        faults.point("hr.account.before")
        settings = self.provisioner.ensure_account(owner, name, password)
        faults.point("hr.account.after")
        with self.store.writing() as company:
            account = company.account(owner, self.provisioner.kind)
            assert account is not None
            account.settings = dict(settings)
            account.ready_at = account.ready_at or self.clock.now()
        return password

    def close_account(self, owner: str) -> None:
        """Close the account of `owner` at the server and forget its password."""
        faults.point("hr.close.before")
        self.provisioner.close_account(owner)
        faults.point("hr.close.after")
        with self.store.writing() as company:
            account = company.account(owner, self.provisioner.kind)
            if account is not None:
                account.password = b""
                account.closed_at = account.closed_at or self.clock.now()
