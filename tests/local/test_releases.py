"""Twenty releases in a row with real containers, five of them broken, each in its own way, while clients ask on."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.load import Load
from tests.local.project import Stack, stack_with_docker

pytestmark = pytest.mark.containers
PORT = 4578
RELEASES = 20
LONGEST_SILENCE = 8.0
"""Seconds between two answers of a good version, at the most: the emulated balancer asks tasks that just died too."""
AT_START = 'import sys\nprint("no database", flush=True)\nsys.exit(3)\n'
AFTER_AN_ANSWER = """
import http.server
import json
import os
import threading


class Dying(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        threading.Timer(1, os._exit, (7,)).start()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"version": os.environ["APP_VERSION"]}).encode())


http.server.ThreadingHTTPServer(("", 8080), Dying).serve_forever()
"""
NO_SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:never-made-AbCdEf"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with stack_with_docker(tmp_path_factory.mktemp("releases"), PORT) as made:
        yield made


@dataclass
class Broken:
    """A release that must fail: what it changes, and what is told of it."""

    change: Callable[[Stack], None]
    told: tuple[str, ...]


def _source(text: str) -> Callable[[Stack], None]:
    return lambda stack: _write(stack.main, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _configured(change: Callable[[dict], None]) -> Callable[[Stack], None]:  # type: ignore[type-arg]
    return lambda stack: stack.configure(change)


BROKEN = {
    3: Broken(_source(AT_START), ("the container exited", "exit code 3", "no database")),
    6: Broken(_source(AFTER_AN_ANSWER), ("the container exited", "exit code 7")),
    10: Broken(
        _configured(
            lambda web: web.update(image={"reference": f"127.0.0.1:{PORT}/slipway-local/web@sha256:{'0' * 64}"})
        ),
        ("image", f"sha256:{'0' * 64}"),
    ),
    13: Broken(_configured(lambda web: web["task"].update(secrets={"KEY": NO_SECRET})), ("secret", "never-made")),
    17: Broken(
        _configured(lambda web: web.update(beforeRelease={"command": ["python3", "-c", "print('no table'); exit(4)"]})),
        ("exit code 4", "no table"),
    ),
}


def test_twenty_releases_five_broken_and_a_good_version_answers_throughout(
    stack: Stack, record_property: Callable[[str, object], None]
):
    source, settings = stack.main.read_text(), stack.file.read_text()
    stack.up()
    good, load = [str(stack.version())], Load()
    with load.on(f"http://127.0.0.1:{PORT}", "balancer.alb.localhost", "/"):
        for number in range(1, RELEASES + 1):
            _write(stack.main, f"{source}\n# release {number}\n")
            broken = BROKEN.get(number)
            if broken is None:
                stack.up()
                good.append(str(stack.version()))
                continue
            broken.change(stack)
            done = stack.run("up")
            assert done.returncode == 1, done.stdout
            assert "up and verified" not in done.stdout
            cause = done.stdout.split("cause:")[1]
            assert [word for word in broken.told if word not in cause] == [], done.stdout
            stack.returns_to(good[-1])
            stack.file.write_text(settings)
    assert len(set(good)) == len(good) == RELEASES - len(BROKEN) + 1
    assert stack.version() == good[-1]
    silence = load.longest_silence(good)
    told = f"{len(load.answers)} requests, {load.lost} failed, {silence:.1f} s at most without a good version's answer"
    record_property("figure", f"{RELEASES} releases, {len(BROKEN)} broken: {told}")
    assert silence < LONGEST_SILENCE
