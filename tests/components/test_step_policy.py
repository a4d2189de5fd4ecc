from typing import Any

from components.scaling import Scaling
from tests.components.declared import UNKNOWN, Thing, changes, declare
from tests.components.scaled import LATE, OF_THE_SERVICE, made, scaling

IDLE = {
    **LATE,
    "comparison": "LessThanThreshold",
    "threshold": 5,
    "adjustments": [{"to": 2, "change": -3}, {"from_": 2, "to": 5, "change": -1}],
}
STEPS = "aws:appautoscaling/policy:Policy web-late-step"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm web-late-step"


def stepped(cooldown: int, adjustments: list[dict[str, Any]], aggregation: str = "Average") -> dict[str, Any]:
    return {
        "adjustmentType": "ChangeInCapacity",
        "cooldown": cooldown,
        "metricAggregationType": aggregation,
        "stepAdjustments": adjustments,
    }


def test_steps_are_a_policy_and_its_alarm_with_bounds_counted_from_the_threshold():
    up = [
        {"metricIntervalLowerBound": "0", "metricIntervalUpperBound": "0.2", "scalingAdjustment": 1},
        {"metricIntervalLowerBound": "0.2", "scalingAdjustment": 4},
    ]
    assert changes(made(), made(steps={"late": LATE})) == {
        STEPS: {"policyType": "StepScaling", **OF_THE_SERVICE, "stepScalingPolicyConfiguration": stepped(60, up)},
        ALARM: {
            "alarmDescription": "sets off the scaling policy web-late-step",
            "namespace": "AWS/SQS",
            "metricName": "ApproximateAgeOfOldestMessage",
            "dimensions": {},
            "statistic": "Average",
            "period": 60,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 0.1,
            "alarmActions": ["Policy.web-late-step.arn"],
        },
    }


def test_steps_below_a_threshold_take_tasks_away():
    down = [
        {"metricIntervalUpperBound": "-3", "scalingAdjustment": -3},
        {"metricIntervalLowerBound": "-3", "metricIntervalUpperBound": "0", "scalingAdjustment": -1},
    ]
    assert changes(made(steps={"late": LATE}), made(steps={"late": IDLE})) == {
        STEPS: {"stepScalingPolicyConfiguration": stepped(300, down)},
        ALARM: {"comparisonOperator": "LessThanThreshold", "threshold": 5},
    }


def test_all_else_of_the_steps():
    more = {
        **LATE,
        "statistic": "Maximum",
        "unit": "Seconds",
        "dimensions": {"QueueName": "jobs"},
        "period": 300,
        "evaluation_periods": 3,
        "cooldown": 0,
        "adjustments": [{"from_": 0.1, "change": 2}],
    }
    assert changes(made(steps={"late": LATE}), made(steps={"late": more})) == {
        STEPS: {
            "stepScalingPolicyConfiguration": stepped(
                0, [{"metricIntervalLowerBound": "0", "scalingAdjustment": 2}], "Maximum"
            )
        },
        ALARM: {
            "statistic": "Maximum",
            "unit": "Seconds",
            "dimensions": {"QueueName": "jobs"},
            "period": 300,
            "evaluationPeriods": 3,
        },
    }


def test_cooldowns_of_steps_follow_those_of_the_service():
    assert (
        changes(made(steps={"late": LATE}), made(steps={"late": LATE}, scale_out_cooldown=7))[STEPS][
            "stepScalingPolicyConfiguration"
        ]["cooldown"]
        == 7
    )


def test_a_dimension_may_be_an_output_and_an_unknown_one_leaves_the_rest_known():
    def make() -> Scaling:
        return scaling(steps={"late": {**LATE, "dimensions": {"QueueName": Thing("queue").id}}})

    alarm = declare(make, preview=True).children[ALARM]
    assert alarm["dimensions"] == {"QueueName": UNKNOWN}
    assert alarm["threshold"] == 0.1
