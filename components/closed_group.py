"""The security group of instances: no way in, and HTTPS out."""

import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from components.load_balancer import ANYWHERE, HTTPS


def closed_group(
    name: str, vpc_id: Input[str], opts: ResourceOptions
) -> tuple[aws.ec2.SecurityGroup, aws.vpc.SecurityGroupEgressRule]:
    """The group, and its one rule: an instance needs that until the last moment."""
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description="Instances: closed, out to AWS's services and registries only",
        opts=opts,
    )
    # The agent and the pull of images speak HTTPS. Names and time come from addresses that no group filters.
    out = aws.vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=group.id,
        description="ECS and image registries",
        cidr_ipv4=ANYWHERE,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        opts=opts,
    )
    return group, out
