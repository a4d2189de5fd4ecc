"""The application: what each path answers."""

import socket
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.middleware import AccessLog, CloseWhenDraining
from web.phase import Lifecycle, Phase
from web.settings import Settings

SERVICE = "slipway-sample"


def create_app(settings: Settings, lifecycle: Lifecycle) -> Starlette:
    """Return the application with these settings; `lifecycle` says what `/readyz` answers."""

    async def index(_: Request) -> JSONResponse:
        return JSONResponse(
            {
                "service": SERVICE,
                "version": settings.version,
                "host": socket.gethostname(),
                "greeting": settings.greeting,
                "secretConfigured": settings.secret_configured,
            }
        )

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> JSONResponse:
        ready = lifecycle.phase is Phase.READY
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"status": lifecycle.phase.value}, status)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(CloseWhenDraining, lifecycle=lifecycle),
        ],
    )
