"""The Docker daemon: used when it answers, else installed and started where that is ours to do."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

PROBE_SECONDS = 10
CALL_SECONDS = 300
START_SECONDS = 30
APT_SECONDS = 600


class NoDocker(Exception):
    """Docker is not to be had here; the text says what is missing and what to do."""


class State(StrEnum):
    """What there is of Docker on a machine."""

    REACHABLE = "reachable"
    CLIENT_ONLY = "client only"
    MISSING = "missing"


@dataclass(frozen=True)
class Found:
    """What a look for Docker found, and why it is not more."""

    state: State
    reason: str = ""
    client: Any = None


def _client(seconds: int) -> Any:  # noqa: ANN401 - the docker SDK has no types
    """A client as the docker command's own: DOCKER_HOST, else the current context, else the usual socket."""
    import docker  # noqa: PLC0415 - `plan` needs none

    return docker.from_env(timeout=seconds)


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine, and done to it."""

    client: Callable[[int], Any] = _client
    which: Callable[[str], str | None] = shutil.which
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    spawn: Callable[..., Any] = subprocess.Popen
    geteuid: Callable[[], int] = os.geteuid
    os_release: Path = Path("/etc/os-release")
    systemd: Path = Path("/run/systemd/system")


THIS = Machine()


def probe(machine: Machine = THIS) -> Found:
    """What there is of Docker here; a daemon is asked for its version, and has 10 s to tell it."""
    from docker.errors import DockerException  # noqa: PLC0415 - `plan` needs none

    try:
        machine.client(PROBE_SECONDS).close()
        return Found(State.REACHABLE, client=machine.client(CALL_SECONDS))
    except DockerException as error:
        state = State.CLIENT_ONLY if machine.which("docker") else State.MISSING
        return Found(state, _reason(state, str(error)))


def connect(machine: Machine = THIS) -> Any:  # noqa: ANN401 - the docker SDK has no types
    """A client of the daemon.

    Raises:
        NoDocker: no daemon answers.
    """
    found = probe(machine)
    if found.state is State.REACHABLE:
        return found.client
    raise NoDocker(found.reason)


def ensure(
    home: Path,
    ask: Callable[[str], bool],
    say: Callable[[str], None],
    *,
    install: bool,
    machine: Machine = THIS,
) -> Any:  # noqa: ANN401 - the docker SDK has no types
    """A client of the daemon, which is installed and started first where it is missing.

    `ask` is asked before anything is installed or started.

    Raises:
        NoDocker: it is not to be had: refused, or not a Debian or Ubuntu root, or it does not start.
    """
    try:
        return connect(machine)
    except NoDocker as missing:
        if _elsewhere() or not _is_debian_root(machine):
            raise
        here = machine.which("dockerd") is not None
        what = "start its daemon" if here else "install docker.io and start its daemon"
        if not install:
            raise NoDocker(f"{missing}; without --no-docker-install, this command can {what}") from None
        if not ask(f"No Docker daemon answers. Shall I {what}? It stays on this machine."):
            raise NoDocker(f"{missing}; you said no to: {what}") from None
    if not here:
        say("installing Docker (docker.io); it stays on this machine")
        _apt(machine, "update")
        _apt(machine, "install", "-y", "--no-install-recommends", "docker.io", "iptables")
    return _start(home, say, machine)


def stays(home: Path) -> str:
    """What `down` says of Docker, which it leaves alone."""
    file = home / "dockerd.pid"
    if not file.exists():
        return "Docker itself stays"
    return f"Docker itself stays: its daemon, started here, is process {file.read_text()}"


def _elsewhere() -> str:
    """Where the user's own settings say that the daemon is; empty when they do not."""
    from docker.context.config import get_current_context_name  # noqa: PLC0415 - `plan` needs none

    if os.environ.get("DOCKER_HOST"):
        return f"DOCKER_HOST={os.environ['DOCKER_HOST']}"
    context = os.environ.get("DOCKER_CONTEXT") or str(get_current_context_name())
    return "" if context == "default" else f"the docker context {context}"


def _reason(state: State, error: str) -> str:
    if "ermission denied" in error:
        return "this user may not use Docker: `sudo usermod -aG docker $USER`, and log in again"
    if place := _elsewhere():
        return f"no Docker daemon answers at {place}: start that one, or unset it ({error.splitlines()[0]})"
    if "timed out" in error:
        return f"the Docker daemon does not answer within {PROBE_SECONDS} s: start it again"
    if state is State.CLIENT_ONLY:
        return "Docker is installed, but its daemon does not run: start it (`sudo systemctl start docker`, or the app)"
    return "there is no Docker on this machine: install it (https://docs.docker.com/engine/install/)"


def _is_debian_root(machine: Machine) -> bool:
    lines = machine.os_release.read_text().splitlines() if machine.os_release.is_file() else []
    given = dict(line.split("=", 1) for line in lines if "=" in line)
    kinds = f"{given.get('ID', '')} {given.get('ID_LIKE', '')}".replace('"', "").split()
    return machine.geteuid() == 0 and bool({"debian", "ubuntu"} & set(kinds)) and bool(machine.which("apt-get"))


def _apt(machine: Machine, *words: str) -> None:
    try:
        done = machine.run(
            ["apt-get", "-q", *words],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=APT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoDocker(f"apt-get {words[0]} did not end within {APT_SECONDS} s") from None
    if done.returncode:
        raise NoDocker("\n".join([f"apt-get {words[0]} failed:", *done.stdout.splitlines()[-5:]]))


def _start(home: Path, say: Callable[[str], None], machine: Machine) -> Any:  # noqa: ANN401 - the docker SDK has no types
    log = home / "dockerd.log"
    home.mkdir(parents=True, exist_ok=True)
    say("starting the Docker daemon; it stays on")
    by_systemd = machine.systemd.is_dir()
    with log.open("wb") as out:
        process = machine.spawn(
            ["systemctl", "start", "docker"] if by_systemd else ["dockerd"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it outlives this command
        )
    deadline = time.monotonic() + START_SECONDS
    while True:
        failed = process.poll() is not None and (process.returncode or not by_systemd)
        late = time.monotonic() > deadline
        found = probe(machine)
        if found.state is State.REACHABLE:
            break
        if failed or late:
            process.terminate()
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise NoDocker(f"the Docker daemon does not start:\n{tail}")
        time.sleep(0.2)
    if not by_systemd and process.poll() is None:
        (home / "dockerd.pid").write_text(str(process.pid))
        process.returncode = 0  # it outlives us, and Python warns of a process that is forgotten while it runs
    return found.client
