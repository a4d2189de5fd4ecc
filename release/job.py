"""Runs the task before a release to its end, and refuses when it does not end well."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from release.causes import Cause, cause_of
from release.diagnose import Diagnosis, task_evidence
from release.fact import Fact
from release.follow import Clock, Say, pause
from release.record import JobRecord
from release.stack_line import lines_to_change
from release.state import Clients, short

VAGUE = cause_of(["exited"])
"""The cause that a task's own words give for every end: its exit code tells more."""


class JobRefused(Exception):
    """The task did not end well. The text says all: Pulumi shows nothing else of a hook."""

    def __init__(
        self, record: JobRecord, why: str, stack_file: Path, cause: Cause, evidence: Iterable[Fact] = ()
    ) -> None:
        lines = lines_to_change(cause, record.service, None, stack_file)
        self.record, self.why = record, why
        self.diagnosis = diagnosis = Diagnosis(cause, lines, tuple(evidence))
        change = "".join(f"  change:   {line}\n" for line in diagnosis.change)
        told = "\n".join(f"    {line}" for line in diagnosis.evidence) or "    none"
        super().__init__(
            f"\n\nThe task before the release of {record.service} failed: {why}.\n"
            f"  cause:    {diagnosis.cause.words}\n{change}"
            f"  command:  {' '.join(record.command)}\n"
            f"  declared: {short(record.task_definition)}\n"
            f"  evidence:\n{told}\n"
            f"  The release has not begun: {record.service} runs what it ran before.\n"
            "  Mend the cause and deploy again; the next run asks for this task again.\n"
        )


def run(record: JobRecord, clients: Clients, say: Say, stack_file: Path, clock: Clock | None = None) -> None:
    """Return when the task has ended with exit code 0.

    One that an interrupted run left behind is followed, not doubled.

    Raises:
        JobRefused: it was not placed, ended otherwise, or ran out of time and was stopped.
    """
    clock = clock or Clock()
    arn = _left_behind(record, clients, stack_file) or _start(record, clients, stack_file)
    started, told = clock.now(), ""
    while (task := _describe(record, clients, arn)).get("lastStatus") != "STOPPED":
        elapsed = clock.now() - started
        if elapsed > record.time_limit_seconds:
            why = f"it still ran after {record.time_limit_seconds} s, the time limit, and was stopped"
            clients.client("ecs").stop_task(cluster=record.cluster, task=arn, reason=f"Slipway: {why}")
            raise JobRefused(record, why, stack_file, Cause(why), _evidence(record, clients, task))
        progress = str(task.get("lastStatus", "not seen yet")).lower()
        if progress != told:
            say(f"{record.service}: {_id(arn)[:8]} before the release is {progress} ({elapsed:.0f} s)")
            told = progress
        clock.sleep(pause(elapsed))
    code = _exit_code(record, task)
    if code != 0:
        raise _ended(record, clients, task, code, stack_file)
    say(f"{record.service}: the task before the release ended well ({clock.now() - started:.0f} s)")


def _left_behind(record: JobRecord, clients: Clients, stack_file: Path) -> str | None:
    """A task that still runs for this service: the same one is followed.

    Raises:
        JobRefused: another one runs, of an earlier revision or command. Two at once is what a migration cannot bear.
    """
    ecs = clients.client("ecs")
    arns = ecs.list_tasks(cluster=record.cluster, startedBy=_started_by(record))["taskArns"]
    tasks = ecs.describe_tasks(cluster=record.cluster, tasks=arns)["tasks"] if arns else []
    family = record.task_definition.rpartition(":")[0]
    for task in tasks:
        if task["taskDefinitionArn"].rpartition(":")[0] != family or task["lastStatus"] == "STOPPED":
            continue
        if (task["taskDefinitionArn"], _command(task)) == (record.task_definition, record.command):
            return str(task["taskArn"])
        stop = f"aws ecs stop-task --region {record.region} --cluster {record.cluster} --task {_id(task['taskArn'])}"
        why = f"an earlier one still runs, {' '.join(_command(task))} of {short(task['taskDefinitionArn'])}"
        raise JobRefused(record, why, stack_file, Cause(f"wait until it ends, or end it: {stop}"))
    return None


def _start(record: JobRecord, clients: Clients, stack_file: Path) -> str:
    answer = clients.client("ecs").run_task(
        cluster=record.cluster,
        taskDefinition=record.task_definition,
        count=1,
        capacityProviderStrategy=[{"capacityProvider": record.capacity_provider, "weight": 1}],
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": record.subnets,
                "securityGroups": record.security_groups,
                "assignPublicIp": "DISABLED",
            }
        },
        overrides={"containerOverrides": [{"name": record.container, "command": record.command}]},
        startedBy=_started_by(record),
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
    )
    if answer["tasks"]:
        return str(answer["tasks"][0]["taskArn"])
    reasons = [f"{one.get('reason')}: {one.get('detail') or one.get('arn')}" for one in answer["failures"]]
    cause = cause_of(reasons) or Cause("ECS did not place it")
    raise JobRefused(record, "it was not started", stack_file, cause, [Fact("failure", one) for one in reasons])


def _describe(record: JobRecord, clients: Clients, arn: str) -> dict[str, Any]:
    """The task; nothing for a moment after its start ("RunTask": the API is eventually consistent)."""
    found = clients.client("ecs").describe_tasks(cluster=record.cluster, tasks=[arn])["tasks"]
    return found[0] if found else {}


def _exit_code(record: JobRecord, task: dict[str, Any]) -> int | None:
    ours = next((one for one in task.get("containers", []) if one["name"] == record.container), {})
    return ours.get("exitCode")


def _ended(record: JobRecord, clients: Clients, task: dict[str, Any], code: int | None, stack_file: Path) -> JobRefused:
    evidence = _evidence(record, clients, task)
    cause = cause_of(one.text for one in evidence if one.kind != "log")
    if code is None:
        return JobRefused(record, "it never began", stack_file, cause or Cause("ECS gives no reason"), evidence)
    if cause is None or cause == VAGUE:
        words = f"the command ended with exit code {code}: its last lines tell why"
        cause = Cause(words, ("{service}.beforeRelease.command",))
    return JobRefused(record, f"exit code {code}", stack_file, cause, evidence)


def _evidence(record: JobRecord, clients: Clients, task: dict[str, Any]) -> list[Fact]:
    return task_evidence(record.task_definition, record.container, clients, task) if task else []


def _command(task: dict[str, Any]) -> list[str]:
    overrides = task.get("overrides", {}).get("containerOverrides", [])
    return next((list(one["command"]) for one in overrides if one.get("command")), [])


def _started_by(record: JobRecord) -> str:
    """The mark by which a task is found again (RunTask: letters, digits, hyphens, slashes, underscores)."""
    return f"slipway-{record.service}"


def _id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
