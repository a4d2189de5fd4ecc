"""Why a release is not live: the evidence that ECS and CloudWatch Logs still hold, and its likely cause."""

from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from release.causes import cause_of
from release.record import ReleaseRecord

LOG_LINES = 20
TASKS = 3
EVENTS = 5


class Clients(Protocol):
    """What gives AWS clients."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """The client of a service."""
        ...


@dataclass(frozen=True)
class Diagnosis:
    """A cause in words, and the lines that it was read from."""

    cause: str
    evidence: tuple[str, ...]


def diagnose(record: ReleaseRecord, clients: Clients, service: dict[str, Any]) -> Diagnosis:
    """The cause as far as it can still be told: ECS forgets a stopped task after about an hour."""
    evidence: list[str] = []
    for task in stopped_tasks(record, clients):
        evidence += task_evidence(record.task_definition, record.container, clients, task)
    failed = [one for one in service.get("deployments", []) if one["taskDefinition"] == record.task_definition]
    reasons = [str(one.get("rolloutStateReason", "")) for one in failed if one.get("rolloutState") == "FAILED"]
    evidence += [f"deployment: {reason}" for reason in reasons if reason]
    evidence += [f"event: {one['message']}" for one in service.get("events", [])[:EVENTS]]
    cause = next((found for line in evidence if (found := cause_of(line))), None)
    if cause is None:
        cause = "not told by what ECS still holds: stopped tasks are forgotten after about an hour"
    return Diagnosis(cause, tuple(evidence))


def stopped_tasks(record: ReleaseRecord, clients: Clients) -> list[dict[str, Any]]:
    """The last stopped tasks of the declared revision, the newest first."""
    ecs, asked = clients.client("ecs"), {"cluster": record.cluster}
    arns: list[str] = []
    page: dict[str, Any] = {}
    while not arns or page.get("nextToken"):
        # A page has 100 tasks in no order that is promised: the last one may be on any.
        token = {"nextToken": page["nextToken"]} if page.get("nextToken") else {}
        page = ecs.list_tasks(**asked, serviceName=record.service, desiredStatus="STOPPED", **token)
        if not page["taskArns"]:
            break
        arns += page["taskArns"]
    tasks: list[dict[str, Any]] = []
    for start in range(0, len(arns), 100):
        tasks += ecs.describe_tasks(**asked, tasks=arns[start : start + 100])["tasks"]
    ours = [
        one
        for one in tasks
        if one["taskDefinitionArn"] == record.task_definition and one.get("stopCode") != "ServiceSchedulerInitiated"
    ]
    return sorted(ours, key=lambda one: str(one.get("stoppedAt", "")), reverse=True)[:TASKS]


def task_evidence(task_definition: str, container: str, clients: Clients, task: dict[str, Any]) -> list[str]:
    """Why a task stopped, as ECS says it, and the last lines of one of its containers."""
    id_ = task["taskArn"].rsplit("/", 1)[-1]
    lines = [f"task {id_[:8]}: {task.get('stoppedReason') or 'stopped, no reason given'}"]
    for one in task.get("containers", []):
        told = [str(one["reason"])] if one.get("reason") else []
        told += [f"exit code {one['exitCode']}"] if one.get("exitCode") is not None else []
        if told:
            lines.append(f"container {one['name']}: {', '.join(told)}")
    return [*lines, *_last_lines(task_definition, container, clients, id_)]


def _last_lines(task_definition: str, container: str, clients: Clients, task_id: str) -> list[str]:
    """The container's last log lines, or in one line why there are none."""
    definition = clients.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    ours = next((one for one in definition["containerDefinitions"] if one["name"] == container), {})
    log = ours.get("logConfiguration", {}).get("options", {})
    if "awslogs-group" not in log:
        return ["log: the container has no awslogs configuration"]
    stream = f"{log.get('awslogs-stream-prefix')}/{container}/{task_id}"
    try:
        found = clients.client("logs").get_log_events(
            logGroupName=log["awslogs-group"],
            logStreamName=stream,
            limit=LOG_LINES,
            startFromHead=False,
        )
    except ClientError as error:
        return [f"log: cannot be read ({error.response['Error']['Code']})"]
    return [f"log: {one['message'].rstrip()}" for one in found["events"]] or ["log: no lines"]
