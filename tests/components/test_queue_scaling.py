from typing import Any

import pytest

from components.queue_scaling import QueueScaling
from tests.components.declared import Made, changes, declare

TARGET = "aws:appautoscaling/target:Target worker"
SERVED = {
    "serviceNamespace": "Target.worker.serviceNamespace",
    "scalableDimension": "Target.worker.scalableDimension",
    "resourceId": "Target.worker.resourceId",
}
QUEUE, SERVICE = {"QueueName": "q"}, {"ClusterName": "shop-dev", "ServiceName": "worker"}
SERIES = {
    "waiting": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QUEUE),
    "inWork": ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "Maximum", QUEUE),
    "tasks": ("AWS/ECS", "CPUUtilization", "SampleCount", SERVICE),
}


def made(**asked: Any) -> Made:
    wiring: Any = {"queue_name": "q", "cluster_name": "shop-dev", "service_name": "worker", **asked}
    return declare(lambda: QueueScaling("worker", wiring))


def tracked(id_: str) -> dict[str, Any]:
    namespace, metric, stat, dimensions = SERIES[id_]
    pairs = [{"name": name, "value": value} for name, value in dimensions.items()]
    return {
        "id": id_,
        "metricStat": {"metric": {"namespace": namespace, "metricName": metric, "dimensions": pairs}, "stat": stat},
        "returnData": False,
    }


def asked_of(id_: str) -> dict[str, Any]:
    namespace, metric, stat, dimensions = SERIES[id_]
    told = {"namespace": namespace, "metricName": metric, "stat": stat, "dimensions": dimensions, "period": 60}
    return {"id": id_, "metric": told, "returnData": False}


def step(cooldown: int, **adjustment: Any) -> dict[str, Any]:
    return {
        **SERVED,
        "policyType": "StepScaling",
        "stepScalingPolicyConfiguration": {
            "adjustmentType": "ExactCapacity",
            "cooldown": cooldown,
            "metricAggregationType": "Maximum",
            "stepAdjustments": [adjustment],
        },
    }


def test_a_worker_is_held_at_its_backlog_begins_with_one_task_and_ends_with_none():
    backlog = {"id": "backlog", "expression": "(waiting + inWork) / tasks", "label": "messages per task"}
    unserved = {"id": "unserved", "expression": "IF(FILL(tasks, 0) < 1, waiting, 0)", "label": "unserved"}
    left = {"id": "left", "expression": "waiting + inWork", "label": "messages"}
    assert made().children == {
        TARGET: {
            "serviceNamespace": "ecs",
            "scalableDimension": "ecs:service:DesiredCount",
            "resourceId": "service/shop-dev/worker",
            "minCapacity": 0,
            "maxCapacity": 10,
        },
        "aws:appautoscaling/policy:Policy worker-backlog": {
            **SERVED,
            "policyType": "TargetTrackingScaling",
            "targetTrackingScalingPolicyConfiguration": {
                "customizedMetricSpecification": {
                    "metrics": [tracked("waiting"), tracked("inWork"), tracked("tasks"), backlog]
                },
                "targetValue": 10,
                "scaleInCooldown": 300,
                "scaleOutCooldown": 60,
            },
        },
        "aws:appautoscaling/policy:Policy worker-first": step(60, metricIntervalLowerBound="0", scalingAdjustment=1),
        "aws:cloudwatch/metricAlarm:MetricAlarm worker-first": {
            "alarmDescription": "sets off the scaling policy worker-first: messages wait, and no task runs",
            "metricQueries": [{**unserved, "returnData": True}, asked_of("waiting"), asked_of("tasks")],
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 1,
            "evaluationPeriods": 1,
            "alarmActions": ["Policy.worker-first.arn"],
        },
        "aws:appautoscaling/policy:Policy worker-none": step(300, metricIntervalUpperBound="0", scalingAdjustment=0),
        "aws:cloudwatch/metricAlarm:MetricAlarm worker-none": {
            "alarmDescription": "sets off the scaling policy worker-none: nothing waits, and nothing is in work",
            "metricQueries": [{**left, "returnData": True}, asked_of("waiting"), asked_of("inWork")],
            "comparisonOperator": "LessThanThreshold",
            "threshold": 1,
            "evaluationPeriods": 5,
            "alarmActions": ["Policy.worker-none.arn"],
        },
    }


def test_its_output():
    assert made().outputs == {"target_id": "Target.worker.id"}


def test_a_worker_that_always_runs_needs_no_steps():
    steps = {
        f"{kind} worker-{step}"
        for kind in ("aws:appautoscaling/policy:Policy", "aws:cloudwatch/metricAlarm:MetricAlarm")
        for step in ("first", "none")
    }
    assert changes(made(), made(min=1)) == {TARGET: {"minCapacity": 1}, **dict.fromkeys(steps, ...)}


@pytest.mark.parametrize(
    ("asked", "path", "value"),
    [({"max": 3}, "maxCapacity", 3), ({"backlog_per_task": 2}, "targetTrackingScalingPolicyConfiguration", 2)],
)
def test_an_option_changes_what_it_says(asked: dict[str, Any], path: str, value: int):
    ((_, changed),) = changes(made(), made(**asked)).items()
    assert changed.keys() == {path}
    assert value in (changed[path], changed[path]["targetValue"] if isinstance(changed[path], dict) else None)
