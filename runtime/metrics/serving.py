"""`/health/live`, `/health/ready` and `/metrics`, on this machine, for who has the token.

The token lies in `metrics.token` (0600), made on first use; it is sent as `Authorization: Bearer TOKEN` (RFC 6750), and
without it nothing is answered, whatever is asked. Web framework and server are imported only where a port is set.
"""

import asyncio
import contextlib
import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from empla.config import Home, Settings
from empla.errors import ResourceError
from runtime import logs
from runtime.metrics.gathering import Gatherer
from runtime.supervisor.durably import write_durably

log = logs.get(__name__)


class MetricsServer:
    """Serves health and metrics from the supervisor's loop."""

    def __init__(
        self, home: Home, settings: Settings, gatherer: Gatherer, health: Callable[[], Awaitable[dict[str, Any]]]
    ) -> None:
        self._gatherer = gatherer
        self._health = health
        self._listening = _listen(settings.host, settings.metrics_port)
        app = Starlette(
            routes=[
                Route("/health/live", self._live),
                Route("/health/ready", self._ready),
                Route("/metrics", self._metrics),
            ]
        )
        config = uvicorn.Config(_Authorised(app, token(home)), log_config=None, access_log=False, lifespan="off")
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return int(self._listening.getsockname()[1])

    def start(self) -> None:
        """Begin to answer."""
        self._serving = asyncio.create_task(self._server.serve([self._listening]), name="metrics server")
        log.info("metrics are shown", port=self.port)

    async def stop(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        self._listening.close()
        await self._gatherer.close()

    async def _live(self, _request: Request) -> Response:
        return JSONResponse({"live": True})  # the loop that advances has said so

    async def _ready(self, _request: Request) -> Response:
        found = await self._health()
        return JSONResponse({key: found[key] for key in ("ready", "against")}, 200 if found["ready"] else 503)

    async def _metrics(self, request: Request) -> Response:
        body, content_type = await self._gatherer.shown(request.headers.get("accept", ""))
        return Response(body, media_type=content_type)


class _Authorised:
    """Lets through only who shows the token."""

    def __init__(self, app: ASGIApp, wanted: str) -> None:
        self._app = app
        self._wanted = f"Bearer {wanted}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shown = dict(scope["headers"]).get(b"authorization", b"") if scope["type"] == "http" else b""
        if hmac.compare_digest(shown, self._wanted):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("the token in metrics.token is needed\n", 401, {"WWW-Authenticate": "Bearer"})
        await refusal(scope, receive, send)


class _Server(uvicorn.Server):
    """One that leaves signals to the supervisor."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def token(home: Home) -> str:
    """Return what who asks must show; it is made if there is none, or only an empty one, which nobody can show."""
    with contextlib.suppress(FileNotFoundError):
        home.metrics_token.chmod(0o600)
        if kept := home.metrics_token.read_text().strip():
            return kept
    made = secrets.token_urlsafe(32)
    write_durably(home.metrics_token, made.encode())
    return made


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise ResourceError(
            f"port {port} for metrics cannot be had: {error.strerror}",
            next_step="set metrics_port in empla.toml to one that is free",
        ) from error
