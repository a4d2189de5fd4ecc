import json
import socket
from typing import cast

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from web.app import create_app
from web.phase import Lifecycle
from web.settings import Settings


def client(settings: Settings | None = None, lifecycle: Lifecycle | None = None) -> TestClient:
    return TestClient(create_app(settings or Settings(), lifecycle or Lifecycle()))


def test_the_index_tells_who_answers():
    settings = Settings(version="c-1", greeting="Hi", secret_configured=True)
    assert client(settings).get("/").json() == {
        "service": "slipway-sample",
        "version": "c-1",
        "host": socket.gethostname(),
        "greeting": "Hi",
        "secretConfigured": True,
    }


def test_readiness_follows_the_phase_and_liveness_does_not():
    lifecycle = Lifecycle()
    asked = client(lifecycle=lifecycle)
    seen: list[tuple[int, int, str]] = []
    for step in (lambda: None, lifecycle.started, lifecycle.drain):
        step()
        ready = asked.get("/readyz")
        seen.append((asked.get("/healthz").status_code, ready.status_code, ready.json()["status"]))
    assert seen == [(200, 503, "starting"), (200, 200, "ready"), (200, 503, "draining")]


@pytest.mark.parametrize("path", ["/env/APP_SECRET", "/docs", "/crash"])
def test_nothing_else_is_there(path: str):
    assert client().get(path).status_code == 404


def test_an_unhandled_error_is_logged_as_500(caplog: pytest.LogCaptureFixture):
    async def broken(_: Request) -> Response:
        raise RuntimeError("broken")

    app = create_app(Settings(), Lifecycle())
    app.router.routes.append(Route("/broken", broken))
    with caplog.at_level("INFO", logger="web"):
        response = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert response.status_code == 500
    fields = [cast("dict[str, object]", vars(record)["fields"]) for record in caplog.records]
    assert [line["status"] for line in fields if line.get("path") == "/broken"] == [500]
    assert json.dumps(fields)
