from typing import Any

import pulumi
import pytest
from pulumi import Output

from components import release
from components.release import Release
from release.record import ReleaseRecord
from tests.components.declared import PLACE, UNKNOWN, Made, Thing, changes, declare, problems

ARN = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev-web:7"
RECORD = ReleaseRecord(
    account="123456789012",
    region="eu-central-1",
    cluster="shop-dev",
    service="web",
    task_definition=ARN,
    image="example.com/web:1",
    container="main",
    time_limit_seconds=900,
)


def follow(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


def made_of(needs: list[pulumi.Resource], **asked: Any) -> Release:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "parameter_name": "/shop-dev/web/release",
        "cluster_name": "shop-dev",
        "service_name": "web",
        "task_definition_arn": ARN,
        "image": "example.com/web:1",
        "container": "main",
        "time_limit": 900,
    }
    return Release("web", {**wiring, **asked}, follow, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: made_of([], **asked))


PARAMETER = "aws:ssm/parameter:Parameter web"


def test_a_release_is_a_record_whose_hook_runs_before_it_is_written():
    assert made().children == {
        PARAMETER: {
            "name": "/shop-dev/web/release",
            "type": "String",
            "description": "The last good release: Slipway writes it when what runs is what was declared",
            "insecureValue": RECORD.to_json(),
            "opts.hooks": {"beforeCreate": ["web-follow"], "beforeUpdate": ["web-follow"]},
        }
    }


def test_its_hook_follows_and_not_in_a_preview(monkeypatch: pytest.MonkeyPatch):
    hooks: list[pulumi.ResourceHook] = []

    class Kept(pulumi.ResourceHook):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            hooks.append(self)

    monkeypatch.setattr(release, "ResourceHook", Kept)
    assert made().hooks == {"web-follow": False}
    assert [hook.callback for hook in hooks] == [follow]


def test_its_outputs():
    assert made().outputs == {"parameter_name": "Parameter.web.name", "version": "Parameter.web.version"}


def test_it_waits_for_what_it_tells_of():
    assert changes(made(), declare(lambda: made_of([Thing("service")]))) == {
        PARAMETER: {"opts.needs": ["Thing.service"]}
    }


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ({"cluster_name": "other"}, {"cluster": "other"}),
        ({"service_name": "api"}, {"service": "api"}),
        ({"task_definition_arn": f"{ARN}8"}, {"task_definition": f"{ARN}8"}),
        ({"image": "example.com/web:2"}, {"image": "example.com/web:2"}),
        ({"container": "web"}, {"container": "web"}),
        ({"time_limit": 60}, {"time_limit_seconds": 60}),
        ({"account": {**PLACE, "id": "210987654321"}}, {"account": "210987654321"}),
        ({"account": {**PLACE, "region": "eu-west-1"}}, {"region": "eu-west-1"}),
    ],
)
def test_all_that_was_declared_is_recorded(asked: dict[str, Any], recorded: dict[str, Any]):
    told = ReleaseRecord(**{**vars(RECORD), **recorded}).to_json()
    assert changes(made(), made(**asked)) == {PARAMETER: {"insecureValue": told}}


def test_a_name():
    assert changes(made(), made(parameter_name="/x")) == {PARAMETER: {"name": "/x"}}


def test_outputs_are_taken_as_inputs():
    def make() -> Release:
        return made_of([], service_name=Output.from_input("web"), task_definition_arn=Output.from_input(ARN))

    assert changes(made(), declare(make)) == {}


def test_a_revision_that_is_unknown_leaves_the_record_unknown():
    known = declare(lambda: made_of([]), preview=True)
    unknown = declare(lambda: made_of([], task_definition_arn=Thing("task").id), preview=True)
    assert changes(known, unknown) == {PARAMETER: {"insecureValue": UNKNOWN}}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"time_limit": "900"}, "web.time_limit: input should be a valid integer"),
        ({"account": {"id": "123456789012"}}, "web.account.region: field required"),
    ],
)
def test_a_wrong_argument_is_named(asked: dict[str, Any], told: str):
    assert told in problems(lambda: made_of([], **asked))
