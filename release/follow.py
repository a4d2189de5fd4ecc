"""Follows a deployment to its end, and refuses when what runs is not what was declared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from release.diagnose import Clients, Diagnosis, diagnose
from release.record import ReleaseRecord

PAUSE = 1.0
"""Seconds between two looks at first; each look waits half as long again, up to MOST_PAUSE."""
MOST_PAUSE = 10.0
Say = Callable[[str], None]
"""What tells a person of progress."""


class ReleaseRefused(Exception):
    """What runs is not what was declared. The text says all: Pulumi shows nothing else of a hook."""

    def __init__(self, record: ReleaseRecord, why: str, running: str, diagnosis: Diagnosis) -> None:
        self.record, self.why, self.diagnosis = record, why, diagnosis
        evidence = "\n".join(f"    {line}" for line in diagnosis.evidence) or "    none"
        super().__init__(
            f"\n\nThe release of {record.service} is not live: {why}.\n"
            f"  cause:    {diagnosis.cause}\n"
            f"  declared: {short(record.task_definition)} ({record.image})\n"
            f"  running:  {running}\n"
            f"  evidence:\n{evidence}\n"
            "  To go on, mend the cause and deploy again. To try the very same release once more:\n"
            f"    aws ecs update-service --region {record.region} --cluster {record.cluster} "
            f"--service {record.service} "
            f"--task-definition {short(record.task_definition)} --force-new-deployment\n"
        )


@dataclass(frozen=True)
class Clock:
    """Time, so that tests need not wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def follow(record: ReleaseRecord, clients: Clients, say: Say, clock: Clock | None = None) -> None:
    """Return when the release is live.

    Raises:
        ReleaseRefused: it is not, and will not be: rolled back, replaced, failed, or out of time.
    """
    clock = clock or Clock()
    started, pause, told = clock.now(), PAUSE, ""
    while True:
        service = _describe(record, clients)
        why = _refusal(record, service)
        if why:
            raise ReleaseRefused(record, why, _running(service), diagnose(record, clients, service))
        progress = _progress(service)
        if _is_live(service) and _targets_are_healthy(clients, service):
            say(f"{record.service}: {_live(service)}")
            return
        elapsed = clock.now() - started
        if elapsed > record.time_limit_seconds:
            late = f"still {progress} after {record.time_limit_seconds} s, the time limit"
            raise ReleaseRefused(record, late, _running(service), diagnose(record, clients, service))
        if progress != told:
            say(f"{record.service}: {progress} ({elapsed:.0f} s)")
            told = progress
        clock.sleep(pause)
        pause = min(pause * 1.5, MOST_PAUSE)


def _describe(record: ReleaseRecord, clients: Clients) -> dict[str, Any]:
    found = clients.client("ecs").describe_services(cluster=record.cluster, services=[record.service])["services"]
    return found[0] if found else {"status": "MISSING", "deployments": []}


def _refusal(record: ReleaseRecord, service: dict[str, Any]) -> str | None:
    """Why the release has failed for good, if it has."""
    if service["status"] != "ACTIVE":
        return f"the service is {service['status']}"
    primary = _primary(service)
    ours = [one for one in service["deployments"] if one["taskDefinition"] == record.task_definition]
    if primary["taskDefinition"] == record.task_definition:
        if primary.get("rolloutState") == "FAILED":
            return "its deployment failed"
        return None
    if any(one.get("rolloutState") == "FAILED" for one in ours):
        return "its deployment failed, and ECS rolled back"
    return "the service runs another revision: ECS rolled back, or somebody else deployed"


def _primary(service: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in service["deployments"] if one["status"] == "PRIMARY")


def _is_live(service: dict[str, Any]) -> bool:
    primary = _primary(service)
    # An older deployment that still drains is no reason to wait; one that ECS has not completed is.
    done = primary.get("rolloutState", "COMPLETED") == "COMPLETED"
    return (
        done
        and primary["runningCount"] >= primary["desiredCount"]
        and service["runningCount"] >= service["desiredCount"]
    )


def _targets_are_healthy(clients: Clients, service: dict[str, Any]) -> bool:
    for one in service.get("loadBalancers", []):
        health = clients.client("elbv2").describe_target_health(TargetGroupArn=one["targetGroupArn"])
        states = [each["TargetHealth"]["State"] for each in health["TargetHealthDescriptions"]]
        if states.count("healthy") < min(1, service["desiredCount"]):
            return False
    return True


def _live(service: dict[str, Any]) -> str:
    if service["desiredCount"] == 0:
        return "live, with no task: whether one starts will show when it is wanted"
    return f"live, {service['runningCount']} of {service['desiredCount']} tasks"


def _progress(service: dict[str, Any]) -> str:
    primary = _primary(service)
    failed = f", {primary['failedTasks']} failed" if primary.get("failedTasks") else ""
    return f"{primary['runningCount']} of {primary['desiredCount']} tasks running{failed}"


def _running(service: dict[str, Any]) -> str:
    if service["status"] != "ACTIVE":
        return "nothing"
    primary = _primary(service)
    return f"{short(primary['taskDefinition'])}, {service['runningCount']} of {service['desiredCount']} tasks"


def short(arn: str) -> str:
    """The end of an ARN: what people call it."""
    return arn.rsplit("/", 1)[-1]
