"""A copy of the project in a folder of a test's own, and its commands."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from local import docker_engine
from local.answers import ask

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("settings", "components", "release", "local", "policies", "app")
FILES = ("__main__.py", "Pulumi.yaml", "Pulumi.local.yaml")


class Stack:
    """The local stack of a copy."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.home = folder / ".slipway" / "local"
        self.file = folder / "Pulumi.local.yaml"
        self.main = folder / "app" / "src" / "web" / "__main__.py"

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "local", *words],
            cwd=self.folder,
            text=True,
            timeout=300,
            check=False,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def up(self) -> str:
        done = self.run("up")
        assert done.returncode == 0, done.stdout
        assert "up and verified" in done.stdout
        return done.stdout

    def version(self) -> str | None:
        status, version = ask(f"http://127.0.0.1:{self.port}", "balancer.alb.localhost", "/")
        assert status == 200
        return version

    def returns_to(self, version: str) -> None:
        """It answers, at last: the balancer asks tasks that do not listen yet, and those that a rollback is to end."""
        deadline = time.monotonic() + 30
        while (found := ask(f"http://127.0.0.1:{self.port}", "balancer.alb.localhost", "/")) != (200, version):
            assert time.monotonic() < deadline, found
            time.sleep(0.2)

    def configure(self, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
        content = yaml.safe_load(self.file.read_text())
        change(content["config"]["services"]["web"])
        self.file.write_text(yaml.safe_dump(content))


def copy_project(folder: Path, port: int) -> Stack:
    """The project with its emulated AWS on a port of its own."""
    for part in FOLDERS:
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "venv"))
    for file in FILES:
        shutil.copy(PROJECT / file, folder / file)
    made = Stack(folder, port)
    made.file.write_text(made.file.read_text().replace("4566", str(port)))
    return made


def needs_docker(folder: Path) -> None:
    """Skip without Docker, except in CI, where it is installed and started: by one of the workers, the others wait."""
    try:
        with (Path(tempfile.gettempdir()) / "slipway-tests-docker.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            docker_engine.ensure(folder, lambda _: bool(os.environ.get("CI")), print, install=True)
    except docker_engine.NoDocker as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the local stack needs Docker: {missing}")


@contextmanager
def stack_with_docker(folder: Path, port: int) -> Generator[Stack]:
    """A copy whose containers can run, taken down at the end."""
    needs_docker(folder)
    made = copy_project(folder, port)
    yield made
    done = made.run("down")
    assert done.returncode == 0, done.stdout
