"""Where the office says that it answers."""

from pathlib import Path

import pytest

from empla.config import Home
from runtime.office.process import OfficePorts, ports_file, read_ports


@pytest.mark.parametrize("left", ["", '{"host": "127', "7"])
def test_what_a_power_cut_left_of_it_is_as_if_it_had_never_run(tmp_path: Path, left: str):
    home = Home(tmp_path)
    home.create()
    assert read_ports(home) is None
    ports_file(home).write_text(left)
    assert read_ports(home) is None
    ports_file(home).write_text('{"host": "127.0.0.1", "imap": 1, "smtp": 2, "caldav": 3}')
    assert read_ports(home) == OfficePorts("127.0.0.1", 1, 2, 3)
