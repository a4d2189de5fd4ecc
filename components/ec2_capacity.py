"""Ec2Capacity: instances that run tasks.

Always: an Auto Scaling group over private subnets with its launch template, role, profile and closed security group,
and a capacity provider by which ECS makes the group larger and smaller, and drains what leaves it. Needs a network, and
a cluster that exists before the first instance looks for it.
"""

import base64
import json
from collections.abc import Sequence
from typing import Annotated

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOptions, Output, ResourceOptions
from pydantic import Field

from components.account import Account
from components.closed_group import closed_group
from components.names import capacity_provider
from components.service_role import service_role
from settings.cluster import Ec2Options, types_of
from settings.options import complete, options

WARM_UP = 300
"""Seconds until a new instance counts: ECS's own default, said so that group and provider agree."""
ROOT, DATA = "/dev/xvda", "/dev/xvdb"
IMAGES = {
    ("AL2023", "X86_64"): "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    ("AL2023", "ARM64"): "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    ("BOTTLEROCKET", "X86_64"): "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id",
    ("BOTTLEROCKET", "ARM64"): "/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id",
}
"""Public parameters with the newest image ("Retrieving Amazon ECS-optimized Linux AMI metadata", "Retrieving Amazon
ECS-optimized Bottlerocket AMI metadata")."""


@options(extends=Ec2Options)
class Ec2CapacityArgs(Ec2Options):
    """Arguments of `Ec2Capacity`."""

    account: Account
    """Where the instances are."""
    cluster_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
    """Name of the cluster that they join."""
    vpc_id: Input[str]
    """VPC of the instances."""
    subnet_ids: Input[list[str]]
    """Their subnets: private ones, with a way to AWS's services."""
    protect: bool
    """Let scaling in end no instance that runs tasks, and delete the group only when it is empty."""


class Ec2Capacity(pulumi.ComponentResource):
    """A capacity provider with instances behind it."""

    provider_name: Output[str]
    """Its name, known once it exists."""
    group_name: Output[str]
    """Name of the Auto Scaling group."""
    security_group_id: Output[str]
    """The group of the instances; tasks have groups of their own."""

    def __init__(
        self,
        name: str,
        args: Ec2CapacityArgs,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:Ec2Capacity", name, {}, opts)
        args = complete(Ec2CapacityArgs, args, name)
        closed, out = closed_group(name, args["vpc_id"], ResourceOptions(parent=self))
        profile, granted = self._profile(name, args)
        template = self._template(name, args, closed, profile, needs)
        # An instance without its rights or its way out cannot join the cluster, nor leave it in order.
        group = self._group(name, args, template, [granted, out])
        provider = self._capacity_provider(name, args, group)
        self.provider_name, self.group_name, self.security_group_id = provider.name, group.name, closed.id
        self.register_outputs(
            {
                "provider_name": self.provider_name,
                "group_name": self.group_name,
                "security_group_id": self.security_group_id,
            }
        )

    def _profile(self, name: str, args: Ec2CapacityArgs) -> tuple[aws.iam.InstanceProfile, aws.iam.RolePolicy]:
        child = ResourceOptions(parent=self)
        role = service_role(name, "ec2", None, child)
        document = json.dumps(_agent_policy(args), sort_keys=True)
        policy = aws.iam.RolePolicy(name, role=role.id, policy=document, opts=child)
        return aws.iam.InstanceProfile(name, role=role.name, opts=child), policy

    def _template(
        self,
        name: str,
        args: Ec2CapacityArgs,
        group: aws.ec2.SecurityGroup,
        profile: aws.iam.InstanceProfile,
        needs: Sequence[pulumi.Resource],
    ) -> aws.ec2.LaunchTemplate:
        parameter = IMAGES[args["os"], args["architecture"]]
        image = aws.ssm.get_parameter(name=parameter, opts=InvokeOptions(parent=self)).insecure_value
        return aws.ec2.LaunchTemplate(
            name,
            image_id=image,
            update_default_version=True,
            user_data=base64.b64encode(_user_data(args).encode()).decode(),
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            # One hop: the agent is on the instance itself, and tasks have the task role.
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                    associate_public_ip_address="false", delete_on_termination="true", security_groups=[group.id]
                )
            ],
            block_device_mappings=[_volume(device, size) for device, size in _volumes(args).items()],
            # The cluster is deleted after its last instance has left (terraform-provider-aws #18849, #11409).
            opts=ResourceOptions(parent=self, depends_on=[*needs]),
        )

    def _group(
        self, name: str, args: Ec2CapacityArgs, template: aws.ec2.LaunchTemplate, needs: list[pulumi.Resource]
    ) -> "aws.autoscaling.Group":
        return aws.autoscaling.Group(
            name,
            vpc_zone_identifiers=args["subnet_ids"],
            min_size=args["min_size"],
            max_size=args["max_size"],
            # No desired_capacity: ECS sets it.
            mixed_instances_policy=_instances(args, template),
            # Without Spot it has no effect.
            capacity_rebalance=True,
            default_instance_warmup=WARM_UP,
            instance_refresh=_refresh(),
            protect_from_scale_in=args["protect"],
            # Deletes instances that are protected, too, and waits for none (aws-cdk #18179, #14732).
            force_delete=not args["protect"],
            tags=[
                _tag("Name", args["cluster_name"]),
                # ECS puts it there: not to say it is to take it away (pulumi-aws, "aws.ecs.CapacityProvider").
                _tag("AmazonECSManaged", "true"),
            ],
            opts=ResourceOptions(parent=self, depends_on=needs),
        )

    def _capacity_provider(
        self, name: str, args: Ec2CapacityArgs, group: "aws.autoscaling.Group"
    ) -> aws.ecs.CapacityProvider:
        scaling = aws.ecs.CapacityProviderAutoScalingGroupProviderManagedScalingArgs(
            status="ENABLED",
            target_capacity=args["target_capacity"],
            minimum_scaling_step_size=1,
            maximum_scaling_step_size=10000,
            instance_warmup_period=WARM_UP,
        )
        return aws.ecs.CapacityProvider(
            name,
            name=capacity_provider("ec2", args["cluster_name"]),
            auto_scaling_group_provider=aws.ecs.CapacityProviderAutoScalingGroupProviderArgs(
                auto_scaling_group_arn=group.arn,
                managed_scaling=scaling,
                managed_draining="ENABLED",
                # The group's own protection is the other half: it is on exactly when this is.
                managed_termination_protection="ENABLED" if args["protect"] else "DISABLED",
            ),
            opts=ResourceOptions(parent=self),
        )


def _agent_policy(args: Ec2CapacityArgs) -> dict[str, object]:
    """What the ECS agent does, for this cluster alone.

    AWS's AmazonEC2ContainerServiceforEC2Role allows more, on every resource: to make clusters, to pull every image and
    to write every log. A task of Slipway has an execution role that pulls and writes, and the agent uses that; its
    cluster exists. Each action's resource is that of "Actions, resources, and condition keys for Amazon Elastic
    Container Service".
    """
    place, cluster = args["account"], args["cluster_name"]
    start = f"arn:{place['partition']}:ecs:{place['region']}:{place['id']}"
    of_the_cluster = ["DeregisterContainerInstance", "RegisterContainerInstance"]
    of_the_cluster += ["SubmitAttachmentStateChanges", "SubmitContainerStateChange", "SubmitTaskStateChange"]
    of_the_instance = ["Poll", "StartTelemetrySession", "UpdateContainerInstancesState"]
    statements = [
        # Where to talk to is asked before anything exists to name: the action takes no resource.
        {"Effect": "Allow", "Action": "ecs:DiscoverPollEndpoint", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": [f"ecs:{action}" for action in of_the_cluster],
            "Resource": f"{start}:cluster/{cluster}",
        },
        {
            "Effect": "Allow",
            "Action": [f"ecs:{action}" for action in of_the_instance],
            "Resource": f"{start}:container-instance/{cluster}/*",
        },
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _user_data(args: Ec2CapacityArgs) -> str:
    """What an instance is told at its first start: its cluster, and to keep its own credentials from tasks.

    Sources: "Amazon ECS container agent configuration"; `settings.ecs` and `settings.host-containers` of Bottlerocket's
    settings reference. Bottlerocket's control container is off: it serves shells through SSM, and the role allows none.
    """
    cluster = args["cluster_name"]
    if args["os"] == "BOTTLEROCKET":
        return (
            f'[settings.ecs]\ncluster = "{cluster}"\nallow-privileged-containers = false\n'
            "awsvpc-block-imds = true\nenable-spot-instance-draining = true\n\n"
            "[settings.host-containers.admin]\nenabled = false\n\n"
            "[settings.host-containers.control]\nenabled = false\n"
        )
    return (
        "#!/bin/bash\ncat >>/etc/ecs/ecs.config <<'END'\n"
        f"ECS_CLUSTER={cluster}\nECS_DISABLE_PRIVILEGED=true\n"
        "ECS_AWSVPC_BLOCK_IMDS=true\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\nEND\n"
    )


def _volumes(args: Ec2CapacityArgs) -> dict[str, int | None]:
    """The volumes of the operating system, and their sizes in GiB; None for the image's own."""
    return {ROOT: None, DATA: args["volume_size"]} if args["os"] == "BOTTLEROCKET" else {ROOT: args["volume_size"]}


def _volume(device: str, size: int | None) -> aws.ec2.LaunchTemplateBlockDeviceMappingArgs:
    return aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
        device_name=device,
        ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            encrypted="true", volume_type="gp3", volume_size=size, delete_on_termination="true"
        ),
    )


def _instances(
    args: Ec2CapacityArgs, template: aws.ec2.LaunchTemplate
) -> "aws.autoscaling.GroupMixedInstancesPolicyArgs":
    """One policy for one type or several, with Spot or without: what is left out keeps its last value on AWS."""
    return aws.autoscaling.GroupMixedInstancesPolicyArgs(
        launch_template=aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateArgs(
            # By number, not $Latest: else a new image would be no change of the group, and refresh nothing.
            launch_template_specification=aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecificationArgs(
                launch_template_id=template.id, version=template.latest_version.apply(str)
            ),
            overrides=[
                aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArgs(instance_type=one)
                for one in types_of(args)
            ],
        ),
        instances_distribution=aws.autoscaling.GroupMixedInstancesPolicyInstancesDistributionArgs(
            on_demand_allocation_strategy="prioritized",
            on_demand_base_capacity=args["on_demand_base"],
            on_demand_percentage_above_base_capacity=args["on_demand_percentage"],
            spot_allocation_strategy="price-capacity-optimized",
        ),
    )


def _refresh() -> "aws.autoscaling.GroupInstanceRefreshArgs":
    """Replace the instances when their template changes: an image that is only looked up patches nothing.

    A new one comes before an old one leaves, and ECS drains that first. Protection is from scaling in, not from this:
    without `Refresh` a protected group would stay on its old image.
    """
    return aws.autoscaling.GroupInstanceRefreshArgs(
        strategy="Rolling",
        preferences=aws.autoscaling.GroupInstanceRefreshPreferencesArgs(
            min_healthy_percentage=100,
            max_healthy_percentage=110,
            scale_in_protected_instances="Refresh",
            skip_matching=True,
        ),
    )


def _tag(key: str, value: str) -> "aws.autoscaling.GroupTagArgs":
    return aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
