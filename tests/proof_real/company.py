"""The company of the proof: as many employees as are asked for, each with a manager somewhere in the world."""

from datetime import date, timedelta
from typing import Final

from runtime.simulation.scenario import Scenario

SPRING: Final = date(2026, 3, 16)
"""Thirty days from here have both changes of the clocks: Berlin's to summer time on 29 March, and Sydney's and Lord
Howe's (by half an hour) to winter time on 5 April."""
GAP: Final = date(2026, 3, 29)
"""The Sunday on which an hour is missing in Berlin."""
OVERLAP: Final = date(2026, 4, 5)
"""The Sunday on which an hour comes twice in Sydney."""

ZONES: Final = (
    "Europe/Berlin",
    "Australia/Sydney",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)
_FIRST: Final = ("Anna", "Paul", "Maria", "Ivan", "Lena", "Omar", "Rosa", "Emil", "Nora", "Igor")
_LAST: Final = ("Berg", "Klein", "Sanders", "Petrov")
_STAFF: Final = ("Ada", "Clara", "Dora", "Edith", "Fanny", "Greta", "Hilda", "Irma", "Judith", "Karla")
_STAFF_LAST: Final = ("Lane", "Diaz", "Moore", "Novak")
_COLLEAGUES: Final = ("Ben Stone", "Carla Ruiz", "Tom Reed", "Yuki Sato", "Lars Holm")

_RATES: Final = {
    "book": 1.4,
    "question": 1.2,
    "errand": 0.7,
    "reminder": 0.7,
    "thanks": 0.2,
    "odd": 0.2,
    "wish": 0.5,
    "stranger": 0.3,
    "invitation": 0.6,
    "newsletter": 0.8,
    "bounce": 0.1,
    "absence": 0.1,
}
"""Mails a working day for each employee, before they are raised to the number that is wanted."""


def first_day(days: int, seed: int) -> date:
    """Return when it begins. A short run has one change of the clocks: the gap for even seeds, else the overlap."""
    if days >= 21:
        return SPRING
    sunday = OVERLAP if seed % 2 else GAP
    return sunday if days > 1 else sunday + timedelta(days=1)


def company(days: int, employees: int, mails: int, seed: int) -> Scenario:
    """Return the scenario: traffic such that people send about so many mails, answers among them."""
    begins = first_day(days, seed)
    working = sum((begins.toordinal() + day - 1) % 7 < 5 for day in range(days))
    # For every ten mails of the scenario some four come as answers to what employees write.
    factor = mails / 1.4 / (employees * working * sum(_RATES.values()))
    managers = [f"{_FIRST[n % 10]} {_LAST[n // 10 % 4]}" for n in range(employees)]
    staff = [f"{_STAFF[n % 10]} {_STAFF_LAST[n // 10 % 4]}" for n in range(employees)]
    people = [
        {"name": name, "zone": ZONES[n % len(ZONES)], "answers": 0.9, "answers_after": ["2m", "4h"]}
        for n, name in enumerate(managers)
    ]
    people += [{"name": name, "zone": ZONES[n % 3], "proposes": 0.1} for n, name in enumerate(_COLLEAGUES)]
    return Scenario.model_validate(
        {
            "company": {"name": "Berg & Partner", "zone": "Europe/Berlin", "first_day": begins},
            "employees": [{"name": s, "manager": m} for s, m in zip(staff, managers, strict=True)],
            "people": people,
            "events": [
                {
                    "owner": colleague,
                    "title": "Team meeting",
                    "start": f"day {1 + number % 7} 09:30",
                    "lasts": "30m",
                    "weekly": True,
                }
                for number, colleague in enumerate(_COLLEAGUES)
            ],
            "traffic": {kind: rate * factor for kind, rate in _RATES.items()},
        }
    )
