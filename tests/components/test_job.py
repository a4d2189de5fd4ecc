from typing import Any

import pulumi
import pytest

from components import job
from components.job import Job
from release.record import JobRecord
from tests.components.declared import PLACE, UNKNOWN, Made, Thing, changes, declare, problems

ARN = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev-web:7"
RECORD = JobRecord(
    account="123456789012",
    region="eu-central-1",
    cluster="shop-dev",
    service="web",
    task_definition=ARN,
    container="main",
    time_limit_seconds=900,
    command=["python3", "-m", "migrate"],
    subnets=["subnet-a", "subnet-b"],
    security_groups=["sg-web"],
    capacity_provider="FARGATE",
)


def settle(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


def made_of(needs: list[pulumi.Resource], **asked: Any) -> Job:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "parameter_name": "/shop-dev/web/before-release",
        "cluster_name": "shop-dev",
        "service_name": "web",
        "task_definition_arn": ARN,
        "container": "main",
        "command": ["python3", "-m", "migrate"],
        "subnet_ids": ["subnet-b", "subnet-a"],
        "security_group_id": "sg-web",
        "capacity_provider": "FARGATE",
    }
    return Job("web", {**wiring, **asked}, settle, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: made_of([], **asked))


PARAMETER = "aws:ssm/parameter:Parameter web-before-release"


def test_a_job_is_a_record_whose_hook_runs_the_task_before_it_is_written():
    assert made().children == {
        PARAMETER: {
            "name": "/shop-dev/web/before-release",
            "type": "String",
            "description": "The last task before a release: Slipway writes it when the task has ended well",
            "insecureValue": RECORD.to_json(),
            "opts.hooks": {"beforeCreate": ["web-run"], "beforeUpdate": ["web-run"]},
        }
    }


def test_its_hook_runs_and_not_in_a_preview(monkeypatch: pytest.MonkeyPatch):
    hooks: list[pulumi.ResourceHook] = []

    class Kept(pulumi.ResourceHook):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            hooks.append(self)

    monkeypatch.setattr(job, "ResourceHook", Kept)
    assert made().hooks == {"web-run": False}
    assert [hook.callback for hook in hooks] == [settle]


def test_its_output():
    assert made().outputs == {"parameter_name": "Parameter.web-before-release.name"}


def test_it_waits_for_what_its_task_needs():
    needed = declare(lambda: made_of([Thing("rule")]))
    assert changes(made(), needed) == {PARAMETER: {"opts.needs": ["Thing.rule"]}}


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ({"cluster_name": "other"}, {"cluster": "other"}),
        ({"service_name": "api"}, {"service": "api"}),
        ({"task_definition_arn": f"{ARN}8"}, {"task_definition": f"{ARN}8"}),
        ({"container": "web"}, {"container": "web"}),
        ({"command": ["migrate"]}, {"command": ["migrate"]}),
        ({"time_limit": 60}, {"time_limit_seconds": 60}),
        ({"subnet_ids": ["subnet-c"]}, {"subnets": ["subnet-c"]}),
        ({"security_group_id": "sg-2"}, {"security_groups": ["sg-2"]}),
        ({"capacity_provider": "ec2-shop"}, {"capacity_provider": "ec2-shop"}),
        ({"account": {**PLACE, "id": "210987654321"}}, {"account": "210987654321"}),
        ({"account": {**PLACE, "region": "eu-west-1"}}, {"region": "eu-west-1"}),
    ],
)
def test_what_is_recorded(asked: dict[str, Any], recorded: dict[str, Any]):
    told = JobRecord(**{**RECORD.__dict__, **recorded}).to_json()
    assert changes(made(), made(**asked)) == {PARAMETER: {"insecureValue": told}}


def test_a_new_revision_is_unknown_at_preview_so_it_shows_as_a_change():
    found = declare(lambda: made_of([], task_definition_arn=Thing("task").id), preview=True)
    assert found.children[PARAMETER]["insecureValue"] == UNKNOWN


def test_a_bad_argument_is_named():
    told = problems(lambda: made_of([], command=[], time_limit=1))
    assert [one.split(":")[0] for one in told] == ["web.command", "web.time_limit"]
