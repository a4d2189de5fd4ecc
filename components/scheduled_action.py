"""A scheduled action: other bounds for the number of tasks at a certain time."""

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from settings.scaling import ScheduleOptions


def scheduled_action(
    name: str, schedule: ScheduleOptions, target: aws.appautoscaling.Target, parent: pulumi.Resource
) -> None:
    """Declare it, for the service of a scalable target."""
    aws.appautoscaling.ScheduledAction(
        name,
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        schedule=schedule["schedule"],
        timezone=schedule["timezone"],
        scalable_target_action=aws.appautoscaling.ScheduledActionScalableTargetActionArgs(
            min_capacity=schedule["min"], max_capacity=schedule["max"]
        ),
        opts=ResourceOptions(parent=parent),
    )
