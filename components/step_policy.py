"""A step scaling policy and its alarm: the further a metric is beyond a threshold, the more tasks come or go."""

from decimal import Decimal

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from settings.scaling import ScalingOptions, StepOptions

Configuration = aws.appautoscaling.PolicyStepScalingPolicyConfigurationArgs
Adjustment = aws.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustmentArgs


def step_policy(
    name: str, step: StepOptions, scaling: ScalingOptions, target: aws.appautoscaling.Target, parent: pulumi.Resource
) -> None:
    """Declare both, for the service of a scalable target."""
    policy = aws.appautoscaling.Policy(
        name,
        policy_type="StepScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        step_scaling_policy_configuration=Configuration(
            adjustment_type="ChangeInCapacity",
            cooldown=_cooldown(step, scaling),
            metric_aggregation_type=step["statistic"] if step["statistic"] in ("Minimum", "Maximum") else "Average",
            step_adjustments=_adjustments(step),
        ),
        opts=ResourceOptions(parent=parent),
    )
    _alarm(name, step, policy, parent)


def _adjustments(step: StepOptions) -> list[Adjustment]:
    return [
        Adjustment(
            metric_interval_lower_bound=_distance(one["from_"], step["threshold"]),
            metric_interval_upper_bound=_distance(one["to"], step["threshold"]),
            scaling_adjustment=one["change"],
        )
        for one in step["adjustments"]
    ]


def _distance(value: float | None, threshold: float) -> str | None:
    """A bound as AWS counts it, from the threshold; in decimals, since 0.3 - 0.1 is not 0.2 in binary."""
    if value is None:
        return None
    return f"{(Decimal(str(value)) - Decimal(str(threshold))).normalize():f}"


def _cooldown(step: StepOptions, scaling: ScalingOptions) -> int:
    if step["cooldown"] is not None:
        return step["cooldown"]
    return scaling["scale_out_cooldown" if step["adjustments"][0]["change"] > 0 else "scale_in_cooldown"]


def _alarm(name: str, step: StepOptions, policy: aws.appautoscaling.Policy, parent: pulumi.Resource) -> None:
    aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"sets off the scaling policy {name}",
        namespace=step["namespace"],
        metric_name=step["metric"],
        dimensions=step["dimensions"],
        statistic=step["statistic"],
        unit=step["unit"],
        period=step["period"],
        evaluation_periods=step["evaluation_periods"],
        comparison_operator=step["comparison"],
        threshold=step["threshold"],
        alarm_actions=[policy.arn],
        opts=ResourceOptions(parent=parent),
    )
