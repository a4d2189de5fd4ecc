from typing import Any

import pytest
from pulumi import Output

from components.scaling import Scaling
from tests.components.declared import UNKNOWN, Thing, changes, declare, problems
from tests.components.scaled import JOBS, LABEL, LATE, made, scaling

TARGET = "aws:appautoscaling/target:Target web"
CPU = "aws:appautoscaling/policy:Policy web-cpu"
MEMORY = "aws:appautoscaling/policy:Policy web-memory"
REQUESTS = "aws:appautoscaling/policy:Policy web-requests"


def policy(metric: dict[str, str], value: int, scale_in: int = 300, scale_out: int = 60) -> dict[str, Any]:
    return {
        "policyType": "TargetTrackingScaling",
        "serviceNamespace": "Target.web.serviceNamespace",
        "scalableDimension": "Target.web.scalableDimension",
        "resourceId": "Target.web.resourceId",
        "targetTrackingScalingPolicyConfiguration": {
            "predefinedMetricSpecification": metric,
            "targetValue": value,
            "scaleInCooldown": scale_in,
            "scaleOutCooldown": scale_out,
        },
    }


def test_a_service_scales_by_cpu_and_memory():
    assert made().children == {
        TARGET: {
            "serviceNamespace": "ecs",
            "scalableDimension": "ecs:service:DesiredCount",
            "resourceId": "service/shop-dev/web",
            "minCapacity": 2,
            "maxCapacity": 10,
        },
        CPU: policy({"predefinedMetricType": "ECSServiceAverageCPUUtilization"}, 60),
        MEMORY: policy({"predefinedMetricType": "ECSServiceAverageMemoryUtilization"}, 75),
    }


def test_its_output():
    assert made().outputs == {"target_id": "Target.web.id"}


def test_a_target_of_requests_names_the_balancer_and_the_group():
    metric = {"predefinedMetricType": "ALBRequestCountPerTarget", "resourceLabel": LABEL}
    assert changes(made(), made(requests=1000)) == {REQUESTS: policy(metric, 1000)}


def test_a_target_of_none_is_no_policy():
    assert changes(made(), made(cpu=None)) == {CPU: ...}
    assert changes(made(), made(memory=None)) == {MEMORY: ...}


def test_bounds_and_cooldowns():
    after = made(min=0, max=50, cpu=40, memory=50, scale_in_cooldown=600, scale_out_cooldown=0)
    assert changes(made(), after) == {
        TARGET: {"minCapacity": 0, "maxCapacity": 50},
        CPU: {
            "targetTrackingScalingPolicyConfiguration": {
                "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "targetValue": 40,
                "scaleInCooldown": 600,
                "scaleOutCooldown": 0,
            }
        },
        MEMORY: {
            "targetTrackingScalingPolicyConfiguration": {
                "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageMemoryUtilization"},
                "targetValue": 50,
                "scaleInCooldown": 600,
                "scaleOutCooldown": 0,
            }
        },
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"metrics": {"jobs": JOBS}},
        {"steps": {"late": LATE}},
        {"schedules": {"night": {"schedule": "rate(1 day)", "min": 3}}},
    ],
)
def test_each_way_to_scale_is_enough(asked: dict[str, Any]):
    alone = made(cpu=None, memory=None, **asked)
    assert TARGET in alone.children
    assert CPU not in alone.children


def test_outputs_are_taken_as_inputs():
    def make() -> Scaling:
        name, label = Output.from_input("web"), Output.from_input(LABEL)
        return scaling(service_name=name, resource_label=label, requests=1000)

    assert changes(made(requests=1000), declare(make)) == {}


def test_an_unknown_input_leaves_the_rest_known():
    def make() -> Scaling:
        return scaling(service_name=Thing("service").id)

    assert declare(make, preview=True).children[TARGET] == {
        "serviceNamespace": "ecs",
        "scalableDimension": "ecs:service:DesiredCount",
        "resourceId": UNKNOWN,
        "minCapacity": 2,
        "maxCapacity": 10,
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"min": 11}, "web.min: is above max, 10"),
        (
            {"cpu": None, "memory": None},
            "web.cpu: scaling needs a target: cpu, memory, requests, metrics, steps or schedules",
        ),
        ({"cpu": 101}, "web.cpu: input should be less than or equal to 100"),
        (
            {"scale_in_cooldown": 3601},
            "web.scale_in_cooldown: input should be less than or equal to 3600",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: scaling(**asked)) == [told]
