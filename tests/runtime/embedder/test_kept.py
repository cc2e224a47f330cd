"""`empla up` keeps the embedder: there when it is wanted, back when it is killed or hangs, gone with everybody else."""

import os
import signal

import pytest

from empla.config import Home
from empla.errors import ExternalError
from empla.memory.embedding import client as clients
from empla.memory.embedding.client import SocketEmbedder
from empla.memory.embedding.embedder import Text
from tests.runtime.supervisor.conftest import Company, company, until

__all__ = ["company"]

CUE = [Text(words="What did Bob say?")]


@pytest.fixture
def client(home: Home, monkeypatch: pytest.MonkeyPatch) -> SocketEmbedder:
    monkeypatch.setattr(clients, "_FIRST_PAUSE_S", 0.0)
    return SocketEmbedder(home.embedder_socket, urgent_s=60)


def answers(client: SocketEmbedder) -> bool:
    try:
        return len(client.encode(CUE, urgent=True)) == 1
    except ExternalError:
        return False


def test_it_is_there_comes_back_and_goes_with_everybody(company: Company, client: SocketEmbedder, home: Home):
    up = company.start_real(home)
    until(lambda: company.status()["ready"], what="ready")
    until(lambda: answers(client), what="an answer")
    assert company.status()["embedder"] == {"answers": True, "model": client.model}
    company.look()

    first = company.processes()["embedder"]["pid"]
    os.kill(first, signal.SIGKILL)
    until(
        lambda: company.processes().get("embedder", {}).get("pid", first) != first and answers(client), what="another"
    )
    assert company.status()["ready"]

    company.look()
    up.send_signal(signal.SIGTERM)
    assert up.wait(60) == 0
    until(lambda: not company.left())
    assert not home.embedder_socket.exists()


def test_one_that_hangs_is_started_again_and_after_a_kill_of_up_nothing_is_left(
    company: Company, client: SocketEmbedder, home: Home
):
    up = company.start_real(home, hang_s=6.0)
    until(lambda: answers(client), what="an answer")
    company.look()
    first = company.processes()["embedder"]["pid"]
    os.kill(first, signal.SIGSTOP)
    until(lambda: company.processes().get("embedder", {}).get("pid", first) != first, what="another")
    until(lambda: answers(client), what="its answer")
    company.look()
    up.kill()
    up.wait()
    until(lambda: not company.left())


def test_one_that_cannot_begin_is_told_and_nobody_waits_for_it(company: Company, home: Home):
    home.settings_file.write_text('embeddings = "http://127.0.0.1:9/v1 small"\n')
    company.start_real(home)
    until(lambda: company.status()["ready"], what="ready")
    until(lambda: "reason" in company.status()["embedder"], what="the reason")
    shown = company.status()["embedder"]
    assert shown["answers"] is False
    assert "127.0.0.1 cannot be asked" in shown["reason"]
