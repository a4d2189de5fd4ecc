"""Scaling: how many tasks run, by load, by metrics of one's own, by the clock.

Always: a scalable target. Optional: a target tracking policy for each target and metric that is given, a step scaling
policy with its alarm for each of the steps, a scheduled action for each of the schedules. Needs a service.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components.scalable_target import scalable_target
from components.scheduled_action import scheduled_action
from components.step_policy import step_policy
from components.tracking_policy import custom_metric, predefined_metric, tracking_policy
from settings.options import complete, options
from settings.scaling import ScalingOptions


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
    """What changes the number of tasks of one service."""

    target_id: Output[str]
    """Id of the scalable target."""

    def __init__(self, name: str, args: ScalingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Scaling", name, {}, opts)
        args = complete(ScalingArgs, args, name)
        target = scalable_target(name, args["cluster_name"], args["service_name"], args["min"], args["max"], self)
        self._track(name, args, target)
        for key, step in args["steps"].items():
            step_policy(f"{name}-{key}-step", step, args, target, self)
        for key, schedule in args["schedules"].items():
            scheduled_action(f"{name}-{key}", schedule, target, self)
        self.target_id = target.id
        self.register_outputs({"target_id": self.target_id})

    def _track(self, name: str, args: ScalingArgs, target: aws.appautoscaling.Target) -> None:
        for kind, metric, value in (
            ("cpu", "ECSServiceAverageCPUUtilization", args["cpu"]),
            ("memory", "ECSServiceAverageMemoryUtilization", args["memory"]),
            ("requests", "ALBRequestCountPerTarget", args["requests"]),
        ):
            if value is not None:
                label = args["resource_label"] if kind == "requests" else None
                tracked = predefined_metric(metric, label, value, args)
                tracking_policy(f"{name}-{kind}", tracked, target, self)
        for key, metric in args["metrics"].items():
            tracking_policy(f"{name}-{key}-metric", custom_metric(metric, args), target, self)
