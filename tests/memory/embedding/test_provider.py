"""A provider's API, by a local server that follows its published form: what is asked, answered, refused, and when."""

import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from empla.errors import Delayed, ExternalError, InputError, RateLimited, SignedOut, TimedOut, ValidationError
from empla.memory.embedding import provider
from empla.memory.embedding.embedder import Text
from empla.memory.embedding.provider import ProviderEmbedder

KEY = "sk-secret"


@dataclass
class Api:
    """The emulator: `POST /v1/embeddings`, with what it was asked, and what it is to answer next."""

    url: str = ""
    asked: list[dict] = field(default_factory=list)
    next: list[tuple[int, dict[str, str], object]] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)

    def answer(self, headers, body) -> tuple[int, dict[str, str], object]:
        self.asked.append(body)
        if self.next:
            return self.next.pop(0)
        if headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {}, _error("invalid_api_key", f"Incorrect API key provided: {headers.get('Authorization')}")
        if body.get("model") != "small" or body.get("encoding_format") != "float":
            return 404, {}, _error("model_not_found")
        if not body["input"] or any(not text for text in body["input"]):
            return 400, {}, _error("invalid_input")
        data = [{"object": "embedding", "index": n, "embedding": _vector(text)} for n, text in enumerate(body["input"])]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return 200, {}, {"object": "list", "data": data[::-1], "model": "small", "usage": usage}


def _vector(text: str) -> list[float]:
    return [float(len(text)), float(text.count("e")), 1.0]


def _error(code: str, message: str = "no") -> dict:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/embeddings"
            status, headers, said = made.answer(self.headers, body)
            if said == "hang":
                made.hangs.wait(60)
                self.close_connection = True
                return
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/v1"
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield made
    made.hangs.set()
    server.shutdown()
    serving.join()
    server.server_close()


def opened(api: Api) -> ProviderEmbedder:
    embedder = ProviderEmbedder(api.url, "small", key=KEY)
    api.asked.clear()
    return embedder


def test_texts_become_vectors_in_their_order_and_of_length_one(api):
    embedder = opened(api)
    assert (embedder.dims, embedder.model) == (3, "127.0.0.1/small")

    found = embedder.encode([Text(words="three", before=("not sent",)), Text(words=" ")])

    assert api.asked == [{"model": "small", "input": ["three", "."], "encoding_format": "float"}]
    expected = np.array(_vector("three")) / np.linalg.norm(_vector("three"))
    assert np.allclose(found[0].mean, expected)
    assert all(one.tokens.shape == (0, 3) for one in found)


@pytest.mark.parametrize(
    ("status", "headers", "raised"),
    [
        (401, {}, SignedOut),
        (403, {}, SignedOut),
        (400, {}, InputError),
        (404, {}, InputError),
        (429, {"Retry-After": "7"}, RateLimited),
        (503, {}, RateLimited),
        (500, {}, ExternalError),
        (408, {}, ExternalError),
    ],
)
def test_each_refusal_is_told_as_what_it_is(api, status, headers, raised):
    embedder = opened(api)
    api.next.append((status, headers, _error("some_code", f"the text was: secret words, the key {KEY}")))
    with pytest.raises(raised, match=r"127\.0\.0\.1 .*some_code") as told:
        embedder.encode([Text(words="x")])
    assert "secret" not in str(told.value), "neither the text nor the key stands in an error"


def test_who_asks_for_less_is_left_alone_for_as_long(api, monkeypatch):
    embedder = opened(api)
    now = [1000.0]
    monkeypatch.setattr(provider.time, "monotonic", lambda: now[0])
    dates = {"Retry-After": "Sun, 22 Nov 2026 08:00:30 GMT", "Date": "Sun, 22 Nov 2026 08:00:00 GMT"}
    for headers, seconds in (({"Retry-After": "7"}, 7), (dates, 30)):
        api.next.append((429, headers, _error("rate_limit_exceeded")))
        with pytest.raises(RateLimited) as told:
            embedder.encode([Text(words="x")])
        assert told.value.retry_after_s == seconds
        asked = len(api.asked)
        now[0] += seconds - 0.5
        with pytest.raises(Delayed):
            embedder.encode([Text(words="x")], urgent=True)
        assert len(api.asked) == asked
        now[0] += 1
        assert len(embedder.encode([Text(words="x")])) == 1


def test_who_fails_again_and_again_is_asked_ever_more_seldom_and_the_same_each_time(api, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(provider.time, "monotonic", lambda: now[0])

    def pauses() -> list[float]:
        embedder, found = opened(api), []
        for _ in range(12):
            api.next.append((500, {}, _error("server_error")))
            with pytest.raises(ExternalError):
                embedder.encode([Text(words="x")])
            found.append(embedder._not_before - now[0])
            now[0] = embedder._not_before + 0.1
        assert len(embedder.encode([Text(words="x")])) == 1
        return found

    first = pauses()
    assert first == pytest.approx(pauses())
    assert 0.8 <= first[0] <= 1.2
    assert all(later > 1.3 * sooner for sooner, later in itertools.pairwise(first[:8]))
    assert max(first) <= 360


@pytest.mark.parametrize(
    "said",
    [
        b"not json",
        {"data": []},
        {"data": [{"index": 1, "embedding": [1, 2, 3]}]},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [0, 0, 0]}]},
        {"data": [{"index": 0, "embedding": [1, 2]}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
    ],
)
def test_an_answer_that_is_none_is_not_believed(api, said):
    embedder = opened(api)
    api.next.append((200, {}, said))
    with pytest.raises(ValidationError):
        embedder.encode([Text(words="x")])
    assert len(embedder.encode([Text(words="x")])) == 1


def test_one_that_hangs_is_not_waited_for(api, monkeypatch):
    embedder = opened(api)
    monkeypatch.setattr(provider, "URGENT_S", 0.05)
    api.next.append((0, {}, "hang"))
    with pytest.raises(TimedOut):
        embedder.encode([Text(words="x")], urgent=True)


def test_one_that_closed_a_kept_connection_is_asked_on_a_new_one(api):
    embedder = opened(api)
    embedder._mine.connection.sock.shutdown(2)
    assert len(embedder.encode([Text(words="x")])) == 1


def test_without_the_key_it_does_not_begin(api):
    with pytest.raises(SignedOut) as told:
        ProviderEmbedder(api.url, "small")
    assert "EMPLA_EMBEDDINGS_KEY" in told.value.next_step
