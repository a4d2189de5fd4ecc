"""A service is verified when nothing of an older version can answer any more, and every task has answered well."""

import http.server
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from local import answers
from local.clients import LocalClients


class Ecs:
    """ECS, with how many tasks of an older deployment run at each look; the last one stays."""

    def __init__(self, *older: int) -> None:
        self.older, self.looks = list(older), 0

    def client(self, _service: str) -> "Ecs":
        return self

    def describe_services(self, **_: object) -> dict[str, Any]:
        older = self.older[min(self.looks, len(self.older) - 1)]
        self.looks += 1
        failed = {"status": "ACTIVE", "rolloutState": "FAILED", "runningCount": 0}
        deployments = [{"status": "PRIMARY", "runningCount": 2}, {"status": "ACTIVE", "runningCount": older}, failed]
        return {"services": [{"deployments": deployments}]}


def looks(monkeypatch: pytest.MonkeyPatch, *older: int) -> int:
    monkeypatch.setattr(answers, "PAUSE", 0)
    ecs = Ecs(*older)
    answers.alone(cast("LocalClients", ecs), "cluster", "web")
    return ecs.looks


def test_it_waits_until_no_older_task_runs(monkeypatch: pytest.MonkeyPatch):
    assert looks(monkeypatch, 0) == 1
    assert looks(monkeypatch, 2, 1, 1, 0) == 4


def test_one_that_never_ends_does_not_hold_it_up_forever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.05)
    assert looks(monkeypatch, 1) > 1


@contextmanager
def served(told: Callable[[int], tuple[int, str]]) -> Generator[tuple[str, list[int]]]:
    """A service that gives the n-th request this status and version, and the requests so far."""
    asked: list[int] = []

    class Task(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(len(asked) + 1)
            status, version = told(asked[-1])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"version": version}).encode())

        def log_message(self, *_: object) -> None:  # type: ignore[override]
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Task) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("tasks", [1, 2, 5])
def test_each_task_is_asked_often_enough(tasks: int):
    with served(lambda _: (200, "new")) as (endpoint, asked):
        assert answers.verify(endpoint, "balancer", "/", "new", tasks) == (True, "200 from new")
    assert len(asked) == answers.GOOD_ANSWERS * tasks


@pytest.mark.parametrize("bad", [(200, "old"), (502, "new")])
def test_one_wrong_answer_and_it_is_counted_anew(monkeypatch: pytest.MonkeyPatch, bad: tuple[int, str]):
    monkeypatch.setattr(answers, "PAUSE", 0)
    with served(lambda number: bad if number == 10 else (200, "new")) as (endpoint, asked):
        good, _ = answers.verify(endpoint, "balancer", "/", "new", tasks=2)
    assert good
    assert len(asked) == 10 + 2 * answers.GOOD_ANSWERS


def test_a_task_that_stays_wrong_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "PAUSE", 0)
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.2)
    with served(lambda number: (200, "old" if number % 8 == 0 else "new")) as (endpoint, _):
        assert answers.verify(endpoint, "balancer", "/", "new", tasks=2) == (False, "200 from old")
