"""The settings of a home: what is wrong in them is said, with the file and the setting."""

from pathlib import Path

import pytest

from empla.config import Home, Settings, file_settings, load_settings, save_settings
from empla.errors import InputError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def test_what_is_saved_is_read_again(home: Home):
    settings = Settings(company='The "Quoted" \\ Company', ports=10143)
    save_settings(home, settings)
    assert load_settings(home) == settings


def test_the_home_itself_is_its_owners_alone(tmp_path: Path):
    home = Home(tmp_path / "deep" / "home")
    home.create()
    assert home.root.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "office.example", ""])
def test_the_office_never_listens_where_others_could_reach_it(home: Home, host: str):
    home.settings_file.write_text(f'host = "{host}"\n')
    with pytest.raises(InputError, match=r"(?s)empla\.toml.*host.*this machine only"):
        load_settings(home)


def test_an_unknown_setting_is_an_error(home: Home):
    home.settings_file.write_text("prots = 10143\n")
    with pytest.raises(InputError, match="prots"):
        load_settings(home)


def test_what_is_wrong_is_said_without_repeating_it(home: Home):
    home.settings_file.write_text('hunter2_password = "sesame"\n')
    with pytest.raises(InputError, match="hunter2_password: ") as raised:
        load_settings(home)
    assert "sesame" not in raised.value.sentence


def test_every_setting_can_come_from_the_environment_which_wins(home: Home, monkeypatch: pytest.MonkeyPatch):
    save_settings(home, Settings(company="Of the file", ports=10143))
    monkeypatch.setenv("EMPLA_COMPANY", "Of the environment")
    monkeypatch.setenv("EMPLA_LEASE_S", "3")
    found = load_settings(home)
    assert (found.company, found.ports, found.lease_s) == ("Of the environment", 10143, 3)
    assert file_settings(home).company == "Of the file"


def test_a_wrong_variable_is_named_and_what_stands_in_it_is_not_repeated(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMPLA_DATABASE", "mysql://empla:sesame@db/empla")
    with pytest.raises(InputError, match="database: give postgresql") as raised:
        load_settings(home)
    assert "EMPLA_DATABASE" in raised.value.next_step
    assert "sesame" not in raised.value.sentence + raised.value.next_step


def test_a_database_is_not_shown_with_the_settings():
    assert "sesame" not in repr(Settings(database="postgresql://empla:sesame@db/empla"))
