"""What is told of each way a release can end; the answers are shaped after the ECS API reference."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from release.causes import cause_of
from release.follow import Clock, ReleaseRefused, follow, pause
from release.record import ReleaseRecord
from release.session import Clients, ProviderSettings, WrongAccount

PROJECT = Path(__file__).resolve().parents[2]
FAMILY = "arn:aws:ecs:eu-central-1:123456789012:task-definition/slipway-dev-web"
RECORD = ReleaseRecord(
    account="123456789012",
    region="eu-central-1",
    cluster="slipway-dev",
    service="web",
    task_definition=f"{FAMILY}:2",
    image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/slipway-dev/web:c-2",
    container="web",
    time_limit_seconds=100,
)


def deployment(revision: int, status: str, state: str, running: int = 2, reason: str = "") -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{revision}",
        "status": status,
        "taskDefinition": f"{FAMILY}:{revision}",
        "desiredCount": 2,
        "runningCount": running,
        "failedTasks": 0,
        "rolloutState": state,
        "rolloutStateReason": reason,
    }


def service(*deployments: dict[str, Any], running: int = 2) -> dict[str, Any]:
    return {
        "serviceName": "web",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": running,
        "deployments": list(deployments),
        "events": [{"message": "(service web) has reached a steady state."}],
        "loadBalancers": [{"targetGroupArn": "tg"}],
    }


LIVE = service(deployment(2, "PRIMARY", "COMPLETED"))
ROLLED_BACK = service(
    deployment(1, "PRIMARY", "COMPLETED"), deployment(2, "ACTIVE", "FAILED", 0, "tasks failed to start.")
)


class Fake:
    """AWS as far as a release looks at it: a list of answers to DescribeServices, and stopped tasks."""

    def __init__(
        self, *answers: dict[str, Any] | None, stopped: list[dict[str, Any]] | None = None, logs: Any = ()
    ) -> None:
        self.answers, self.stopped, self.logs = list(answers), stopped or [], logs
        self.looks = 0

    def client(self, _service: str) -> "Fake":
        return self

    def describe_services(self, **_: Any) -> dict[str, Any]:
        answer = self.answers[min(self.looks, len(self.answers) - 1)]
        self.looks += 1
        return {"services": [answer] if answer else []}

    def describe_target_health(self, **_: Any) -> dict[str, Any]:
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": "healthy"}}]}

    def list_tasks(self, nextToken: str = "0", **_: Any) -> dict[str, Any]:  # noqa: N803 - the API's name
        start = int(nextToken)
        more = {"nextToken": str(start + 100)} if len(self.stopped) > start + 100 else {}
        return {"taskArns": [str(number) for number in range(start, min(start + 100, len(self.stopped)))], **more}

    def describe_tasks(self, tasks: list[str], **_: Any) -> dict[str, Any]:
        assert len(tasks) <= 100
        return {"tasks": [self.stopped[int(number)] for number in tasks]}

    def describe_task_definition(self, **_: Any) -> dict[str, Any]:
        options = {"awslogs-group": "/slipway-dev/web", "awslogs-stream-prefix": "web"}
        return {"taskDefinition": {"containerDefinitions": [{"name": "web", "logConfiguration": {"options": options}}]}}

    def get_log_events(self, **asked: Any) -> dict[str, Any]:
        assert asked["logStreamName"] == "web/web/abc"
        if isinstance(self.logs, Exception):
            raise self.logs
        return {"events": [{"message": line} for line in self.logs]}


def stopped(reason: str, revision: int = 2, **container: Any) -> dict[str, Any]:
    return {
        "taskArn": "arn:aws:ecs:eu-central-1:123456789012:task/slipway-dev/abc",
        "taskDefinitionArn": f"{FAMILY}:{revision}",
        "stopCode": "TaskFailedToStart",
        "stoppedReason": reason,
        "containers": [{"name": "web", **container}],
    }


def run(fake: Fake) -> list[str]:
    said: list[str] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    follow(RECORD, fake, said.append, PROJECT / "Pulumi.dev.yaml", Clock(lambda: now[0], sleep))
    return said


def refused(fake: Fake) -> str:
    with pytest.raises(ReleaseRefused) as error:
        run(fake)
    return str(error.value)


def test_a_live_release_is_told_with_its_progress():
    rolling = service(deployment(2, "PRIMARY", "IN_PROGRESS", 1), deployment(1, "ACTIVE", "COMPLETED"), running=3)
    assert run(Fake(rolling, rolling, LIVE)) == ["web: 1 of 2 tasks running (0 s)", "web: live, 2 of 2 tasks"]


def test_running_is_not_enough_while_ecs_has_not_completed():
    rolling = service(deployment(2, "PRIMARY", "IN_PROGRESS", 2))
    fake = Fake(rolling, rolling, LIVE)
    run(fake)
    assert fake.looks == 3


def test_a_rolled_back_release_is_refused_at_once_on_every_later_run():
    fake = Fake(ROLLED_BACK)
    text = refused(fake)
    assert fake.looks == 1
    assert "its deployment failed, and ECS rolled back" in text
    assert "slipway-dev-web:1, 2 of 2 tasks" in text
    assert "--task-definition slipway-dev-web:2 --force-new-deployment" in text


def test_another_revision_is_refused_though_its_deployment_is_good():
    assert "runs another revision" in refused(Fake(service(deployment(3, "PRIMARY", "COMPLETED"))))


def test_a_missing_service_is_refused():
    assert "the service is MISSING" in refused(Fake(None))


def test_the_time_limit_ends_it():
    text = refused(Fake(service(deployment(2, "PRIMARY", "IN_PROGRESS", 0), running=0)))
    assert "still 0 of 2 tasks running after 100 s" in text


SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-dev/web/db"
UNREADABLE = (
    "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: {}"
)
FILL = f"`aws secretsmanager put-secret-value --secret-id {SECRET} --secret-string file://VALUE`"
CAUSES = [
    ("circuit breaker was triggered after three unsuccessful image digest resolution attempts.", "cannot be pulled"),
    (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): x: not found",
        "run `pulumi up --replace` with",
    ),
    ("CannotPullContainerError: pull access denied, not authorized", "may not pull"),
    ("CannotPullContainerError: dial tcp 10.0.0.1:443: i/o timeout", "cannot be reached"),
    ("ResourceInitializationError: unable to pull secrets or registry auth", "a secret is missing"),
    (UNREADABLE.format(f"The task can't retrieve the secret with ARN '{SECRET}' from AWS"), FILL),
    (UNREADABLE.format(f"failed to fetch secret {SECRET} from secrets manager: ResourceNotFoundException"), FILL),
    (f"ResourceInitializationError: unable to retrieve secret {SECRET}:password:: for environment variable X", FILL),
    (
        UNREADABLE.format(f"failed to fetch secret {SECRET} from secrets manager: AccessDeniedException"),
        "the execution role may not read it",
    ),
    ("ECS was unable to assume the role that was provided", "assume the task's role"),
    ("(service web) (deployment ecs-svc/2) deployment failed: alarm detected.", "an alarm of the service went off"),
    ("OutOfMemoryError: Container killed due to memory usage", "more memory"),
    ("exec /app: exec format error", "another CPU architecture"),
    ("Task failed ELB health checks in (target-group tg)", "load balancer's health check"),
    ("Task failed container health checks", "container's own health check"),
    (
        "service web was unable to place a task because no container instance met all of its requirements.",
        "no capacity",
    ),
    ("Your Spot Task was interrupted.", "Spot took"),
    ("Essential container in task exited", "container exited"),
]


@pytest.mark.parametrize(("reason", "cause"), CAUSES)
def test_each_reason_has_its_cause(reason: str, cause: str):
    assert cause in cause_of([reason]).words
    assert cause in refused(Fake(ROLLED_BACK, stopped=[stopped(reason)]))


def test_the_line_to_change_is_told():
    text = refused(Fake(ROLLED_BACK, stopped=[stopped("Task failed ELB health checks in (target-group tg)")]))
    assert "\n  change:   Pulumi.dev.yaml: services.web.healthCheck.path (line " in text


def test_exit_code_and_last_lines_are_told():
    fake = Fake(ROLLED_BACK, stopped=[stopped("Essential container in task exited", exitCode=3)], logs=["boom\n"])
    text = refused(fake)
    assert "container web: exit code 3" in text
    assert "log: boom" in text


def test_logs_that_cannot_be_read_are_said():
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "GetLogEvents")
    text = refused(Fake(ROLLED_BACK, stopped=[stopped("Essential container in task exited")], logs=denied))
    assert "log: cannot be read (AccessDeniedException)" in text


def test_tasks_of_other_revisions_are_no_evidence():
    text = refused(
        Fake(service(deployment(1, "PRIMARY", "COMPLETED")), stopped=[stopped("CannotPullContainerError", 1)])
    )
    assert "CannotPull" not in text
    assert "forgotten after about an hour" in text


def test_the_last_task_is_found_behind_hundreds_of_others():
    others = [stopped("Scaling activity", 1) for _ in range(250)]
    assert "not in the registry" in refused(
        Fake(ROLLED_BACK, stopped=[*others, stopped("CannotPullContainerError: not found")])
    )


def test_a_record_survives_its_text():
    assert ReleaseRecord.from_json(RECORD.to_json()) == RECORD
    with pytest.raises(ValueError, match="not a release record"):
        ReleaseRecord.from_json("{}")


def test_settings_come_from_the_providers_own_configuration():
    config = {
        "region": "us-east-1",
        "accessKey": "k",
        "secretKey": "s3cret",
        "allowedAccountIds": '["000000000000"]',
        "endpoints": '[{"ecs": "http://127.0.0.1:1", "cloudwatchlogs": "http://127.0.0.1:2"}]',
    }
    settings = ProviderSettings.read(config.get)
    assert settings.endpoints == {"ecs": "http://127.0.0.1:1", "logs": "http://127.0.0.1:2"}
    assert "s3cret" not in repr(settings)
    assert settings.clients().client("ecs").meta.endpoint_url == "http://127.0.0.1:1"


@pytest.mark.parametrize(("half", "missing"), [("accessKey", "secretKey"), ("secretKey", "accessKey")])
def test_half_a_key_is_named(half: str, missing: str):
    with pytest.raises(ValueError, match=f"aws:{missing} is missing"):
        ProviderSettings.read({half: "x"}.get)


@pytest.mark.parametrize(
    ("found", "settings", "text"),
    [
        ("111111111111", ProviderSettings(), "credentials belong to 111111111111"),
        ("123456789012", ProviderSettings(allowed_account_ids=("1",)), "not among"),
        ("123456789012", ProviderSettings(forbidden_account_ids=("123456789012",)), "is among"),
    ],
)
def test_another_account_is_refused(monkeypatch: pytest.MonkeyPatch, found: str, settings: ProviderSettings, text: str):
    class Sts:
        def get_caller_identity(self) -> dict[str, str]:
            return {"Account": found}

    monkeypatch.setattr(Clients, "client", lambda *_: Sts())
    with pytest.raises(WrongAccount, match=text):
        Clients(settings).check_account("123456789012")


def test_a_worker_that_rests_is_live_with_no_task_and_no_load_balancer():
    resting = {**deployment(2, "PRIMARY", "COMPLETED", 0), "desiredCount": 0}
    answer = {**service(resting, running=0), "desiredCount": 0, "loadBalancers": []}
    assert run(Fake(answer)) == ["web: live, with no task: whether one starts will show when it is wanted"]


@pytest.mark.parametrize(("elapsed", "seconds"), [(0, 1), (5, 1), (20, 4), (50, 10), (600, 10)])
def test_each_look_waits_a_fifth_of_the_time_so_far(elapsed: float, seconds: float):
    assert pause(elapsed) == seconds
