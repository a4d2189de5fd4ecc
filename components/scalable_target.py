"""The scalable target of an ECS service: what scaling policies and scheduled actions act on."""

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions


def scalable_target(
    name: str,
    cluster_name: Input[str],
    service_name: Input[str],
    least: int,
    most: int,
    parent: pulumi.Resource,
) -> aws.appautoscaling.Target:
    """Declare the count of a service's tasks as what is scaled, from `least` to `most`."""
    return aws.appautoscaling.Target(
        name,
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=Output.concat("service/", cluster_name, "/", service_name),
        min_capacity=least,
        max_capacity=most,
        opts=ResourceOptions(parent=parent),
    )
