from typing import Any

import pytest

from components.cluster import Cluster
from tests.components.declared import Made, changes, declare, problems


def cluster(**asked: Any) -> Cluster:
    return Cluster("cluster", {"cluster_name": "shop-dev", **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: cluster(**asked))


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
        "exec_log_group_name": "/shop-dev/exec",
        "insights": True,
        "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
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


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"container_insights": "enhance"},
            "cluster.container_insights: must be one of disabled, enabled, enhanced; did you mean 'enhanced'?",
        ),
        (
            {"strategy": [{"provider": "FARGATE_SPOTS"}]},
            "cluster.strategy.0.provider: must be one of FARGATE, FARGATE_SPOT; did you mean 'FARGATE_SPOT'?",
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
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: cluster(**asked)) == [told]
