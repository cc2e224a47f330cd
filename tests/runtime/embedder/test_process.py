"""The embedder as a real process behind a real socket: shared, bounded, and missed by nobody for long."""

import contextlib
import os
import signal
import socket
import stat
import struct
import threading

import numpy as np
import pytest

from empla.config import load_settings
from empla.errors import ExternalError, InputError
from empla.memory.embedding.client import SocketEmbedder
from empla.memory.embedding.embedder import SCALE, Text
from empla.memory.embedding.minilm import encoder
from empla.memory.embedding.opening import open_embedder
from runtime import peers
from runtime.embedder.starting import embedding

CUE = Text(words="What did Bob say about the price?")
LONG = [Text(words=f"{n}: " + "the price of the boat and of the harbour " * 25) for n in range(24)]


def test_two_employees_share_one_process(run, connect, home, built):
    said = run().said
    ada, bob = connect(), connect()

    assert said == {"model": ada.model, "dims": 384}
    (found,) = ada.encode([CUE], urgent=True)
    (again,) = bob.encode([CUE])

    (here,) = encoder.load(built).encode([CUE])
    for one in (found, again):
        assert np.array_equal(one.tokens, here.tokens)
        assert np.array_equal(one.mean, here.mean)
    assert np.allclose(np.linalg.norm(found.tokens / SCALE, axis=1), 1, atol=0.05)


def test_nobody_else_may_ask(run, home):
    run()
    assert stat.S_IMODE(home.embedder.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.embedder_socket.stat().st_mode) == 0o600


def test_killed_in_the_middle_of_a_batch_only_what_was_asked_fails(run, connect):
    first, client = run(), connect()
    client.encode([CUE])
    failed: list[Exception] = []

    def ask() -> None:
        try:
            client.encode(LONG)
        except ExternalError as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    connect().encode([CUE], urgent=True)  # it answers in between: so the batch is in its hands
    first.kill()
    asking.join()

    assert len(failed) == 1
    with pytest.raises(ExternalError):
        client.encode([CUE], urgent=True)
    run()
    assert len(client.encode(LONG)) == len(LONG)


def test_what_is_urgent_is_answered_while_a_batch_goes_on(run, connect):
    run()
    batch, urgent = connect(), connect()
    urgent.encode([CUE], urgent=True)
    done = threading.Event()
    asking = threading.Thread(target=lambda: (batch.encode(LONG), done.set()))
    asking.start()

    answered_before = 0
    while not done.is_set():
        urgent.encode([CUE], urgent=True)
        answered_before += not done.is_set()
    asking.join()

    assert answered_before > 3


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack("<I", 1 << 30),
        struct.pack("<I", 0),
        struct.pack("<I", 1) + b"\x07",
        struct.pack("<I", 4) + struct.pack("<BBH", 2, 0, 3),
        struct.pack("<I", 4) + struct.pack("<BBH", 2, 0, 60_000),
        struct.pack("<IBBHHI", 10, 2, 0, 1, 1, 1 << 31),
    ],
)
def test_who_does_not_speak_as_it_should_is_hung_up_on_and_nobody_else_notices(run, connect, home, sent):
    run()
    client = connect()
    client.encode([CUE])
    with socket.socket(socket.AF_UNIX) as stranger, peers.short_path(home.embedder_socket) as path:
        stranger.connect(path)
        stranger.settimeout(60)
        stranger.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
    assert len(client.encode([CUE])) == 1


def test_it_ends_with_whoever_started_it(run, connect, home):
    running = run()
    client = connect()
    client.encode([CUE])
    os.close(running.lifeline)
    running.lifeline = os.open(os.devnull, os.O_RDONLY)
    assert running.process.wait(60) == 0
    assert not home.embedder_socket.exists()
    with pytest.raises(ExternalError):
        client.encode([CUE])


def test_it_ends_in_order_when_it_is_told_to(run):
    running = run()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0


def test_a_home_has_one(run):
    run()
    second = run()
    assert "runs already" in second.said["error"]
    assert second.process.wait(60) == 1


def test_one_that_cannot_begin_says_what_to_do(run, home):
    home.settings_file.write_text('embeddings = "unix:/somewhere/else"\n')
    said = run().said
    assert "no embedder of its own" in said["error"]


def test_a_command_has_one_while_it_runs(home, connect):
    settings = load_settings(home)
    client = connect()
    with embedding(home, settings):
        assert len(client.encode([CUE])) == 1
        with embedding(home, settings):  # another command at the same time takes what is there
            assert len(connect().encode([CUE])) == 1
        assert len(client.encode([CUE])) == 1
    assert not home.embedder_socket.exists()
    with pytest.raises(ExternalError):
        client.encode([CUE])


def test_another_homes_embedder_may_be_used(run, home, tmp_path, built):
    run()
    other = type(home)(tmp_path / "other")
    other.create()
    other.settings_file.write_text(f'embeddings = "unix:{home.embedder_socket}"\n')
    settings = load_settings(other)
    with embedding(other, settings):
        client = open_embedder(other, settings)
        assert isinstance(client, SocketEmbedder)
        assert client.dims == 384
        client.close()
    assert not other.embedder.exists()


@pytest.mark.parametrize("wrong", ["bert", "http://example.org/v1 ada", "https://example.org/v1", "https://k@h/v1 m"])
def test_settings_that_name_no_embedder_are_refused(home, wrong):
    home.settings_file.write_text(f'embeddings = "{wrong}"\n')
    with pytest.raises(InputError, match="embeddings"):
        load_settings(home)
