"""What people do by hand on day two, as the stack's output `commands` has it for AWS: on this machine."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from release import rollbacks, state
from release.diagnose import end_of, last_lines
from release.explain import NoService, record_of
from release.follow import follow
from release.record import Site
from release.state import Clients

RUN_SECONDS = 300
"""Longest wait for a one-off task."""
ALL_LINES = 10_000
"""Most log lines of a one-off task."""


class NotDone(Exception):
    """What was asked for could not be done; the text says why."""


def execute(site: Site, clients: Clients, docker: Any, words: list[str]) -> int:  # noqa: ANN401 - docker has no types
    """Run a command in a running container of the service; its exit code."""
    ecs = clients.client("ecs")
    arns = ecs.list_tasks(cluster=site.cluster, serviceName=site.service)["taskArns"]
    tasks = ecs.describe_tasks(cluster=site.cluster, tasks=arns)["tasks"] if arns else []
    own = [one for task in tasks for one in task["containers"] if one["name"] == site.service and one.get("runtimeId")]
    if not own:
        raise NotDone(f"no task of {site.service} runs")
    made = docker.api.exec_create(own[0]["runtimeId"], words)
    for chunk in docker.api.exec_start(made["Id"], stream=True):
        sys.stdout.buffer.write(chunk)
    sys.stdout.flush()
    return int(docker.api.exec_inspect(made["Id"])["ExitCode"])


def run(site: Site, clients: Clients, words: list[str]) -> int:
    """Run a one-off task with another command, print its lines, and return its exit code."""
    ecs, service = clients.client("ecs"), _service(site, clients)
    revision = state.primary(service)["taskDefinition"]
    record = record_of(site, clients, service, revision)
    overrides = [{"name": record.container, "command": words}]
    (task,) = ecs.run_task(
        cluster=site.cluster,
        taskDefinition=revision,
        launchType="FARGATE",
        networkConfiguration=service["networkConfiguration"],
        overrides={"containerOverrides": overrides},
    )["tasks"]
    deadline = time.monotonic() + RUN_SECONDS
    while task["lastStatus"] != "STOPPED":
        if time.monotonic() > deadline:
            raise NotDone(f"the task still runs after {RUN_SECONDS} s: {task['taskArn']}")
        time.sleep(0.2)
        (task,) = ecs.describe_tasks(cluster=site.cluster, tasks=[task["taskArn"]])["tasks"]
    for line in last_lines(record.task_definition, record.container, clients, task, ALL_LINES):
        print(line.text)  # noqa: T201 - what the task says
    (own,) = [one for one in task["containers"] if one["name"] == record.container]
    if own.get("exitCode") is None:
        raise NotDone("\n".join(fact.text for fact in end_of(task)))
    return int(own["exitCode"])


def scale(site: Site, clients: Clients, count: int) -> None:
    """Set the number of tasks, until the next `up` sets it back."""
    _service(site, clients)
    clients.client("ecs").update_service(cluster=site.cluster, service=site.service, desiredCount=count)


def rollback(site: Site, clients: Clients, say: Callable[[str], None], stack_file: Path) -> None:
    """Go back to the last good release before the one that runs, until the next `up` goes forward again."""
    _service(site, clients)
    good = rollbacks.previous(rollbacks.read(site, clients, state.running_revision(site, clients)))
    revision = good.record.task_definition
    say(f"{site.service} goes back to {state.short(revision)}")
    clients.client("ecs").update_service(
        cluster=site.cluster, service=site.service, taskDefinition=revision, forceNewDeployment=True
    )
    follow(good.record, clients, say, stack_file)


def _service(site: Site, clients: Clients) -> dict[str, Any]:
    found = state.describe(site, clients)
    if found["status"] != "ACTIVE":
        raise NoService(f"there is no service {site.service!r} in cluster {site.cluster!r}")
    return found
