"""LoadBalancer: one Application Load Balancer that the services share.

Always: the balancer, its closed security group opened for the listener alone, an HTTP listener that
answers 404 to what no service claims. Needs a network.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components.names import load_balancer
from settings.load_balancer import LoadBalancerOptions
from settings.options import complete, options

ANYWHERE = "0.0.0.0/0"


@options(extends=LoadBalancerOptions)
class LoadBalancerArgs(LoadBalancerOptions):
    """Arguments of `LoadBalancer`."""

    vpc_id: Input[str]
    """VPC of the balancer."""
    cidr: Input[str]
    """IPv4 block of the VPC: who may ask an internal balancer."""
    public_subnet_ids: Input[list[str]]
    """Subnets when it faces the internet."""
    private_subnet_ids: Input[list[str]]
    """Subnets when it is internal."""
    protect: bool
    """Refuse to delete it."""


class LoadBalancer(pulumi.ComponentResource):
    """An Application Load Balancer with its listener."""

    url: Output[str]
    """Where it answers."""
    arn_suffix: Output[str]
    """The part of its ARN that metrics name."""
    listener_arn: Output[str]
    """The listener that services add their rules to."""
    security_group_id: Output[str]
    """Its group: services let it in by name."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:LoadBalancer", name, {}, opts)
        args = complete(LoadBalancerArgs, args, name)
        child = ResourceOptions(parent=self)
        public = args["open_to_internet"] or bool(args["allowed_cidrs"])
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args["vpc_id"],
            description="Load balancer: open for its listener only",
            opts=child,
        )
        self._let_in(name, args, group)
        balancer = aws.lb.LoadBalancer(
            load_balancer(name),
            load_balancer_type="application",
            internal=not public,
            security_groups=[group.id],
            subnets=args["public_subnet_ids"] if public else args["private_subnet_ids"],
            drop_invalid_header_fields=True,
            idle_timeout=args["idle_timeout"],
            enable_deletion_protection=args["protect"],
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )
        nothing_here = aws.lb.ListenerDefaultActionFixedResponseArgs(
            content_type="text/plain", status_code="404", message_body="Not found"
        )
        listener = aws.lb.Listener(
            name,
            load_balancer_arn=balancer.arn,
            port=args["port"],
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="fixed-response", fixed_response=nothing_here)],
            opts=child,
        )
        port = "" if args["port"] == 80 else f":{args['port']}"  # noqa: PLR2004 - HTTP's own port
        self.url = Output.concat("http://", balancer.dns_name, port)
        self.arn_suffix, self.listener_arn = balancer.arn_suffix, listener.arn
        self.security_group_id = group.id
        self.register_outputs(
            {
                "url": self.url,
                "arn_suffix": self.arn_suffix,
                "listener_arn": self.listener_arn,
                "security_group_id": self.security_group_id,
            }
        )

    def _let_in(self, name: str, args: LoadBalancerArgs, group: aws.ec2.SecurityGroup) -> None:
        asked = args["allowed_cidrs"] or ([ANYWHERE] if args["open_to_internet"] else [args["cidr"]])
        for number, block in enumerate(asked):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{number}",
                security_group_id=group.id,
                description="clients of the listener",
                cidr_ipv4=block,
                ip_protocol="tcp",
                from_port=args["port"],
                to_port=args["port"],
                opts=ResourceOptions(parent=self),
            )
