"""Stacks with services on instances of their own: what they declare, in which order it goes, and what is refused."""

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.plan import plan, unknown_paths
from local.program import Declared, ProgramError, Run

PROJECT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).parent / "snapshots" / "ec2.txt"
PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
EC2 = [{"provider": "EC2", "base": 1, "weight": 1}]
FARGATE = [{"provider": "FARGATE", "base": 1, "weight": 1}]
SPOT = [{"provider": "FARGATE", "base": 1, "weight": 1}, {"provider": "FARGATE_SPOT", "weight": 3}]
MANAGED = [{"provider": "MANAGED_INSTANCES", "base": 0, "weight": 1}]
MIXED = [{"provider": "EC2"}, {"provider": "FARGATE_SPOT"}]
NEITHER = "ECS takes EC2 alone, MANAGED_INSTANCES alone, or FARGATE and FARGATE_SPOT: one kind in a strategy"


def stack(folder: Path, cluster: dict[str, Any], **services: dict[str, Any]) -> Run:
    for name in PARTS:
        (folder / name).symlink_to(PROJECT / name)
    content = {"config": {"aws:region": "eu-central-1", "slipway:cluster": cluster, "slipway:services": services}}
    (folder / "Pulumi.ec2.yaml").write_text(yaml.safe_dump(content))
    return plan(folder, "ec2")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return stack(tmp_path_factory.mktemp("ec2"), {"ec2": {}}, api={"capacity": EC2}, web={"capacity": SPOT})


def one(run: Run, kind: str, name: str) -> Declared:
    (found,) = [each for each in run.declared if each.custom and each.type.endswith(f":{kind}") and each.name == name]
    return found


def test_the_urns_are_those_of_the_snapshot(planned: Run):
    urns = [each.urn.rsplit("-c-", 1)[0] if "docker:index" in each.urn else each.urn for each in planned.declared]
    told = "\n".join(sorted(urns)) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(told)
    assert SNAPSHOT.read_text() == told, (
        "run again with UPDATE_SNAPSHOTS=1 if this is meant: a changed URN replaces a resource"
    )


def test_it_goes_service_association_provider_group_template_cluster(planned: Run):
    """Nothing waits for what waits for it: terraform-provider-aws #18849, #11409; aws-cdk #14732, #18179."""
    order = [
        one(planned, "Service", "api"),
        one(planned, "ClusterCapacityProviders", "cluster"),
        one(planned, "CapacityProvider", "cluster-ec2"),
        one(planned, "Group", "cluster-ec2"),
        one(planned, "LaunchTemplate", "cluster-ec2"),
        one(planned, "Cluster", "cluster"),
    ]
    for first, then in pairwise(order):
        assert then.urn in first.dependencies, f"{first.type} goes before {then.type}"
    for kept in (one(planned, "RolePolicy", "cluster-ec2"), one(planned, "SecurityGroupEgressRule", "cluster-ec2-out")):
        assert kept.urn in one(planned, "Group", "cluster-ec2").dependencies


def test_services_on_fargate_and_on_instances_share_the_cluster(planned: Run):
    association = one(planned, "ClusterCapacityProviders", "cluster").inputs
    assert association["capacityProviders"] == ["FARGATE", "FARGATE_SPOT", "ec2-slipway-ec2"]
    strategies = {
        name: [
            share["capacityProvider"] for share in one(planned, "Service", name).inputs["capacityProviderStrategies"]
        ]
        for name in ("api", "web")
    }
    assert strategies == {"api": ["ec2-slipway-ec2"], "web": ["FARGATE", "FARGATE_SPOT"]}


def test_both_have_a_network_interface_of_their_own_and_the_group_that_goes_with_it(planned: Run):
    for name in ("api", "web"):
        assert one(planned, "TaskDefinition", name).inputs["networkMode"] == "awsvpc"
        assert one(planned, "TargetGroup", name).inputs["targetType"] == "ip"
        service = one(planned, "Service", name)
        assert one(planned, "SecurityGroup", name).urn in service.property_dependencies["networkConfiguration"]
        assert "launchType" not in service.inputs


def test_image_user_data_and_definitions_are_known_at_the_first_preview(planned: Run):
    assert not unknown_paths(one(planned, "LaunchTemplate", "cluster-ec2").inputs["imageId"])
    assert not unknown_paths(one(planned, "LaunchTemplate", "cluster-ec2").inputs["userData"])
    definition = one(planned, "TaskDefinition", "api").inputs
    assert set(unknown_paths(definition)) == {"executionRoleArn", "taskRoleArn"}
    assert json.loads(definition["containerDefinitions"])[0]["name"] == "api"


@pytest.mark.parametrize("default", [True, False], ids=["cluster", "service"])
@pytest.mark.parametrize("service", ["X86_64", "ARM64"])
@pytest.mark.parametrize("cluster", [None, "X86_64", "ARM64"])
@pytest.mark.parametrize("strategy", [FARGATE, SPOT, EC2, MIXED], ids=["fargate", "spot", "ec2", "mixed"])
def test_launch_types_and_architectures(
    tmp_path: Path, strategy: list[dict[str, Any]], cluster: str | None, service: str, *, default: bool
):
    options: dict[str, Any] = {"ec2": {"architecture": cluster}} if cluster else {}
    asked: dict[str, Any] = {"architecture": service, **({} if default else {"capacity": strategy})}
    options |= {"strategy": strategy} if default else {}
    where = "cluster.strategy" if default else "services.web.capacity"
    told = _refusal(strategy, cluster, service, where=where, default=default)
    if told:
        with pytest.raises(ProgramError) as error:
            stack(tmp_path, options, web=asked)
        assert f"\n  - {told}" in str(error.value)
        return
    run = stack(tmp_path, options, web=asked)
    definition = one(run, "TaskDefinition", "web").inputs
    assert definition["runtimePlatform"]["cpuArchitecture"] == service
    assert definition["requiresCompatibilities"] == (["EC2", "FARGATE"] if strategy is EC2 else ["FARGATE"])
    (image,) = [each for each in run.declared if each.type == "docker:index/image:Image"]
    assert image.inputs["build"]["platform"] == {"X86_64": "linux/amd64", "ARM64": "linux/arm64"}[service]
    if strategy is EC2:
        overrides = one(run, "Group", "cluster-ec2").inputs["mixedInstancesPolicy"]["launchTemplate"]["overrides"]
        assert overrides[0]["instanceType"] == {"X86_64": "m6i.large", "ARM64": "m7g.large"}[service]


def _refusal(
    strategy: list[dict[str, Any]], cluster: str | None, service: str, *, where: str, default: bool
) -> str | None:
    """The one line that tells what is wrong, if anything is."""
    if strategy is MIXED:
        return f"{where}: {NEITHER}"
    if strategy is not EC2 or cluster == service:
        return None
    if cluster is None:
        return f"{where}: " + ("EC2 has no instances: give ec2" if default else "the cluster has no instances")
    return (
        f"services.web.architecture: it runs on EC2, where cluster.ec2.architecture is {cluster}: make both the same "
        f"(got {service!r})"
    )


def test_managed_instances_go_service_association_provider_cluster(tmp_path: Path):
    """The provider ends its machines, and the cluster may not go before it (aws-cdk #36071)."""
    run = stack(tmp_path, {"managedInstances": {}}, api={"capacity": MANAGED}, web={})
    order = [
        one(run, "Service", "api"),
        one(run, "ClusterCapacityProviders", "cluster"),
        one(run, "CapacityProvider", "cluster-managed"),
        one(run, "Cluster", "cluster"),
    ]
    for first, then in pairwise(order):
        assert then.urn in first.dependencies, f"{first.type} goes before {then.type}"
    provider = one(run, "CapacityProvider", "cluster-managed")
    for kept in (
        one(run, "RolePolicyAttachment", "cluster-managed-infrastructure"),
        one(run, "RolePolicyAttachment", "ecsInstanceRole-cluster-managed"),
        one(run, "SecurityGroupEgressRule", "cluster-managed-out"),
    ):
        assert kept.urn in provider.dependencies
    assert order[1].inputs["capacityProviders"] == ["FARGATE", "FARGATE_SPOT", "managed-slipway-ec2"]
    definitions = {name: one(run, "TaskDefinition", name).inputs for name in ("api", "web")}
    assert {name: each["requiresCompatibilities"] for name, each in definitions.items()} == {
        "api": ["MANAGED_INSTANCES"],
        "web": ["FARGATE"],
    }
    assert {each["networkMode"] for each in definitions.values()} == {"awsvpc"}


@pytest.mark.parametrize("strategy", [FARGATE, SPOT, EC2], ids=["fargate", "spot", "ec2"])
def test_a_size_is_fargates_on_fargate_alone(tmp_path: Path, strategy: list[dict[str, Any]]):
    asked = {"capacity": strategy, "task": {"cpu": 1500, "memory": 3000}}
    if strategy is not EC2:
        with pytest.raises(ProgramError, match=r"services\.web\.task\.cpu: Fargate has no such pair"):
            stack(tmp_path, {"ec2": {}}, web=asked)
        return
    definition = one(stack(tmp_path, {"ec2": {}}, web=asked), "TaskDefinition", "web").inputs
    assert (definition["cpu"], definition["memory"], definition["requiresCompatibilities"]) == ("1500", "3000", ["EC2"])
