"""The service with two paths more: `/slow` answers once `/release` was asked for."""

import asyncio
import os

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from web import logs
from web.app import create_app
from web.phase import Lifecycle
from web.server import DrainingServer
from web.settings import Settings


def main() -> None:
    settings = Settings.from_environment(os.environ)
    logs.configure(settings.version)
    lifecycle = Lifecycle()
    app = create_app(settings, lifecycle)
    released = asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        logs.log.info("waiting")
        await released.wait()
        return PlainTextResponse("done")

    async def release(_: Request) -> PlainTextResponse:
        released.set()
        return PlainTextResponse("released")

    app.router.routes.extend([Route("/slow", slow), Route("/release", release)])
    DrainingServer(app, settings, lifecycle).run()


if __name__ == "__main__":
    main()
