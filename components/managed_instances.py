"""ManagedInstances: machines that AWS chooses, starts, patches and replaces, for tasks of one cluster.

Always: a capacity provider of that cluster, the role by which ECS manages machines, the role of the machines with its
profile, and their closed security group. Needs a network, and a cluster that exists.
"""

from collections.abc import Sequence
from typing import Annotated

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions
from pydantic import Field

from components.account import Account
from components.closed_group import closed_group
from components.names import capacity_provider
from components.service_role import service_role
from settings.cluster import ManagedInstancesOptions
from settings.options import complete, options

MANUFACTURERS = {"X86_64": ["amd", "intel"], "ARM64": ["amazon-web-services"]}
"""Who makes the processors of an architecture: the requirements of instances have no word for itself (API reference:
InstanceRequirementsRequest)."""
INSTANCE_ROLE = "ecsInstanceRole"
"""What the name of the machines' role has to begin with: ECS may pass no other one ("Amazon ECS Managed Instances
instance profile")."""


@options(extends=ManagedInstancesOptions)
class ManagedInstancesArgs(ManagedInstancesOptions):
    """Arguments of `ManagedInstances`."""

    account: Account
    """Where the machines are."""
    cluster_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
    """Name of the cluster that they belong to."""
    vpc_id: Input[str]
    """VPC of the machines."""
    subnet_ids: Input[list[str]]
    """Their subnets: private ones, with a way to AWS's services."""


class ManagedInstances(pulumi.ComponentResource):
    """A capacity provider with machines that AWS looks after."""

    provider_name: Output[str]
    """Its name, known once it exists; it may take a moment more until ECS takes it."""
    security_group_id: Output[str]
    """The group of the machines; tasks have groups of their own."""

    def __init__(
        self,
        name: str,
        args: ManagedInstancesArgs,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:ManagedInstances", name, {}, opts)
        args = complete(ManagedInstancesArgs, args, name)
        child = ResourceOptions(parent=self)
        closed, out = closed_group(name, args["vpc_id"], child)
        manager = service_role(f"{name}-infrastructure", "ecs", None, child)
        managing = _aws_policy(f"{name}-infrastructure", manager, "InfrastructureRole", args["account"], child)
        machine = service_role(f"{INSTANCE_ROLE}-{name}", "ec2", None, child)
        joining = _aws_policy(f"{INSTANCE_ROLE}-{name}", machine, "InstanceRole", args["account"], child)
        profile = aws.iam.InstanceProfile(name, role=machine.name, opts=child)
        provider = aws.ecs.CapacityProvider(
            name,
            name=capacity_provider("managed", args["cluster_name"]),
            cluster=args["cluster_name"],
            managed_instances_provider=aws.ecs.CapacityProviderManagedInstancesProviderArgs(
                infrastructure_role_arn=manager.arn,
                propagate_tags="CAPACITY_PROVIDER",
                instance_launch_template=_template(args, profile, closed),
            ),
            # ECS ends the machines when the provider is deleted: until then it needs its rights, and they their way
            # out. The cluster is deleted last, as it may not be while it has such a provider (aws-cdk #36071).
            opts=ResourceOptions(parent=self, depends_on=[*needs, managing, joining, out]),
        )
        self.provider_name, self.security_group_id = provider.name, closed.id
        self.register_outputs({"provider_name": self.provider_name, "security_group_id": self.security_group_id})


def _aws_policy(
    name: str, role: aws.iam.Role, whose: str, place: Account, opts: ResourceOptions
) -> aws.iam.RolePolicyAttachment:
    """AWS's own policy: what ECS and its agent do on machines that AWS looks after is AWS's to say, and changes."""
    arn = f"arn:{place['partition']}:iam::aws:policy/AmazonECS{whose}PolicyForManagedInstances"
    return aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=arn, opts=opts)


def _template(
    args: ManagedInstancesArgs, profile: aws.iam.InstanceProfile, group: aws.ec2.SecurityGroup
) -> aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateArgs:
    return aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateArgs(
        ec2_instance_profile_arn=profile.arn,
        capacity_option_type=args["purchase"],
        monitoring=args["monitoring"],
        network_configuration=aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateNetworkConfigurationArgs(
            subnets=args["subnet_ids"], security_groups=[group.id]
        ),
        storage_configuration=aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateStorageConfigurationArgs(
            storage_size_gib=args["volume_size"]
        ),
        instance_requirements=_requirements(args),
    )


def _requirements(
    args: ManagedInstancesArgs,
) -> aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateInstanceRequirementsArgs:
    return aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateInstanceRequirementsArgs(
        vcpu_count=aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateInstanceRequirementsVcpuCountArgs(
            min=args["min_vcpus"], max=args["max_vcpus"]
        ),
        memory_mib=aws.ecs.CapacityProviderManagedInstancesProviderInstanceLaunchTemplateInstanceRequirementsMemoryMibArgs(
            min=args["min_memory"], max=args["max_memory"]
        ),
        cpu_manufacturers=MANUFACTURERS[args["architecture"]],
        allowed_instance_types=args["instance_types"] or None,
    )
