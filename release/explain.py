"""The story of a service's last release: what happened when, how it ended, why, and what to change."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from release import state
from release.diagnose import Diagnosis, diagnose, last_lines, short_id, stopped_tasks, targets, tasks_of
from release.fact import Fact
from release.record import ReleaseRecord, Site
from release.state import Clients

WIDTH = 80
LIVE_LINES = 5
"""Log lines that are told of a release that is live."""
MARGIN = timedelta(seconds=5)
"""Events so much older than the release are of it too: ECS writes its times one by one."""


class NoService(Exception):
    """There is no such service, or nothing was ever released to it."""


@dataclass(frozen=True)
class Story:
    """The last release of a service."""

    release: ReleaseRecord
    live: bool
    verdict: str
    running: str
    diagnosis: Diagnosis | None
    """None for a release that is live."""
    facts: tuple[Fact, ...]
    """All that is known of it, in the order of time; what has none is how things are now."""

    def __str__(self) -> str:
        """The story as plain text for 80 columns."""
        return "\n".join(_told(self))


def explain(site: Site, clients: Clients, stack_file: Path | None) -> Story:
    """The story as far as AWS still holds it: tasks for about an hour, deployments for about 90 days.

    Raises:
        NoService: there is nothing to tell of.
    """
    service = _found(site, clients)
    deployments, told = _service_deployments(site, clients)
    newest = max(deployments or service["deployments"], key=lambda one: one["createdAt"])
    release = record_of(site, clients, service, newest["taskDefinition"])
    events = [one for one in service.get("events", []) if one["createdAt"] >= newest["createdAt"] - MARGIN]
    service = {**service, "events": events}
    facts = [*told, *_of_deployments(release, service, deployments)]
    why = state.refusal(release, service)
    live = why is None and state.is_live(service) and state.targets_are_healthy(clients, service)
    diagnosis = None if live else diagnose(release, clients, service, stack_file, facts)
    facts += [
        *_of_tasks(release, clients, live=live),
        *(Fact("event", one["message"], one["createdAt"]) for one in events),
        *targets(clients, service),
    ]
    return Story(
        release,
        live,
        "live" if live else why or f"not yet live: {state.progress(service)}",
        state.running(service),
        diagnosis,
        _in_order([*facts, *(diagnosis.evidence if diagnosis else ())]),
    )


def _found(site: Site, clients: Clients) -> dict[str, Any]:
    ecs = clients.client("ecs")
    found = ecs.describe_services(cluster=site.cluster, services=[site.service])["services"]
    if found and found[0]["deployments"]:
        return found[0]
    raise NoService(
        f"no release of a service {site.service!r} in cluster {site.cluster!r}; "
        f"its services are: {', '.join(services(site.cluster, clients)) or 'none'}"
    )


def services(cluster: str, clients: Clients) -> list[str]:
    """The names of a cluster's services."""
    pages = clients.client("ecs").get_paginator("list_services").paginate(cluster=cluster)
    return sorted(arn.rsplit("/", 1)[-1] for page in pages for arn in page["serviceArns"])


# Which release is the last one


def _service_deployments(site: Site, clients: Clients) -> tuple[list[dict[str, Any]], list[Fact]]:
    """The last deployment by ECS's own history, with its revision; or in one line why that cannot be read."""
    ecs, token, found = clients.client("ecs"), dict[str, str](), list[dict[str, Any]]()
    try:
        while True:
            page = ecs.list_service_deployments(cluster=site.cluster, service=site.service, **token)
            found += page["serviceDeployments"]
            if not page.get("nextToken"):
                break
            token = {"nextToken": page["nextToken"]}
        if not found:
            return [], []
        last = max(found, key=lambda one: one["createdAt"])
        arns = [last["serviceDeploymentArn"]]
        (told,) = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        revisions = [told["targetServiceRevision"]["arn"]]
        (revision,) = ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    except ClientError as error:
        return [], [Fact("deployment", f"its history cannot be read ({error.response['Error']['Code']})")]
    return [{**told, "taskDefinition": revision["taskDefinition"]}], []


def record_of(site: Site, clients: Clients, service: dict[str, Any], task_definition: str) -> ReleaseRecord:
    """A release as a record; its container is the service's own."""
    containers = clients.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"][
        "containerDefinitions"
    ]
    balanced = [one["containerName"] for one in service.get("loadBalancers", []) if one.get("containerName")]
    named = {one["name"]: one for one in containers}
    own = next((named[name] for name in (site.service, *balanced) if name in named), containers[0])
    return ReleaseRecord(
        account=site.account,
        region=site.region,
        cluster=site.cluster,
        service=site.service,
        task_definition=task_definition,
        image=own["image"],
        container=own["name"],
        time_limit_seconds=0,
    )


# What happened


def _of_deployments(
    release: ReleaseRecord, service: dict[str, Any], deployments: list[dict[str, Any]]
) -> Iterator[Fact]:
    name = state.short(release.task_definition)
    for one in deployments:
        yield Fact("deployment", f"{name} begins", one["createdAt"])
        yield from _of_its_end(one)
    for one in service["deployments"]:
        ours = one["taskDefinition"] == release.task_definition
        if ours and not deployments:
            yield Fact("deployment", f"{name} begins", one["createdAt"])
        yield Fact("deployment", state.rollout(one), one["updatedAt"])


def _of_its_end(deployment: dict[str, Any]) -> Iterator[Fact]:
    """What stopped a deployment, and how it ended."""
    back, ended = deployment.get("rollback", {}), deployment.get("finishedAt") or deployment.get("stoppedAt")
    breaker, alarms = deployment.get("deploymentCircuitBreaker", {}), deployment.get("alarms", {})
    if breaker.get("status") == "TRIGGERED":
        counts = f"{breaker['failureCount']} failed tasks of {breaker['threshold']} allowed"
        yield Fact("deployment", f"circuit breaker triggered: {counts}", back.get("startedAt") or ended)
    if alarms.get("status") == "TRIGGERED":
        names = ", ".join(alarms.get("triggeredAlarmNames", []))
        yield Fact("deployment", f"alarm detected: {names}", back.get("startedAt") or ended)
    if back:
        yield Fact("deployment", f"rolls back: {back.get('reason', 'no reason given')}", back.get("startedAt"))
    why = deployment.get("statusReason")
    yield Fact("deployment", f"{deployment['status']}{f': {why}' if why else ''}", ended)


def _of_tasks(release: ReleaseRecord, clients: Clients, *, live: bool) -> Iterator[Fact]:
    """When its tasks started; the last lines of one that runs."""
    run = [one for one in tasks_of(release, clients, "RUNNING") if one["taskDefinitionArn"] == release.task_definition]
    for task in [*run, *stopped_tasks(release, clients)]:
        for moment, word in (("createdAt", "created"), ("startedAt", "started")):
            if task.get(moment):
                yield Fact(f"task {short_id(task)}", word, task[moment])
    if live and run:
        newest = max(run, key=lambda one: str(one.get("startedAt", "")))
        yield from last_lines(release.task_definition, release.container, clients, newest, LIVE_LINES)


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, by time; those that have none at the end."""
    last = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(dict.fromkeys(facts), key=lambda one: one.at or last))


# How it is told


def _told(story: Story) -> list[str]:
    release, diagnosis = story.release, story.diagnosis
    lines = [
        f"{release.service} in {release.cluster}: {'LIVE' if story.live else 'NOT LIVE'}",
        *([] if story.live else _wrapped("  ", story.verdict)),
        "",
        *_row("declared", state.short(release.task_definition)),
        f"{'':12}{release.image}",  # not wrapped: people copy it
        *_row("running", story.running),
    ]
    if diagnosis:
        lines += _row("cause", diagnosis.cause.words)
        for number, line in enumerate(diagnosis.change):
            lines += _row("" if number else "change", line)
    day = None
    for fact in story.facts:
        at = fact.at.astimezone(UTC) if fact.at else None
        if at is None or at.date() != day:
            heading = f"{at:%Y-%m-%d} (UTC)" if at else "now"
            lines += ["", heading] if heading not in lines else []
            day = at.date() if at else day
        lines += _wrapped(f"  {f'{at:%H:%M:%S}' if at else '':8}  {fact.kind:<13}  ", fact.text)
    return lines


def _row(label: str, words: str) -> list[str]:
    return _wrapped(f"  {label:<8}  ", words)


def _wrapped(head: str, words: str) -> list[str]:
    """Text after a head, in a column of its own; what a terminal would obey is left out."""
    plain = "".join(one if one.isprintable() else " " for one in words)
    indent = " " * min(len(head), 27)
    return textwrap.wrap(plain, WIDTH, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False) or [
        head.rstrip()
    ]
