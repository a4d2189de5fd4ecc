from typing import Any

import pulumi
import pytest

from components.cluster import Cluster
from tests.components.declared import PLACE, Made, changes, declare, problems


def ready(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


def cluster(**asked: Any) -> Cluster:
    wiring: dict[str, Any] = {"account": PLACE, "vpc_id": "vpc-1", "subnet_ids": ["subnet-a", "subnet-b"]}
    return Cluster("cluster", {**wiring, "cluster_name": "shop-dev", "protect": False, **asked}, ready)


def made(**asked: Any) -> Made:
    return declare(lambda: cluster(**asked), {"getParameter": {"insecureValue": "ami-1"}})


ONE_KIND = "ECS takes EC2 alone, MANAGED_INSTANCES alone, or FARGATE and FARGATE_SPOT: one kind in a strategy"
LOG = "aws:cloudwatch/logGroup:LogGroup cluster-exec"
CLUSTER = "aws:ecs/cluster:Cluster cluster"
PROVIDERS = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders cluster"


def test_a_cluster_has_fargate_insights_and_a_log_of_ecs_exec():
    assert made().children == {
        LOG: {"name": "/shop-dev/exec", "retentionInDays": 90},
        CLUSTER: {
            "name": "shop-dev",
            "settings": [{"name": "containerInsights", "value": "enabled"}],
            "configuration": {
                "executeCommandConfiguration": {
                    "logging": "OVERRIDE",
                    "logConfiguration": {"cloudWatchLogGroupName": "LogGroup.cluster-exec.name"},
                }
            },
        },
        PROVIDERS: {
            "clusterName": "Cluster.cluster.name",
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
        },
    }


def test_its_outputs():
    assert made().outputs == {
        "arn": "Cluster.cluster.arn",
        "cluster_name": "shop-dev",
        "shared": False,
        "exec_log_group_name": "/shop-dev/exec",
        "insights": True,
        "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
        "ec2_provider": "",
        "ec2_architecture": "",
        "managed_provider": "",
        "managed_architecture": "",
    }


def test_the_arn_waits_for_the_capacity_providers():
    assert made().waits["arn"] == ["Cluster.cluster", "ClusterCapacityProviders.cluster"]


def test_a_strategy_is_the_clusters_and_that_of_services_which_name_none():
    strategy = [{"provider": "FARGATE", "base": 1}, {"provider": "FARGATE_SPOT", "weight": 3}]
    spot = made(strategy=strategy)
    assert changes(made(), spot) == {
        PROVIDERS: {
            "defaultCapacityProviderStrategies": [
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3},
            ]
        }
    }
    assert spot.outputs["strategy"] == [
        {"provider": "FARGATE", "base": 1, "weight": 1},
        {"provider": "FARGATE_SPOT", "base": 0, "weight": 3},
    ]


def test_insights_that_are_off_count_nothing():
    assert made(container_insights="disabled").outputs["insights"] is False


def test_insights_can_be_enhanced():
    assert changes(made(), made(container_insights="enhanced")) == {
        CLUSTER: {"settings": [{"name": "containerInsights", "value": "enhanced"}]}
    }


def test_a_name_is_in_the_cluster_and_its_log():
    other = made(cluster_name="shop-prod")
    assert changes(made(), other) == {CLUSTER: {"name": "shop-prod"}, LOG: {"name": "/shop-prod/exec"}}
    assert other.outputs["cluster_name"] == "shop-prod"


def test_instances_are_one_more_capacity_provider_that_the_association_waits_for():
    found = made(ec2={})
    differ = changes(made(), found)
    assert differ.pop(PROVIDERS) == {
        "capacityProviders": ["FARGATE", "FARGATE_SPOT", "CapacityProvider.cluster-ec2.name"]
    }
    assert {key.split()[-1] for key in differ} == {"cluster-ec2", "cluster-ec2-out"}
    assert found.outputs["ec2_provider"] == "ec2-shop-dev"
    assert found.outputs["ec2_architecture"] == "X86_64"
    assert made(ec2={"architecture": "ARM64"}).outputs["ec2_architecture"] == "ARM64"


def test_instances_get_what_the_cluster_has():
    asked = {"cluster_name": "shop-prod", "vpc_id": "vpc-2", "subnet_ids": ["subnet-c"], "protect": True}
    found = made(ec2={"max_size": 3}, **asked).children
    group = found["aws:autoscaling/group:Group cluster-ec2"]
    assert (group["vpcZoneIdentifiers"], group["maxSize"], group["protectFromScaleIn"]) == (["subnet-c"], 3, True)
    assert found["aws:ec2/securityGroup:SecurityGroup cluster-ec2"]["vpcId"] == "vpc-2"
    assert found["aws:ecs/capacityProvider:CapacityProvider cluster-ec2"]["name"] == "ec2-shop-prod"


def test_the_first_instance_looks_for_a_cluster_that_exists_and_the_last_one_leaves_before_it_is_deleted():
    template = made(ec2={}).children["aws:ec2/launchTemplate:LaunchTemplate cluster-ec2"]
    assert template["opts.needs"] == ["Cluster.cluster"]


def test_ec2_in_a_strategy_is_the_name_of_the_capacity_provider():
    found = made(ec2={}, strategy=[{"provider": "EC2", "base": 1}])
    assert found.children[PROVIDERS]["defaultCapacityProviderStrategies"] == [
        {"capacityProvider": "ec2-shop-dev", "base": 1, "weight": 1}
    ]
    assert found.outputs["strategy"] == [{"provider": "EC2", "base": 1, "weight": 1}]


def test_managed_instances_are_one_more_capacity_provider_that_is_associated_once_it_is_active():
    found = made(managed_instances={"architecture": "ARM64"})
    differ = changes(made(), found)
    assert differ.pop(PROVIDERS) == {
        "capacityProviders": ["FARGATE", "FARGATE_SPOT", "CapacityProvider.cluster-managed.name"],
        "opts.hooks": {"beforeCreate": ["cluster-active"], "beforeUpdate": ["cluster-active"]},
    }
    assert {key.partition("cluster-managed")[2] for key in differ} == {"", "-out", "-infrastructure"}
    assert found.outputs["managed_provider"] == "managed-shop-dev"
    assert found.outputs["managed_architecture"] == "ARM64"
    assert found.outputs["ec2_provider"] == ""


def test_that_hook_does_not_run_in_a_preview_and_there_is_none_without_them():
    assert made(managed_instances={}).hooks == {"cluster-active": False}
    assert made(ec2={}).hooks == {}


def test_managed_instances_get_what_the_cluster_has():
    asked = {"cluster_name": "shop-prod", "vpc_id": "vpc-2", "subnet_ids": ["subnet-c"]}
    found = made(managed_instances={"volume_size": 100}, **asked).children
    provider = found["aws:ecs/capacityProvider:CapacityProvider cluster-managed"]
    template = provider["managedInstancesProvider"]["instanceLaunchTemplate"]
    assert (provider["name"], provider["cluster"]) == ("managed-shop-prod", "shop-prod")
    assert template["networkConfiguration"]["subnets"] == ["subnet-c"]
    assert template["storageConfiguration"] == {"storageSizeGib": 100}
    assert "Cluster.cluster" in provider["opts.needs"]
    assert found["aws:ec2/securityGroup:SecurityGroup cluster-managed"]["vpcId"] == "vpc-2"


def test_each_kind_in_a_strategy_is_the_name_of_its_capacity_provider():
    both = {"ec2": {}, "managed_instances": {}}
    found = made(**both, strategy=[{"provider": "MANAGED_INSTANCES"}])
    assert found.children[PROVIDERS]["defaultCapacityProviderStrategies"] == [
        {"capacityProvider": "managed-shop-dev", "base": 0, "weight": 1}
    ]
    assert found.outputs["ec2_provider"] == "ec2-shop-dev"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"container_insights": "enhance"},
            "cluster.container_insights: must be one of disabled, enabled, enhanced; did you mean 'enhanced'?",
        ),
        (
            {"strategy": [{"provider": "FARGATE_SPOTS"}]},
            (
                "cluster.strategy.0.provider: must be one of FARGATE, FARGATE_SPOT, EC2, MANAGED_INSTANCES; "
                "did you mean 'FARGATE_SPOT'?"
            ),
        ),
        (
            {"strategy": [{"provider": "FARGATE", "weight": 0}]},
            "cluster.strategy: one weight at least must be above 0",
        ),
        (
            {"strategy": [{"provider": "FARGATE"}, {"provider": "FARGATE"}]},
            "cluster.strategy: names a provider twice",
        ),
        (
            {"strategy": [{"provider": "FARGATE", "base": 1}, {"provider": "FARGATE_SPOT", "base": 1}]},
            "cluster.strategy: only one provider may have a base",
        ),
        ({"strategy": [{"provider": "EC2"}]}, "cluster.strategy: EC2 has no instances: give ec2"),
        (
            {"strategy": [{"provider": "EC2"}, {"provider": "FARGATE"}], "ec2": {}},
            f"cluster.strategy: {ONE_KIND}",
        ),
        (
            {"strategy": [{"provider": "MANAGED_INSTANCES"}], "ec2": {}},
            "cluster.strategy: MANAGED_INSTANCES has no instances: give managedInstances",
        ),
        (
            {"strategy": [{"provider": "EC2"}, {"provider": "MANAGED_INSTANCES"}], "ec2": {}, "managed_instances": {}},
            f"cluster.strategy: {ONE_KIND}",
        ),
        (
            {"managed_instances": {"max_vcpus": 2, "min_vcpus": 4}},
            "cluster.managed_instances.min_vcpus: is above maxVcpus, 2",
        ),
        ({"ec2": {"min_size": 11}}, "cluster.ec2.min_size: is above maxSize, 10"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: cluster(**asked)) == [told]


ARN = "arn:aws:ecs:eu-central-1:123456789012:cluster/shared"


def test_an_existing_cluster_gets_nothing():
    existing = made(existing={"arn": ARN})
    assert existing.children == {}
    assert existing.outputs == {
        "arn": ARN,
        "cluster_name": "shared",
        "shared": True,
        "exec_log_group_name": "/shared/exec",
        "insights": False,
        "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
        "ec2_provider": "",
        "ec2_architecture": "",
        "managed_provider": "",
        "managed_architecture": "",
    }


def test_what_an_existing_cluster_has():
    instances = {"provider": "machines", "architecture": "ARM64"}
    asked = {"arn": ARN, "exec_log_group": "/ops/exec", "container_insights": True, "ec2": instances}
    existing = made(existing=asked, strategy=[{"provider": "EC2"}])
    assert existing.children == {}
    assert existing.outputs == {
        **made(existing={"arn": ARN}).outputs,
        "exec_log_group_name": "/ops/exec",
        "insights": True,
        "strategy": [{"provider": "EC2", "base": 0, "weight": 1}],
        "ec2_provider": "machines",
        "ec2_architecture": "ARM64",
        "managed_provider": "",
        "managed_architecture": "",
    }


@pytest.mark.parametrize("arn", [ARN.replace("eu-central-1", "us-east-1"), ARN.replace("123456789012", "1" * 12)])
def test_an_existing_cluster_of_another_place_is_refused(arn: str):
    (told,) = problems(lambda: cluster(existing={"arn": arn}))
    assert told.startswith("cluster.existing.arn: is in account ")
    assert told.endswith("; this stack is in account 123456789012, eu-central-1")
