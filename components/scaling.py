"""Scaling: how many tasks run, by load.

Always: a scalable target, and a target tracking policy for each target that is given. Needs a service.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from settings.options import complete, options
from settings.service import ScalingOptions

PredefinedMetric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs


@options(extends=ScalingOptions)
class ScalingArgs(ScalingOptions):
    """Arguments of `Scaling`."""

    cluster_name: str
    """The service's cluster."""
    service_name: Input[str]
    """The service."""
    resource_label: Input[str]
    """Balancer and target group as the metric names them: `app/…/targetgroup/…`."""


class Scaling(pulumi.ComponentResource):
    """Target tracking of one service."""

    target_id: Output[str]
    """Id of the scalable target."""

    def __init__(self, name: str, args: ScalingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Scaling", name, {}, opts)
        args = complete(ScalingArgs, args, name)
        target = aws.appautoscaling.Target(
            name,
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=Output.concat("service/", args["cluster_name"], "/", args["service_name"]),
            min_capacity=args["min"],
            max_capacity=args["max"],
            opts=ResourceOptions(parent=self),
        )
        for kind, metric, value in (
            ("cpu", "ECSServiceAverageCPUUtilization", args["cpu"]),
            ("memory", "ECSServiceAverageMemoryUtilization", args["memory"]),
            ("requests", "ALBRequestCountPerTarget", args["requests"]),
        ):
            if value is not None:
                label = args["resource_label"] if kind == "requests" else None
                self._track(
                    f"{name}-{kind}",
                    target,
                    args,
                    PredefinedMetric(predefined_metric_type=metric, resource_label=label),
                    value,
                )
        self.target_id = target.id
        self.register_outputs({"target_id": self.target_id})

    def _track(
        self,
        name: str,
        target: aws.appautoscaling.Target,
        args: ScalingArgs,
        metric: PredefinedMetric,
        value: int,
    ) -> None:
        aws.appautoscaling.Policy(
            name,
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                predefined_metric_specification=metric,
                target_value=value,
                scale_in_cooldown=args["scale_in_cooldown"],
                scale_out_cooldown=args["scale_out_cooldown"],
            ),
            opts=ResourceOptions(parent=self),
        )
