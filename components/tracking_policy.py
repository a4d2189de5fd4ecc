"""A target tracking policy: as many tasks as hold a metric at its target."""

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from settings.scaling import ScalingOptions, TrackedMetricOptions

Configuration = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
PredefinedMetric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs
CustomMetric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationArgs
Dimension = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationDimensionArgs


def predefined_metric(kind: str, label: Input[str] | None, target: int, scaling: ScalingOptions) -> Configuration:
    """To hold a metric that AWS has for each service."""
    return Configuration(
        predefined_metric_specification=PredefinedMetric(predefined_metric_type=kind, resource_label=label),
        target_value=target,
        scale_in_cooldown=scaling["scale_in_cooldown"],
        scale_out_cooldown=scaling["scale_out_cooldown"],
    )


def custom_metric(metric: TrackedMetricOptions, scaling: ScalingOptions) -> Configuration:
    """To hold a metric of the user's own."""
    return Configuration(
        customized_metric_specification=CustomMetric(
            namespace=metric["namespace"],
            metric_name=metric["metric"],
            statistic=metric["statistic"],
            unit=metric["unit"],
            dimensions=[Dimension(name=name, value=value) for name, value in sorted(metric["dimensions"].items())],
        ),
        target_value=metric["target"],
        scale_in_cooldown=scaling["scale_in_cooldown"],
        scale_out_cooldown=scaling["scale_out_cooldown"],
    )


def tracking_policy(
    name: str, tracked: Configuration, target: aws.appautoscaling.Target, parent: pulumi.Resource
) -> aws.appautoscaling.Policy:
    """The policy, for the service of a scalable target."""
    return aws.appautoscaling.Policy(
        name,
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration=tracked,
        opts=ResourceOptions(parent=parent),
    )
