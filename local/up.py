"""Brings the stack up on this machine, and does not call it up before it answers."""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from local import answers, base_image, docker_engine, emulator, program, stack_file, table, verdicts
from local.clients import LocalClients
from local.exist import Emulated
from local.images import LocalImages, owner
from release import rollbacks
from release.record import Record, ReleaseRecord, Site
from release.settle import settle

RELEASE_SECONDS = 120
"""Longest wait for a release: nothing on this machine takes as long as AWS may."""
NOT_EXERCISED = (
    "scaling by load or by a queue",
    "scheduled tasks",
    "health checks of balancer and containers",
    "order and common network of sidecars",
    "log routers (FireLens)",
    "volumes, EFS included",
    "security groups and subnets",
    "calls between services (Service Connect)",
    "IAM",
    "task sizes",
    "read-only file systems and users",
    "EC2 instances, capacity providers and Spot",
    "lifecycle expiry",
    "image scanning",
    "TLS and DNS",
)
"""What the emulated AWS stores without effect."""


class NotUp(Exception):
    """The stack is not up; the text says why."""


class Progress:
    """One line a step, with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self._console, self._start, self._lock = console, time.monotonic(), threading.Lock()

    def __call__(self, text: str) -> None:
        """Say a step."""
        with self._lock:
            self._console.print(f"[dim]{self.seconds():6.1f} s[/dim]  {text}", highlight=False)

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start


def endpoint_of(config: dict[str, str]) -> str:
    """The emulator's address, from the stack file's endpoints.

    Raises:
        NotUp: the stack is not one for this machine.
    """
    given = [url for entry in json.loads(config.get("aws:endpoints", "[]")) for url in entry.values()]
    if not given:
        raise NotUp("this stack names no aws:endpoints: only a stack with endpoints on loopback comes up here")
    return str(given[0])


def up(console: Console, project_dir: Path, stack: str, home: Path, *, install: bool) -> None:
    """Bring the stack up, verify it, and print what runs where.

    Raises:
        NotUp: a release was refused, or a service does not answer with the wanted version.
    """
    say = Progress(console)
    project, config = stack_file.configuration(project_dir, stack)
    endpoint = endpoint_of(config)
    docker = _docker(home, say, install=install)
    if docker is not None:
        config = _with_bases(docker, project, project_dir, config, say)
    clients = LocalClients(endpoint, config["aws:region"])

    def prepare(run: program.Run) -> None:
        clients.prepare(table.services(one.type for one in run.declared))

    _, said = verdicts.planned(project_dir, project, config, stack, meanwhile=prepare)
    verdicts.show(console, said, brief=True)
    verdicts.refuse(stack, said)
    if emulator.start(endpoint, config["aws:region"], home):
        say(f"emulated AWS at {endpoint}")

    def settled(record: Record, written: Record | None) -> None:
        if isinstance(record, ReleaseRecord):
            limit = min(record.time_limit_seconds, RELEASE_SECONDS)
            record = replace(record, time_limit_seconds=limit)
        settle(record, written, clients, say, project_dir / f"Pulumi.{stack}.yaml")

    images = LocalImages(docker, owner(stack, home), home) if docker else None
    emulated = Emulated(clients, images, settled, say)
    found = program.run(project_dir, project, stack, config, emulated, preview=False)
    if not emulated.changes:
        say("nothing changed")
    console.print(f"declared only: {', '.join(sorted(emulated.declared_only))}", style="dim")
    if docker is None:
        raise NotUp(f"control plane only, at {endpoint}: without Docker no container runs, and nothing answers")
    rows = [
        _row(endpoint, name, found, emulated, clients, f"{project}-{stack}") for name in sorted(found.outputs["images"])
    ]
    _table(console, rows)
    _certificates(console, found, clients)
    console.print(f"not exercised here: {', '.join(NOT_EXERCISED)}", style="dim")
    if emulated.refused:
        raise NotUp("".join(str(refused) for refused in emulated.refused.values()).strip("\n"))
    wrong = [f"{row['service']}: {row['answer']}" for row in rows if not row["good"]]
    if wrong:
        raise NotUp("not verified: " + "; ".join(wrong))
    say("up and verified")


def _docker(home: Path, say: Callable[[str], None], *, install: bool) -> Any:  # noqa: ANN401 - no types
    def ask(question: str) -> bool:
        if not sys.stdin.isatty():
            return True
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    try:
        return docker_engine.ensure(home, ask, say, install=install)
    except docker_engine.NoDocker as missing:
        say(f"no Docker: {missing}")
        return None


def _with_bases(
    docker: Any,  # noqa: ANN401 - the docker SDK has no types
    project: str,
    project_dir: Path,
    config: dict[str, str],
    say: Callable[[str], None],
) -> dict[str, str]:
    """The configuration with a home-made base image for each build whose own cannot be had."""
    services = cast("dict[str, Any]", json.loads(config[f"{project}:services"]))
    for name, service in services.items():
        image = (service or {}).get("image", {})
        context = project_dir / image.get("context", "app")
        dockerfile = context / image.get("dockerfile", "Dockerfile")
        asked = image.get("args", {}).get("BASE_IMAGE") or (
            base_image.wanted(dockerfile) if dockerfile.is_file() else None
        )
        if image.get("reference") or asked is None:
            continue
        base = base_image.ensure(docker, asked)
        if base.home_made:
            say(
                f"{name}: {asked} cannot be pulled; {base.reference} stands for it, so the content tag differs from AWS"
            )
            services[name] = {
                **service,
                "image": {**image, "args": {**image.get("args", {}), "BASE_IMAGE": base.reference}},
            }
    return {**config, f"{project}:services": json.dumps(services)}


def _row(
    endpoint: str,
    name: str,
    found: program.Run,
    emulated: Emulated,
    clients: LocalClients,
    cluster: str,
) -> dict[str, Any]:
    tag = told_version(found, name)
    refused = name in emulated.refused
    service = answers.look(clients, cluster, name) if refused else answers.alone(clients, cluster, name)
    running, desired = service["runningCount"], service["desiredCount"]
    url, good, answer = "none", running >= desired, "nobody asks it: it runs"
    if told := found.outputs["urls"].get(name):
        balancer, host = next(iter(emulated.balancers.items()))
        path = "/" + urlsplit(told).path.lstrip("/")
        url = f"http://{balancer}.alb.localhost:{urlsplit(endpoint).port}{path}"
        if not refused:
            good, answer = answers.verify(endpoint, host, path, tag, running)
    if refused:
        good, answer = False, "release refused"
    return {
        "service": name,
        "url": url,
        "tag": tag,
        "tasks": f"{running}/{desired}",
        "good": good,
        "answer": answer,
    }


def told_version(found: program.Run, name: str) -> str:
    """What a service's application is told in APP_VERSION: the tag of its image, also where a digest names it."""
    (image,) = (one for urn, one in found.registered.items() if urn.endswith(f"slipway:index:AppImage::{name}"))
    return str(image["tag"])


def _certificates(console: Console, found: program.Run, clients: LocalClients) -> None:
    for name, site in sorted(found.outputs["releases"].items()):
        console.print(f"{name}: releases that were live, and how long they can be restored", style="bold")
        for line in rollbacks.told(rollbacks.read(Site(**site), clients)):
            console.print(line, markup=False, highlight=False)


def _table(console: Console, rows: list[dict[str, Any]]) -> None:
    table = Table("service", "URL", "image tag", "running/desired", "answer")
    for column in table.columns:
        column.overflow = "fold"  # a URL that is cut off is none
    for row in rows:
        colour = "green" if row["good"] else "red"
        table.add_row(row["service"], row["url"], row["tag"], row["tasks"], f"[{colour}]{row['answer']}[/]")
    console.print(table)
