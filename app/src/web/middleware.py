"""What happens around every request."""

import time
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.logs import log
from web.phase import Lifecycle, Phase

PROBES = frozenset({"/healthz", "/readyz"})


class AccessLog:
    """Logs each request with its status and how long it took.

    A probe that is answered well is left out: load balancers ask every few seconds from every
    zone, and would drown the rest. The query string is left out too: secrets travel in it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log it when it is over, however it ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = time.perf_counter()
        # An error that nothing handles passes here before its response is made.
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, observed)
        finally:
            if scope["path"] not in PROBES or status >= HTTPStatus.BAD_REQUEST:
                _log_request(scope, status, time.perf_counter() - started)


class CloseWhenDraining:
    """Ends keep-alive: a client told to close opens its next connection to another task."""

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self.app = app
        self.lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its response says `Connection: close` when the process is draining."""

        async def closing(message: Message) -> None:
            draining = self.lifecycle.phase is Phase.DRAINING
            if message["type"] == "http.response.start" and draining:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, closing)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    # What finds the request again in the load balancer's own access log.
    trace = Headers(scope=scope).get("x-amzn-trace-id")
    log.info("request", extra={"fields": fields | ({"trace": trace} if trace else {})})
