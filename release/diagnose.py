"""Why a release is not live: the facts that AWS still holds, and their likely cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from release.causes import Cause, cause_of
from release.fact import Fact
from release.record import ReleaseRecord
from release.routed import destination
from release.stack_line import lines_to_change
from release.state import Clients, rollout

LOG_LINES = 20
TASKS = 3
EVENTS = 5
FORGOTTEN = Cause("not told by what ECS still holds: stopped tasks are forgotten after about an hour")


@dataclass(frozen=True)
class Diagnosis:
    """A cause, the lines of the stack file that mend it, and the facts that it was read from."""

    cause: Cause
    change: tuple[str, ...]
    evidence: tuple[Fact, ...]


def diagnose(
    record: ReleaseRecord, clients: Clients, service: dict[str, Any], stack_file: Path | None, told: Iterable[Fact] = ()
) -> Diagnosis:
    """The cause as far as it can still be told: ECS forgets a stopped task after about an hour.

    `told` is what else is known of the deployment.
    """
    own = record.container
    tasks = [task_evidence(record.task_definition, own, clients, task) for task in stopped_tasks(record, clients)]
    deployments = [
        *told,
        *(
            Fact("deployment", rollout(one), one.get("updatedAt"))
            for one in service.get("deployments", [])
            if one["taskDefinition"] == record.task_definition and one.get("rolloutState") == "FAILED"
        ),
    ]
    unhealthy = [one for one in targets(clients, service) if one.text.startswith("unhealthy")]
    events = [Fact("event", one["message"], one.get("createdAt")) for one in service.get("events", [])[:EVENTS]]
    facts = (*(fact for task in tasks for fact in task), *deployments, *unhealthy, *events)
    # What is told of one task is read together; of all else each text stands for itself.
    groups = [[one for one in task if one.kind != "log"] for task in tasks]
    groups += [[one] for one in (*deployments, *unhealthy, *events)]
    cause, group = next(((cause, group) for group in groups if (cause := cause_of(_texts(group)))), (FORGOTTEN, []))
    cause = cause_of(_texts(facts), cause.finer) or cause
    container = guilty(group, own)
    change = lines_to_change(cause, record.service, None if container == own else container, stack_file)
    return Diagnosis(cause, change, facts)


def _texts(facts: Iterable[Fact]) -> list[str]:
    return [one.text for one in facts]


def guilty(facts: Iterable[Fact], own: str) -> str:
    """The container that facts are about: the service's own, unless they tell of others alone."""
    names = [one.container for one in facts if one.container]
    return own if own in names or not names else names[0]


def stopped_tasks(record: ReleaseRecord, clients: Clients) -> list[dict[str, Any]]:
    """The last stopped tasks of the declared revision that did not stop because they were told to, the newest first."""
    ours = [
        one
        for one in tasks_of(record, clients, "STOPPED")
        if one["taskDefinitionArn"] == record.task_definition and one.get("stopCode") != "ServiceSchedulerInitiated"
    ]
    return sorted(ours, key=lambda one: str(one.get("stoppedAt", "")), reverse=True)[:TASKS]


def tasks_of(record: ReleaseRecord, clients: Clients, status: str) -> list[dict[str, Any]]:
    """All tasks of the service with a desired status, `RUNNING` or `STOPPED`."""
    ecs, asked = clients.client("ecs"), {"cluster": record.cluster}
    arns: list[str] = []
    page: dict[str, Any] = {}
    while not arns or page.get("nextToken"):
        # A page has 100 tasks in no order that is promised: the last one may be on any.
        token = {"nextToken": page["nextToken"]} if page.get("nextToken") else {}
        page = ecs.list_tasks(**asked, serviceName=record.service, desiredStatus=status, **token)
        if not page["taskArns"]:
            break
        arns += page["taskArns"]
    tasks: list[dict[str, Any]] = []
    for start in range(0, len(arns), 100):
        tasks += ecs.describe_tasks(**asked, tasks=arns[start : start + 100])["tasks"]
    return tasks


def targets(clients: Clients, service: dict[str, Any]) -> list[Fact]:
    """How the balancer finds each target now: those that are not healthy with the reason."""
    return [
        _target(one)
        for group in service.get("loadBalancers", [])
        if "targetGroupArn" in group
        for one in clients.client("elbv2").describe_target_health(TargetGroupArn=group["targetGroupArn"])[
            "TargetHealthDescriptions"
        ]
    ]


def _target(one: dict[str, Any]) -> Fact:
    target, health = one.get("Target", {}), one["TargetHealth"]
    why = "".join(f", {health[key]}" for key in ("Reason", "Description") if health.get(key))
    return Fact("target", f"{health['State']}{why} ({target.get('Id')}:{target.get('Port')})")


def short_id(task: dict[str, Any]) -> str:
    """The start of a task's id, as it is told."""
    return task["taskArn"].rsplit("/", 1)[-1][:8]


def task_evidence(task_definition: str, container: str, clients: Clients, task: dict[str, Any]) -> list[Fact]:
    """Why a task stopped, as ECS says it, and the last lines of the container that failed; of its own one in doubt."""
    ends = end_of(task)
    return [*ends, *last_lines(task_definition, guilty(ends, container), clients, task)]


def end_of(task: dict[str, Any]) -> list[Fact]:
    """Why a task stopped, and how each of its containers ended."""
    kind, at = f"task {short_id(task)}", task.get("stoppedAt")
    facts = [Fact(kind, task.get("stoppedReason") or "stopped, no reason given", at)]
    for container in task.get("containers", []):
        told = [str(container["reason"])] if container.get("reason") else []
        told += [f"exit code {container['exitCode']}"] if container.get("exitCode") is not None else []
        if told:
            name = container["name"]
            failed = container.get("reason") or container.get("exitCode")
            facts.append(Fact(kind, f"container {name}: {', '.join(told)}", at, name if failed else None))
    return facts


def last_lines(
    task_definition: str, container: str, clients: Clients, task: dict[str, Any], limit: int = LOG_LINES
) -> list[Fact]:
    """The last log lines of a container, or in one line why there are none."""
    definition = clients.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    ours = next((one for one in definition["containerDefinitions"] if one["name"] == container), {})
    log = ours.get("logConfiguration", {}).get("options", {})
    if ours.get("logConfiguration", {}).get("logDriver") == "awsfirelens":
        return [Fact("log", destination(log))]
    if "awslogs-group" not in log:
        return [Fact("log", "the container has no awslogs configuration")]
    stream = f"{log.get('awslogs-stream-prefix')}/{container}/{task['taskArn'].rsplit('/', 1)[-1]}"
    try:
        found = clients.client("logs").get_log_events(
            logGroupName=log["awslogs-group"],
            logStreamName=stream,
            limit=limit,
            startFromHead=False,
        )
    except ClientError as error:
        return [Fact("log", f"cannot be read ({error.response['Error']['Code']})")]
    return [Fact("log", one["message"].rstrip(), _moment(one)) for one in found["events"]] or [Fact("log", "no lines")]


def _moment(event: dict[str, Any]) -> datetime | None:
    return datetime.fromtimestamp(event["timestamp"] / 1000, tz=UTC) if "timestamp" in event else None
