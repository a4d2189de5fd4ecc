"""What is asked of ECS for the task before a release, and what is told of each way it can end."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from release.follow import Clock
from release.job import JobRefused, run
from release.record import JobRecord, Record, ReleaseRecord
from release.settle import settle

FAMILY = "arn:aws:ecs:eu-central-1:123456789012:task-definition/slipway-dev-web"
TASK = "arn:aws:ecs:eu-central-1:123456789012:task/slipway-dev/abcdef0123456789"
FILE = Path(__file__).resolve().parents[2] / "Pulumi.dev.yaml"
RECORD = JobRecord(
    account="123456789012",
    region="eu-central-1",
    cluster="slipway-dev",
    service="web",
    task_definition=f"{FAMILY}:2",
    container="web",
    time_limit_seconds=100,
    command=["python3", "-m", "migrate"],
    subnets=["subnet-a"],
    security_groups=["sg-web"],
    capacity_provider="FARGATE",
)
ASKED = {
    "cluster": "slipway-dev",
    "taskDefinition": f"{FAMILY}:2",
    "count": 1,
    "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-web"], "assignPublicIp": "DISABLED"}
    },
    "overrides": {"containerOverrides": [{"name": "web", "command": ["python3", "-m", "migrate"]}]},
    "startedBy": "slipway-web",
    "propagateTags": "TASK_DEFINITION",
    "enableECSManagedTags": True,
}


def task(status: str, code: int | None = None, reason: str = "", **more: Any) -> dict[str, Any]:
    container: dict[str, Any] = {"name": "web"} if code is None else {"name": "web", "exitCode": code}
    return {
        "taskArn": TASK,
        "taskDefinitionArn": f"{FAMILY}:2",
        "lastStatus": status,
        "stoppedReason": reason,
        "containers": [{"name": "agent", "exitCode": 0}, container],
        "overrides": {"containerOverrides": [{"name": "web", "command": ["python3", "-m", "migrate"]}]},
        **more,
    }


class Stubbed:
    """AWS clients that give the answers in their order, and check each call against AWS's own model."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
        self.clients: dict[str, Any] = {name: boto3.client(name, **keys) for name in ("ecs", "logs")}  # type: ignore[call-overload]
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def client(self, service: str) -> Any:
        return self.clients[service]

    def answer(self, service: str, operation: str, answer: dict[str, Any], asked: Any = None) -> "Stubbed":
        self.stubs[service].add_response(operation, answer, asked)
        return self

    def none_left(self) -> "Stubbed":
        return self.answer(
            "ecs", "list_tasks", {"taskArns": []}, {"cluster": "slipway-dev", "startedBy": "slipway-web"}
        )

    def started(self) -> "Stubbed":
        return self.none_left().answer("ecs", "run_task", {"tasks": [task("PROVISIONING")], "failures": []}, ASKED)

    def seen(self, *tasks: dict[str, Any]) -> "Stubbed":
        asked = {"cluster": "slipway-dev", "tasks": [TASK]}
        return self.answer("ecs", "describe_tasks", {"tasks": list(tasks)}, asked)

    def logged(self, *lines: str) -> "Stubbed":
        options = {"awslogs-group": "/slipway-dev/web", "awslogs-stream-prefix": "web"}
        container = {"name": "web", "logConfiguration": {"logDriver": "awslogs", "options": options}}
        definition = {"taskDefinition": {"containerDefinitions": [container]}}
        self.answer("ecs", "describe_task_definition", definition, {"taskDefinition": f"{FAMILY}:2"})
        asked = {
            "logGroupName": "/slipway-dev/web",
            "logStreamName": "web/web/abcdef0123456789",
            "limit": 20,
            "startFromHead": False,
        }
        return self.answer("logs", "get_log_events", {"events": [{"message": line} for line in lines]}, asked)

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


def ran(stubbed: Stubbed, record: JobRecord = RECORD) -> list[str]:
    said, now = [], [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    run(record, stubbed, said.append, FILE, Clock(lambda: now[0], sleep))
    stubbed.done()
    return said


def refused(stubbed: Stubbed, record: JobRecord = RECORD) -> str:
    with pytest.raises(JobRefused) as error:
        ran(stubbed, record)
    stubbed.done()
    return str(error.value)


def test_it_is_asked_for_once_where_the_service_runs_and_followed_to_its_end():
    stubbed = Stubbed().started().seen().seen(task("RUNNING")).seen(task("RUNNING")).seen(task("STOPPED", 0))
    assert ran(stubbed) == [
        "web: abcdef01 before the release is not seen yet (0 s)",
        "web: abcdef01 before the release is running (1 s)",
        "web: the task before the release ended well (3 s)",
    ]


def test_an_exit_code_is_refused_with_the_last_lines():
    reason = "Essential container in task exited"
    told = refused(Stubbed().started().seen(task("STOPPED", 3, reason)).logged("ALTER TABLE", "no such table: users"))
    assert "The task before the release of web failed: exit code 3." in told
    assert "cause:    the command ended with exit code 3: its last lines tell why" in told
    assert "command:  python3 -m migrate" in told
    assert "declared: slipway-dev-web:2" in told
    for line in (f"task abcdef01: {reason}", "task abcdef01: container web: exit code 3", "log: no such table: users"):
        assert f"    {line}\n" in told
    assert "web runs what it ran before" in told


def test_the_words_of_ecs_come_before_the_exit_code():
    broken = task("STOPPED", 137, "OutOfMemoryError: Container killed due to memory usage")
    told = refused(Stubbed().started().seen(broken).logged())
    assert "cause:    a container needed more memory than the task has" in told


def test_a_command_that_the_image_does_not_have():
    told = refused(Stubbed().started().seen(task("STOPPED", 127, "Essential container in task exited")).logged())
    assert "cause:    the command is not in the image" in told


def test_a_task_that_never_began_is_refused_with_its_reason():
    reason = "CannotPullContainerError: pull image manifest: not found"
    told = refused(Stubbed().started().seen(task("STOPPED", None, reason)).logged())
    assert "failed: it never began." in told
    assert "cause:    the image is not in the registry" in told


def test_a_container_without_an_exit_code_is_no_success_and_neither_is_that_of_a_sidecar():
    assert "it never began" in refused(Stubbed().started().seen(task("STOPPED", None)).logged())


def test_what_ecs_does_not_place_is_refused_with_its_reason():
    failures = [{"arn": "arn:instance", "reason": "RESOURCE:MEMORY", "detail": "too little"}]
    told = refused(Stubbed().none_left().answer("ecs", "run_task", {"tasks": [], "failures": failures}, ASKED))
    assert "it was not started" in told
    assert "there is no capacity for the task" in told
    assert "RESOURCE:MEMORY: too little" in told


def test_one_that_runs_too_long_is_stopped():
    stubbed = Stubbed().started()
    for _ in range(4):
        stubbed.seen(task("RUNNING"))
    why = "it still ran after 2 s, the time limit, and was stopped"
    asked = {"cluster": "slipway-dev", "task": TASK, "reason": f"Slipway: {why}"}
    stubbed.answer("ecs", "stop_task", {}, asked).logged("waiting for a lock")
    told = refused(stubbed, replace(RECORD, time_limit_seconds=2))
    assert f"failed: {why}." in told
    assert "log: waiting for a lock" in told


def left(**more: Any) -> Stubbed:
    asked = {"cluster": "slipway-dev", "startedBy": "slipway-web"}
    return Stubbed().answer("ecs", "list_tasks", {"taskArns": [TASK]}, asked).seen(task("RUNNING", **more))


def test_one_that_an_interrupted_run_left_behind_is_followed_and_not_doubled():
    assert ran(left().seen(task("STOPPED", 0)))[-1] == "web: the task before the release ended well (0 s)"


@pytest.mark.parametrize(
    "other",
    [
        {"taskDefinitionArn": f"{FAMILY}:1"},
        {"overrides": {"containerOverrides": [{"name": "web", "command": ["old"]}]}},
        {"overrides": {}},
    ],
)
def test_another_one_that_still_runs_is_refused_with_how_to_end_it(other: dict[str, Any]):
    told = refused(left(**other))
    assert "an earlier one still runs" in told
    assert "aws ecs stop-task --region eu-central-1 --cluster slipway-dev --task abcdef0123456789" in told


def test_one_of_another_stacks_service_of_the_same_name_is_not_ours():
    stubbed = left(taskDefinitionArn=f"{FAMILY.replace('-dev', '-pr-7')}:1")
    stubbed.answer("ecs", "run_task", {"tasks": [task("PROVISIONING")], "failures": []}, ASKED)
    assert ran(stubbed.seen(task("STOPPED", 0)))


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        (None, True),
        (RECORD, False),
        (replace(RECORD, time_limit_seconds=5, subnets=["subnet-b"], capacity_provider="ec2"), False),
        (replace(RECORD, task_definition=f"{FAMILY}:1"), True),
        (replace(RECORD, command=["old"]), True),
        (replace(RECORD, container="main"), True),
    ],
)
def test_what_has_ended_well_does_not_run_again(written: Record | None, runs: bool, monkeypatch: pytest.MonkeyPatch):  # noqa: FBT001 - pytest gives it
    found: list[Record] = []
    monkeypatch.setattr("release.settle.run", lambda record, *_: found.append(record))
    settle(RECORD, written, Stubbed(), print, FILE)
    assert found == ([RECORD] if runs else [])


def test_a_release_is_followed_whatever_is_written(monkeypatch: pytest.MonkeyPatch):
    found: list[Record] = []
    monkeypatch.setattr("release.settle.follow", lambda record, *_: found.append(record))
    release = ReleaseRecord("1", "r", "c", "s", "t", "web", 1, "image")
    settle(release, release, Stubbed(), print, FILE)
    assert found == [release]
