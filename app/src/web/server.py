"""The server: uvicorn, with a drain between SIGTERM and its own shutdown."""

import time
from socket import socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from web.logs import log
from web.phase import Lifecycle, Phase
from web.settings import Settings

HOST = "0.0.0.0"  # noqa: S104 - inside a container, where the network in front decides who reaches it
KEEP_ALIVE_SECONDS = 75
"""Longer than the load balancer's idle timeout (60 s unless set), which must close first: else it
sends a request down a connection that is just being closed, and answers 502
("Troubleshoot your Application Load Balancers")."""
CUT_OFF_SECONDS = 1
"""What a request that outlives the drain gets before it is cancelled."""


class DrainingServer(uvicorn.Server):
    """Answers on after SIGTERM or SIGINT until no request is in flight, then exits with 0.

    While it drains, `/readyz` answers 503 and each response closes its connection. The drain ends
    after `shutdown_seconds` even when requests are in flight; these are cancelled about
    `CUT_OFF_SECONDS` later, and that is logged as an error.
    """

    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=HOST,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=CUT_OFF_SECONDS,
            )
        )
        self.lifecycle = lifecycle
        self.shutdown_seconds = settings.shutdown_seconds
        self.deadline: float | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Bind the port, then become ready."""
        await super().startup(sockets)
        self.lifecycle.started()
        port = self.servers[0].sockets[0].getsockname()[1]
        log.info("started", extra={"fields": {"port": port}})

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Begin to drain.

        uvicorn's own handler is not called: it stops listening at once, and raises the signal
        again at the end, so that the exit code would tell of a kill.
        """
        self.lifecycle.drain()

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to shut down; uvicorn asks ten times a second."""
        if await super().on_tick(counter):
            return True
        if self.lifecycle.phase is not Phase.DRAINING:
            return False
        # Written here, not in the signal handler, which may interrupt another write to stdout.
        if self.deadline is None:
            self.deadline = time.monotonic() + self.shutdown_seconds
            log.info("draining", extra={"fields": {"inFlight": len(self.server_state.tasks)}})
        return not self.server_state.tasks or time.monotonic() >= self.deadline

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Close the listener and what is left of the connections."""
        await super().shutdown(sockets)
        log.info("stopped")
