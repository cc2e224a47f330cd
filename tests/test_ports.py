"""The ports that tests are given, while another run of the tests asks in the same instant."""

import socket
import subprocess
import sys
from itertools import pairwise

from tests.ports import BLOCK, HOST, blocks, own_ports

ASKS = "from tests.ports import own_ports; print(*(own_ports(3) for _ in range(20)), flush=True); input()"


def test_processes_that_ask_in_the_same_instant_get_different_ports():
    words = [sys.executable, "-c", ASKS]
    asking = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    given = [own_ports(3) for _ in range(20)]
    for process in asking:
        assert process.stdout is not None
        given += map(int, process.stdout.readline().split())
    for process in asking:
        process.communicate("\n")
    assert len(given) == len({port for first in given for port in range(first, first + 3)}) / 3 == 80


def test_a_port_where_somebody_listens_is_passed_over():
    first = own_ports()
    with socket.create_server((HOST, first + 2)):
        row = own_ports(3)
        assert first + 2 not in range(row, row + 3)


def test_ports_are_given_again_once_all_were_given():
    given = [own_ports() for _ in range(BLOCK)]
    assert own_ports() in given


def test_no_block_reaches_into_what_the_kernel_gives_away_or_what_a_new_home_looks_at_first():
    found = blocks(32768)
    assert max(found) + BLOCK == 32768
    assert min(found) > 10143 + 300
    assert all(one - other >= BLOCK for one, other in pairwise(found))
    assert blocks(1024)  # where the kernel gives away all of them
