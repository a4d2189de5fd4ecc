"""The story of a release, told from answers shaped after the ECS, ELB and CloudWatch Logs API references."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from release import __main__ as command
from release.explain import NoService, Story, explain
from release.record import Site
from release.session import Clients

PROJECT = Path(__file__).resolve().parents[2]
ARN = "arn:aws:ecs:eu-central-1:123456789012"
FAMILY = f"{ARN}:task-definition/shop-dev-web"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-dev/web:c-0123456789abcdef0123"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/0123456789abcdef"
SITE = Site("123456789012", "eu-central-1", "shop-dev", "web", "/shop-dev/web/release")
BEGUN = datetime(2026, 11, 26, 23, 59, 0, tzinfo=UTC)
ENDED = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}


def at(seconds: int) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


class Aws:
    """Clients that answer what a test gives them, each answer checked against AWS's own models."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
        self._clients = {name: boto3.client(name, **keys) for name in ("ecs", "elbv2", "logs")}
        self.stubs = {name: Stubber(client) for name, client in self._clients.items()}

    def client(self, service: str) -> Any:
        return self._clients[service]

    def say(self, service: str, operation: str, **answer: Any) -> None:
        self.stubs[service].add_response(operation, answer)

    def deny(self, service: str, operation: str) -> None:
        self.stubs[service].add_client_error(operation, "AccessDeniedException")


@pytest.fixture
def aws() -> Generator[Aws]:
    made = Aws()
    with ExitStack() as stack:
        for stub in made.stubs.values():
            stack.enter_context(stub)
        yield made
        for stub in made.stubs.values():
            stub.assert_no_pending_responses()


def deployment(revision: int, status: str, rollout: str, created: int, reason: str = "") -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{revision}",
        "status": status,
        "taskDefinition": f"{FAMILY}:{revision}",
        "desiredCount": 2,
        "runningCount": 2 if rollout == "COMPLETED" else 0,
        "createdAt": at(created),
        "updatedAt": at(created + 30),
        "rolloutState": rollout,
        "rolloutStateReason": reason,
    }


def service(*deployments: dict[str, Any], events: tuple[tuple[int, str], ...] = ()) -> dict[str, Any]:
    return {
        "serviceName": "web",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "deployments": list(deployments),
        "events": [{"id": str(when), "createdAt": at(when), "message": text} for when, text in events],
        "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 8080}],
    }


def task(id_: str, revision: int, started: int, stopped: int | None = None, **how: Any) -> dict[str, Any]:
    ended = {"stoppedAt": at(stopped)} if stopped is not None else {}
    return {
        "taskArn": f"{ARN}:task/shop-dev/{id_}",
        "taskDefinitionArn": f"{FAMILY}:{revision}",
        "createdAt": at(started - 5),
        "startedAt": at(started),
        **ended,
        **how,
    }


def healthy(aws: Aws, *states: dict[str, Any]) -> None:
    told = [
        {"Target": {"Id": f"10.0.0.{number}", "Port": 8080}, "TargetHealth": one} for number, one in enumerate(states)
    ]
    aws.say("elbv2", "describe_target_health", TargetHealthDescriptions=told)


def definition(aws: Aws, *more: dict[str, Any]) -> None:
    def one(name: str, image: str) -> dict[str, Any]:
        log = {"awslogs-group": "/shop-dev/web", "awslogs-stream-prefix": name}
        return {"name": name, "image": image, "logConfiguration": {"logDriver": "awslogs", "options": log}}

    aws.say(
        "ecs",
        "describe_task_definition",
        taskDefinition={"containerDefinitions": [*more, one("proxy", "example.com/proxy:1"), one("web", IMAGE)]},
    )


def tasks(aws: Aws, *found: dict[str, Any]) -> None:
    aws.say("ecs", "list_tasks", taskArns=[one["taskArn"] for one in found])
    if found:
        aws.say("ecs", "describe_tasks", tasks=list(found))


OUTPUT = {"Name": "loki", "host": "logs.example.com"}
ROUTER_LOG = {"awslogs-group": "/shop-dev/web", "awslogs-stream-prefix": "log-router"}
ROUTED = (
    {"name": "web", "image": IMAGE, "logConfiguration": {"logDriver": "awsfirelens", "options": OUTPUT}},
    {"name": "log-router", "image": "x", "logConfiguration": {"logDriver": "awslogs", "options": ROUTER_LOG}},
)


def log(aws: Aws, *lines: str, more: tuple[dict[str, Any], ...] = ()) -> None:
    definition(aws, *more)
    if not lines:
        return
    events = [{"timestamp": int(at(25).timestamp() * 1000), "message": line} for line in lines]
    aws.say("logs", "get_log_events", events=events)


def history(aws: Aws, revision: int, status: str, **how: Any) -> None:
    """What ECS keeps of a deployment for about 90 days."""
    arn = f"{ARN}:service-deployment/shop-dev/web/{revision}"
    old = {"serviceDeploymentArn": arn + "-old", "createdAt": at(-86400), "status": "SUCCESSFUL"}
    new = {"serviceDeploymentArn": arn, "createdAt": at(0), "status": status}
    aws.say("ecs", "list_service_deployments", serviceDeployments=[old], nextToken="more")
    aws.say("ecs", "list_service_deployments", serviceDeployments=[new])
    told = {"targetServiceRevision": {"arn": "revision"}, "createdAt": at(0), "serviceDeploymentArn": arn}
    aws.say("ecs", "describe_service_deployments", serviceDeployments=[{**told, "status": status, **how}])
    revisions = [{"serviceRevisionArn": "revision", "taskDefinition": f"{FAMILY}:{revision}"}]
    aws.say("ecs", "describe_service_revisions", serviceRevisions=revisions)


ROLLED_BACK = {
    "rollback": {"reason": "Circuit breaker threshold was reached.", "startedAt": at(60)},
    "deploymentCircuitBreaker": {"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
    "finishedAt": at(90),
    "statusReason": "Service deployment rolled back because of the circuit breaker.",
}
GOOD = {"State": "healthy"}


def crashed(aws: Aws, *lines: str, ended: dict[str, Any] | None = None, more: tuple[dict[str, Any], ...] = ()) -> Story:
    """A release that rolled back an hour ago at most: its failed deployment is gone from DescribeServices."""
    old = deployment(7, "PRIMARY", "COMPLETED", -86400, "ECS deployment completed.")
    events = ((95, "(service web) has reached a steady state."), (-90000, "(service web) is of another release."))
    aws.say("ecs", "describe_services", services=[service(old, events=events)])
    history(aws, 8, "ROLLBACK_SUCCESSFUL", **ROLLED_BACK)
    definition(aws)
    end = ended or {**ENDED, "containers": [{"name": "proxy", "exitCode": 143}, {"name": "web", "exitCode": 3}]}
    stopped = task("0a1b2c3d4e5f", 8, 20, 26, **end)
    tasks(aws, stopped)
    log(aws, *lines, more=more)
    healthy(aws, GOOD, GOOD)
    tasks(aws, task("9f8e7d6c5b4a", 7, -80000))
    tasks(aws, stopped)
    healthy(aws, GOOD, GOOD)
    return explain(SITE, aws, PROJECT / "Pulumi.dev.yaml")


def test_a_release_that_crashed_and_rolled_back_is_told_in_the_order_of_time(aws: Aws):
    story = crashed(aws, "no database")
    assert not story.live
    assert story.release.task_definition == f"{FAMILY}:8"
    assert story.release.image == IMAGE
    assert [str(fact) for fact in story.facts] == [
        "deployment: shop-dev-web:7 is COMPLETED: ECS deployment completed.",
        "deployment: shop-dev-web:8 begins",
        "task 0a1b2c3d: created",
        "task 0a1b2c3d: started",
        "log: no database",
        "task 0a1b2c3d: Essential container in task exited",
        "task 0a1b2c3d: container proxy: exit code 143",
        "task 0a1b2c3d: container web: exit code 3",
        "deployment: circuit breaker triggered: 3 failed tasks of 3 allowed",
        "deployment: rolls back: Circuit breaker threshold was reached.",
        "deployment: ROLLBACK_SUCCESSFUL: Service deployment rolled back because of the circuit breaker.",
        "event: (service web) has reached a steady state.",
        "target: healthy (10.0.0.0:8080)",
        "target: healthy (10.0.0.1:8080)",
    ]


def test_lines_that_a_log_router_sent_on_are_told_by_where_they_went(aws: Aws):
    told = [str(fact) for fact in crashed(aws, more=ROUTED).facts if fact.kind == "log"]
    assert told == ["log: sent on by the log router (FireLens): Name loki, host logs.example.com"]


def test_a_log_router_that_failed_is_told_by_its_own_lines_and_mended_in_its_options(aws: Aws):
    ended = {**ENDED, "containers": [{"name": "log-router", "exitCode": 1}]}
    story = crashed(aws, "no such output", ended=ended, more=ROUTED)
    assert "log: no such output" in [str(fact) for fact in story.facts]
    assert story.diagnosis
    assert story.diagnosis.change[0].startswith("Pulumi.dev.yaml: services.web.task.logRouter.image ")


def test_it_has_its_cause_and_the_lines_to_change(aws: Aws):
    diagnosis = crashed(aws, "no database").diagnosis
    assert diagnosis
    assert diagnosis.cause.words == "the container exited"
    assert diagnosis.change == (
        "Pulumi.dev.yaml: services.web.image (not set: the default holds)",
        "Pulumi.dev.yaml: services.web.task.environment (not set: the default holds)",
    )


def test_a_container_says_why_where_its_task_does_not(aws: Aws):
    killed = {"name": "web", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}
    diagnosis = crashed(aws, "working", ended={**ENDED, "containers": [killed]}).diagnosis
    assert diagnosis
    assert "more memory" in diagnosis.cause.words
    assert diagnosis.change == ("Pulumi.dev.yaml: services.web.task.memory (not set: the default holds)",)


def test_a_sidecar_that_failed_has_its_own_lines(aws: Aws):
    diagnosis = crashed(aws, "x", ended={**ENDED, "containers": [{"name": "proxy", "exitCode": 1}]}).diagnosis
    assert diagnosis
    assert diagnosis.change[0].startswith("Pulumi.dev.yaml: services.web.task.sidecars.proxy.image ")


def test_a_line_of_the_log_makes_the_cause_finer(aws: Aws):
    diagnosis = crashed(aws, "OSError: [Errno 30] Read-only file system: '/data'").diagnosis
    assert diagnosis
    assert "root file system" in diagnosis.cause.words


def test_the_text_fits_80_columns_and_a_terminal_obeys_nothing_in_it(aws: Aws):
    told = str(crashed(aws, "x" * 200, "\x1b[2J\x07red", "one two " * 30))
    assert "\x1b" not in told
    assert "\x07" not in told
    assert [line for line in told.splitlines() if len(line) > 80 and IMAGE not in line] == []
    assert told.isascii()
    assert told.startswith("web in shop-dev: NOT LIVE\n  the service runs another revision: ECS rolled back, or")
    assert "\n  cause     the container exited\n  change    Pulumi.dev.yaml: services.web.image (" in told
    days = [line for line in told.splitlines() if line.endswith("(UTC)")]
    assert days == ["2026-11-25 (UTC)", "2026-11-26 (UTC)", "2026-11-27 (UTC)"]
    assert told.splitlines()[-2].startswith("            target         healthy")


def test_a_live_release_is_told_with_its_last_lines(aws: Aws):
    new = deployment(8, "PRIMARY", "COMPLETED", 0, "ECS deployment completed.")
    aws.say("ecs", "describe_services", services=[service(new)])
    history(aws, 8, "SUCCESSFUL", finishedAt=at(90))
    definition(aws)
    healthy(aws, GOOD, GOOD)
    tasks(aws, task("9f8e7d6c5b4a", 8, 20), task("old", 7, -80000))
    tasks(aws)
    log(aws, "started")
    healthy(aws, GOOD, GOOD)
    story = explain(SITE, aws, None)
    assert story.live
    assert story.diagnosis is None
    assert [str(fact) for fact in story.facts][1:5] == [
        "task 9f8e7d6c: created",
        "task 9f8e7d6c: started",
        "log: started",
        "deployment: shop-dev-web:8 is COMPLETED: ECS deployment completed.",
    ]
    assert "task old" not in str(story)
    assert "LIVE" in str(story)


def test_without_the_right_to_read_the_history_the_service_tells(aws: Aws):
    """A first release that still rolls: targets are found unhealthy, and say with which code."""
    new = deployment(8, "PRIMARY", "IN_PROGRESS", 0)
    text = f"(service web) (task 0a) failed ELB health checks in (target-group {GROUP})."
    aws.say("ecs", "describe_services", services=[service(new, events=((40, text),))])
    aws.deny("ecs", "list_service_deployments")
    definition(aws)
    failing = {
        "State": "unhealthy",
        "Reason": "Target.ResponseCodeMismatch",
        "Description": "Health checks failed with these codes: [404]",
    }
    tasks(aws)
    healthy(aws, failing)
    tasks(aws)
    tasks(aws)
    healthy(aws, failing)
    story = explain(SITE, aws, PROJECT / "Pulumi.dev.yaml")
    assert story.verdict == "not yet live: 0 of 2 tasks running"
    assert story.diagnosis
    assert "answers its path with another code" in story.diagnosis.cause.words
    (line,) = [
        number
        for number, one in enumerate((PROJECT / "Pulumi.dev.yaml").read_text().splitlines(), 1)
        if "path: /readyz" in one
    ]
    assert story.diagnosis.change[0] == f"Pulumi.dev.yaml: services.web.healthCheck.path (line {line})"
    assert "its history cannot be read (AccessDeniedException)" in str(story)


def test_an_alarm_that_rolled_it_back_is_named(aws: Aws):
    aws.say("ecs", "describe_services", services=[service(deployment(7, "PRIMARY", "COMPLETED", -86400))])
    alarms = {"status": "TRIGGERED", "alarmNames": ["web-5xx"], "triggeredAlarmNames": ["web-5xx"]}
    history(aws, 8, "ROLLBACK_SUCCESSFUL", alarms=alarms, rollback={"startedAt": at(60)})
    definition(aws)
    tasks(aws)
    healthy(aws, GOOD)
    tasks(aws)
    tasks(aws)
    healthy(aws, GOOD)
    story = explain(SITE, aws, None)
    assert "alarm detected: web-5xx" in str(story)
    assert story.diagnosis
    assert "too many 5xx" in story.diagnosis.cause.words
    assert story.diagnosis.change == ("the stack file: alarms.errorPercent",)


def test_a_service_that_is_not_there_is_told_with_those_that_are(aws: Aws):
    aws.say("ecs", "describe_services", services=[], failures=[{"arn": "web", "reason": "MISSING"}])
    aws.say("ecs", "list_services", serviceArns=[f"{ARN}:service/shop-dev/api", f"{ARN}:service/shop-dev/admin"])
    with pytest.raises(NoService, match=r"no release of a service 'web' in cluster 'shop-dev'.*: admin, api"):
        explain(SITE, aws, None)


# The command


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command looks for, and where; each release is live unless its service is named `bad`."""
    seen: dict[str, Any] = {"sites": []}

    class Ends:
        def __init__(self, *, live: bool) -> None:
            self.live = live

    def follow(site: Site, clients: Clients, file: Path | None) -> Ends:
        seen["sites"].append(site)
        seen.update(settings=clients._settings, file=file)
        return Ends(live=site.service != "bad")

    def check(_: Clients, expected: str | None) -> str:
        seen["expected"] = expected
        return "123456789012"

    monkeypatch.setattr(command, "explain", follow)
    monkeypatch.setattr(Clients, "check_account", check)
    return seen


def test_words_alone_say_where_to_look(told: dict[str, Any]):
    words = ["explain", "--cluster", "shop-dev", "--region", "eu-central-1", "--account", "123456789012", "web"]
    assert command.main(words) == 0
    assert told["sites"] == [SITE]
    assert told["file"] is None
    assert told["settings"].allowed_account_ids == ("123456789012",)


def test_one_release_that_is_not_live_is_exit_code_1(told: dict[str, Any]):
    assert command.main(["explain", "--cluster", "c", "--region", "eu-central-1", "web", "bad"]) == 1
    assert len(told["sites"]) == 2


@pytest.mark.parametrize(
    "words", [["explain"], ["explain", "--stack", "a", "--cluster", "b"], ["nonsense"], ["explain", "--nonsense"]]
)
def test_wrong_usage_is_exit_code_2(words: list[str]):
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2


def pulumi(folder: Path, outputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pulumi CLI that answers `config` and `stack output`, and gives a secret only to who asks for it."""
    config = {"aws:region": {"value": "eu-west-1"}, "aws:secretKey": {"secret": True}, "aws:accessKey": {"value": "k"}}
    shown = {**config, "aws:secretKey": {"value": "hush", "secret": True}}
    script = f"""#!{sys.executable}
import sys
asked = sys.argv[1:]
assert asked[asked.index("--stack") + 1] == "acme/shop/dev" and "--json" in asked
if asked[0] == "config":
    print({json.dumps(shown)!r} if "--show-secrets" in asked else {json.dumps(config)!r})
else:
    assert asked[:2] == ["stack", "output"]
    print({json.dumps(outputs)!r})
"""
    file = folder / "pulumi"
    file.write_text(script)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


RELEASES = {"releases": {"web": SITE._asdict(), "api": SITE._replace(service="api")._asdict()}}


def test_a_stack_says_where_to_look_and_as_whom(told: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pulumi(tmp_path, RELEASES, monkeypatch)
    assert command.main(["explain", "--stack", "acme/shop/dev"]) == 0
    assert [site.service for site in told["sites"]] == ["web", "api"]
    assert told["expected"] == "123456789012"
    assert told["file"] == Path("Pulumi.dev.yaml")
    settings = told["settings"]
    assert (settings.region, settings.access_key, settings.secret_key) == ("eu-west-1", "k", "hush")


@pytest.mark.parametrize(
    ("outputs", "text"),
    [({}, "no output `releases` yet"), (RELEASES, "has no service 'nope'; its services are: web, api")],
)
def test_what_a_stack_does_not_have_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outputs: dict[str, Any],
    text: str,
):
    pulumi(tmp_path, outputs, monkeypatch)
    assert command.main(["explain", "--stack", "acme/shop/dev", "nope"]) == 2
    assert text in capsys.readouterr().err


def test_without_the_cli_the_words_that_do_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert command.main(["explain", "--stack", "dev"]) == 2
    assert "name --cluster and --region" in capsys.readouterr().err


def test_it_is_a_module_to_run():
    line = [sys.executable, "-m", "release", "explain", "--help"]
    assert "--cluster" in subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
