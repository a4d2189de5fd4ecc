"""Stacks that share another one's network, cluster and balancer: by its name, and by ids and ARNs."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime.mocks import MockCallArgs

from local.plan import Nothing, plan, unknown_paths
from local.program import Declared, ProgramError, Run

PROJECT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).parent / "snapshots" / "shared.txt"
PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
OWNER = "acme/slipway/dev"
START = "eu-central-1:123456789012"
PLATFORM: dict[str, Any] = {
    "network": {
        "vpcId": "vpc-0a",
        "publicSubnetIds": ["subnet-1", "subnet-2"],
        "privateSubnetIds": ["subnet-3", "subnet-4"],
    },
    "cluster": {
        "arn": f"arn:aws:ecs:{START}:cluster/slipway-dev",
        "containerInsights": True,
        "execLogGroup": "/slipway-dev/exec",
        "ec2": {"provider": "ec2-slipway-dev", "architecture": "ARM64"},
    },
    "loadBalancer": {
        "listenerArn": f"arn:aws:elasticloadbalancing:{START}:listener/app/shop/0a/0b",
        "securityGroupId": "sg-0a",
        "url": "https://www.example.com",
    },
    "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}, {"provider": "FARGATE_SPOT", "base": 0, "weight": 3}],
}
WEB = {"web": {"routing": {"hosts": ["pr-1.example.com"]}}}
Planned = Callable[..., Run]


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planned:
    """Plans a stack, with the outputs of other stacks by their names."""
    for name in PARTS:
        (tmp_path / name).symlink_to(PROJECT / name)

    def stack(name: str = "pr-1", outputs: dict[str, Any] | None = None, **keys: Any) -> Run:
        known = {OWNER: {"platform": PLATFORM}} if outputs is None else outputs

        def call(self: Nothing, args: MockCallArgs) -> Any:
            if args.token == "pulumi:pulumi:readStackOutputs":
                return {"name": args.args["name"], "outputs": known[args.args["name"]], "secretOutputNames": []}
            return answer(self, args)

        answer = Nothing.call
        config = {"aws:region": "eu-central-1", "aws:allowedAccountIds": ["123456789012"]}
        config |= {f"slipway:{key}": value for key, value in ({"services": WEB} | keys).items()}
        (tmp_path / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
        with monkeypatch.context() as patch:
            patch.setattr(Nothing, "call", call)
            return plan(tmp_path, name)

    return stack


def one(run: Run, kind: str, name: str = "web") -> Declared:
    (found,) = [each for each in run.declared if each.custom and each.type.endswith(f":{kind}") and each.name == name]
    return found


def told(error: pytest.ExceptionInfo[ProgramError]) -> list[str]:
    return [line.removeprefix("  - ") for line in str(error.value).splitlines()[1:]]


def test_the_urns_are_those_of_the_snapshot(planned: Planned):
    run = planned(platform=OWNER)
    urns = [each.urn.rsplit("-c-", 1)[0] if "docker:index" in each.urn else each.urn for each in run.declared]
    text = "\n".join(sorted(urns)) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text


def test_nothing_of_what_is_shared_is_declared(planned: Planned):
    run = planned(platform=OWNER, protect=True)
    kinds = {each.type.rsplit(":", 1)[-1] for each in run.declared if each.custom}
    assert kinds & {"Vpc", "Cluster", "ClusterCapacityProviders", "LoadBalancer", "Listener", "Bucket"} == set()
    assert {each.type.rsplit(":", 1)[-1] for each in run.declared if each.protect} == {"Repository"}


def test_a_service_is_on_the_shared_cluster_and_behind_the_shared_balancer(planned: Planned):
    run = planned(platform=OWNER)
    service, rule = one(run, "Service").inputs, one(run, "ListenerRule").inputs
    assert service["cluster"] == PLATFORM["cluster"]["arn"]
    assert service["name"] == "slipway-pr-1-web"
    assert service["networkConfiguration"]["subnets"] == ["subnet-3", "subnet-4"]
    strategy = [share["capacityProvider"] for share in service["capacityProviderStrategies"]]
    assert strategy == ["FARGATE", "FARGATE_SPOT"]
    assert rule["listenerArn"] == PLATFORM["loadBalancer"]["listenerArn"]
    assert one(run, "SecurityGroupIngressRule", "web-from-balancer").inputs["referencedSecurityGroupId"] == "sg-0a"
    assert one(run, "SecurityGroupEgressRule", "web-from-balancer").inputs["securityGroupId"] == "sg-0a"
    assert run.outputs["urls"] == {"web": "https://pr-1.example.com/"}
    assert run.outputs["platform"] == PLATFORM


def test_its_container_definitions_are_fully_known(planned: Planned):
    definition = one(planned(platform=OWNER), "TaskDefinition").inputs
    assert set(unknown_paths(definition)) == {"executionRoleArn", "taskRoleArn"}
    assert json.loads(definition["containerDefinitions"])[0]["name"] == "web"


def test_by_hand_it_is_the_same(planned: Planned):
    parts = {key: {"existing": PLATFORM[key]} for key in ("network", "cluster", "loadBalancer")}
    parts["cluster"]["strategy"] = PLATFORM["strategy"]
    by_hand, by_name = planned(**parts), planned(platform=OWNER)
    assert {each.urn: each.inputs for each in by_hand.declared} == {each.urn: each.inputs for each in by_name.declared}
    assert by_hand.outputs == by_name.outputs


def test_the_shared_clusters_instances_decide_as_its_own_would(planned: Planned):
    asked = {"web": {"capacity": [{"provider": "EC2"}], "architecture": "ARM64", **WEB["web"]}}
    run = planned(platform=OWNER, services=asked)
    (share,) = one(run, "Service").inputs["capacityProviderStrategies"]
    assert share["capacityProvider"] == "ec2-slipway-dev"
    with pytest.raises(ProgramError) as error:
        planned(platform=OWNER, services={"web": {**asked["web"], "architecture": "X86_64"}})
    (problem,) = told(error)
    assert problem.startswith("services.web.architecture: it runs on EC2, where cluster.ec2.architecture is ARM64")


def test_a_strategy_of_its_own_stands_for_the_platforms(planned: Planned):
    run = planned(platform=OWNER, cluster={"strategy": [{"provider": "FARGATE"}]})
    (share,) = one(run, "Service").inputs["capacityProviderStrategies"]
    assert share == {"capacityProvider": "FARGATE", "base": 0, "weight": 1}


def test_exec_is_logged_where_the_cluster_logs_it(planned: Planned):
    services = {"web": {"execEnabled": True, "task": {"readOnlyRoot": False}}}
    policy = one(planned(platform=OWNER, services=services), "RolePolicy", "web-task").inputs["policy"]
    assert "log-group:/slipway-dev/exec:*" in policy


def test_an_alarm_on_missing_tasks_is_there_when_the_shared_cluster_counts_them(planned: Planned):
    def alarms(*, insights: bool) -> set[str]:
        cluster = {**PLATFORM["cluster"], "containerInsights": insights}
        outputs = {OWNER: {"platform": {**PLATFORM, "cluster": cluster}}}
        run = planned(platform=OWNER, outputs=outputs, alarms={"enabled": True})
        return {each.name for each in run.declared if each.type.endswith(":MetricAlarm")}

    assert alarms(insights=True) - alarms(insights=False) == {"web-missing"}


def test_two_stacks_with_the_same_service_have_names_and_priorities_of_their_own(planned: Planned):
    first, second = planned("pr-1", platform=OWNER), planned("pr-2", platform=OWNER)
    for kind, key in (("Service", "name"), ("ListenerRule", "priority"), ("LogGroup", "name"), ("Repository", "name")):
        assert one(first, kind).inputs[key] != one(second, kind).inputs[key]


def test_a_stack_that_only_shares_has_no_services(planned: Planned):
    run = planned("dev", services={}, loadBalancer={"openToInternet": True, "plainHttp": True})
    assert {each.type.rsplit(":", 1)[-1] for each in run.declared} >= {"Vpc", "Cluster", "LoadBalancer", "Listener"}
    assert run.outputs["urls"] == {}


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"network": {"zones": 3}}, "network: the platform's is shared: take one of them out"),
        ({"loadBalancer": {"port": 81}}, "loadBalancer: the platform's is shared: take one of them out"),
        ({"cluster": {"ec2": {}}}, "cluster.ec2: the platform's is shared: take one of them out"),
        ({"outputs": {OWNER: {"urls": {}}}}, "platform: it exports none: bring it up with this version of Slipway"),
        ({"outputs": {OWNER: {"platform": {**PLATFORM, "network": {}}}}}, "network.vpcId: field required"),
    ],
    ids=["network", "balancer", "cluster", "no export", "another export"],
)
def test_what_cannot_be_shared_is_told(planned: Planned, keys: dict[str, Any], problem: str):
    with pytest.raises(ProgramError) as error:
        planned(**{"platform": OWNER, **keys})
    assert any(line.startswith(problem) for line in told(error)), told(error)


def test_a_stack_does_not_share_its_own(planned: Planned, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pulumi.get_organization", lambda: "acme")
    with pytest.raises(ProgramError) as error:
        planned("dev", platform=OWNER)
    assert told(error) == ["platform: is this stack itself (got 'acme/slipway/dev')"]


def test_a_plan_has_zeros_where_only_the_engine_could_tell(tmp_path: Path):
    for name in PARTS:
        (tmp_path / name).symlink_to(PROJECT / name)
    config = {"aws:region": "eu-central-1", "slipway:platform": OWNER, "slipway:services": WEB}
    (tmp_path / "Pulumi.pr-1.yaml").write_text(yaml.safe_dump({"config": config}))
    assert one(plan(tmp_path, "pr-1"), "TargetGroup").inputs["vpcId"] == "vpc-00000000000000000"
