"""The emulated AWS: ministack as a process of its own, that outlives the command and `down` ends."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

START_SECONDS = 30
STOP_SECONDS = 15
STEADY_SECONDS = 5
"""How long a new task runs before its deployment is done: on AWS as long as the balancer's health check needs. The
emulator's own second would call a task done that ends seconds after its first answer."""
PROGRAM = f"""
from ministack import app
from ministack.services import ecs
ecs._ECS_DEPLOYMENT_STEADY_DELAY = {STEADY_SECONDS}
app.main()
"""
HOSTS = ("127.0.0.1", "localhost")
_KEPT = ("PATH", "HOME", "LANG", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")  # fmt: skip  # noqa: E501 - one list


class EmulatorError(Exception):
    """The emulator cannot be started or ended; the text says why and what to do."""


def start(endpoint: str, region: str, home: Path, account: str = "000000000000") -> bool:
    """Make sure that the emulator answers at `endpoint`; whether it had to be started.

    Raises:
        EmulatorError: the port is taken by something else, ours runs with other settings, or it does not come up.
    """
    place = urlsplit(endpoint)
    if place.scheme != "http" or place.hostname not in HOSTS or not place.port:
        raise EmulatorError(f"the emulated AWS needs an endpoint like http://127.0.0.1:4566, not {endpoint}")
    wanted = {"endpoint": endpoint, "region": region, "account": account, "version": version("ministack")}
    pid = running(home)
    if pid is not None:
        _same(_known(home), wanted)
        _wait(endpoint, pid, home)
        return False
    if _listens(place.port):
        raise EmulatorError(
            f"something else answers at {endpoint}{_holder(place.port)}: end it, or name another port in "
            "Pulumi.local.yaml (aws:endpoints and registry)"
        )
    with _log(home).open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM],
            env=_environment(place.port, region, account, home),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C ends the command, not the stack
        )
    known = {"pid": process.pid, "started": started(process.pid), **wanted}
    _file(home).with_suffix(".new").write_text(json.dumps(known))
    _file(home).with_suffix(".new").replace(_file(home))
    try:
        _wait(endpoint, process.pid, home)
    except EmulatorError:
        stop(home)
        raise
    return True


def stop(home: Path) -> bool:
    """End the emulator, which ends its containers; whether there was one.

    Raises:
        EmulatorError: it does not end.
    """
    pid = running(home)
    if pid is not None and not any(_ended(pid, number) for number in (signal.SIGTERM, signal.SIGKILL)):
        raise EmulatorError(f"the emulated AWS (process {pid}) does not end")
    _file(home).unlink(missing_ok=True)
    return pid is not None


def running(home: Path) -> int | None:
    """The process id of our emulator: the start time keeps a re-used id from being taken for it."""
    known = _known(home)
    return known["pid"] if known and known["started"] == started(known["pid"]) else None


def containers(docker: Any, home: Path) -> list[Any]:  # noqa: ANN401 - the docker SDK has no types
    """The containers that this folder's emulator made, whether it still runs or not; no other emulator's."""
    label = "ministack.instance"
    made = docker.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    return [one for one in made if str(one.labels[label]).startswith(f"{_name(home)}:")]


def started(pid: int) -> str | None:
    """When a process started; None when it is gone. From /proc, else from ps."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return told.stdout.strip() or None
    return None if fields[0] == "Z" else f"{boot} {fields[19]}"


def _known(home: Path) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(_file(home).read_text()))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise EmulatorError(f"{_file(home)} is damaged: end the emulated AWS by hand, and remove that file") from None


def _same(known: dict[str, Any], wanted: dict[str, str]) -> None:
    differs = [f"{key} {known.get(key)}, not {value}" for key, value in wanted.items() if known.get(key) != value]
    if differs:
        raise EmulatorError(f"the emulated AWS runs with {'; '.join(differs)}: run `make local-down` first")


def _wait(endpoint: str, pid: int, home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _healthy(endpoint):
        if started(pid) is None or time.monotonic() > deadline:
            tail = "\n".join(_log(home).read_text(errors="replace").splitlines()[-10:])
            raise EmulatorError(f"the emulated AWS (process {pid}) does not answer at {endpoint}:\n{tail}")
        time.sleep(0.1)


def _ended(pid: int, number: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    deadline = time.monotonic() + STOP_SECONDS
    while started(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    with contextlib.suppress(ChildProcessError):  # not our child when an earlier command started it
        os.waitpid(pid, os.WNOHANG)
    return True


def _environment(port: int, region: str, account: str, home: Path) -> dict[str, str]:
    """Nothing of the caller's but what a process needs: no AWS credentials come along."""
    return {key: os.environ[key] for key in _KEPT if key in os.environ} | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        "MINISTACK_HOSTNAME": _name(home),  # used for nothing but the label of its containers
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "IOT_MTLS_ENABLED": "0",  # it listens on every interface
        "SFTP_ENABLED": "0",  # the same
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(home.resolve()),  # its files go when the folder goes
    }


def _name(home: Path) -> str:
    return f"slipway-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]}"


def _file(home: Path) -> Path:
    return home / "emulator.json"


def _log(home: Path) -> Path:
    return home / "emulator.log"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _healthy(endpoint: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(endpoint).port, timeout=2)  # never by a proxy
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _holder(port: int) -> str:
    """Which process listens on a port, in brackets; empty where /proc does not tell."""
    inodes: set[str] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
        inodes |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port}
    for entry in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with contextlib.suppress(OSError):  # another user's, or gone since
            if str(entry.readlink()) in inodes:
                process = entry.parent.parent
                return f" ({(process / 'comm').read_text().strip()}, process {process.name})"
    return ""
