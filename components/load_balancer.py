"""LoadBalancer: one Application Load Balancer that the services share.

Always: the balancer, its closed security group opened for its listeners alone, a listener that answers 404 to what no
service claims. With domains or a certificate that listener speaks HTTPS, and one for plain HTTP redirects to it.
Optional: a certificate, alias records, a bucket of access logs; nothing at all for an existing one. Needs a network.
"""

import re
from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOptions, Output, ResourceOptions

from components.account import Account, elsewhere
from components.certificate import Certificate, ZonedDomain
from components.log_bucket import LogBucket
from components.names import load_balancer
from settings.load_balancer import HTTP, ExistingLoadBalancer, LoadBalancerOptions
from settings.options import Problem, complete, options

ANYWHERE = "0.0.0.0/0"
HTTPS = 443


def _existing_here(given: "LoadBalancerArgs") -> Iterator[Problem]:
    if given["existing"] and (why := elsewhere(given["account"], given["existing"]["listener_arn"])):
        yield Problem("existing.listenerArn", given["existing"]["listener_arn"], why)


@options(_existing_here, extends=LoadBalancerOptions)
class LoadBalancerArgs(LoadBalancerOptions):
    """Arguments of `LoadBalancer`."""

    account: Account
    """Where it is."""
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
    """An Application Load Balancer with its listeners."""

    url: Output[str]
    """Where it answers: the first domain, else its own name."""
    arn_suffix: Output[str]
    """The part of its ARN that metrics name."""
    listener_arn: Output[str]
    """The listener that services add their rules to: the HTTPS one where there is one."""
    security_group_id: Output[str]
    """Its group: services let it in by name."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:LoadBalancer", name, {}, opts)
        args = complete(LoadBalancerArgs, args, name)
        if args["existing"]:
            self._use(args["existing"])
        else:
            self._create(name, args)
        self.register_outputs(
            {
                "url": self.url,
                "arn_suffix": self.arn_suffix,
                "listener_arn": self.listener_arn,
                "security_group_id": self.security_group_id,
            }
        )

    def _use(self, existing: ExistingLoadBalancer) -> None:
        self.url, self.listener_arn = Output.from_input(existing["url"]), Output.from_input(existing["listener_arn"])
        # A listener's ARN has its balancer's inside: `…:listener/app/NAME/ID/LISTENER` ("Actions, resources, and
        # condition keys for AWS Elastic Load Balancing V2").
        self.arn_suffix = Output.from_input("/".join(existing["listener_arn"].split("/")[1:4]))
        self.security_group_id = Output.from_input(existing["security_group_id"])

    def _create(self, name: str, args: LoadBalancerArgs) -> None:
        zoned = self._zoned(args)
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args["vpc_id"],
            description="Load balancer: open for its listener only",
            opts=ResourceOptions(parent=self),
        )
        balancer = self._balancer(name, args, group)
        certificate = self._certificate(name, args, zoned)
        ports = [args["port"]] if certificate is None else [HTTP, HTTPS]
        self._let_in(name, args, group, ports)
        listener = self._listeners(name, args, balancer, certificate)
        for domain in zoned:
            self._alias(name, domain, balancer)
        self.url = _url(args, balancer, secure=certificate is not None)
        self.arn_suffix, self.listener_arn = balancer.arn_suffix, listener.arn
        self.security_group_id = group.id

    def _zoned(self, args: LoadBalancerArgs) -> list[ZonedDomain]:
        """The domains with a hosted zone, which is looked up by its name, once."""
        zones = {domain["zone"] for domain in args["domains"] if domain["zone"]}
        ids = {zone: aws.route53.get_zone(name=zone, opts=InvokeOptions(parent=self)).zone_id for zone in sorted(zones)}
        return [
            {"name": domain["name"], "zone_id": ids[domain["zone"]]} for domain in args["domains"] if domain["zone"]
        ]

    def _balancer(self, name: str, args: LoadBalancerArgs, group: aws.ec2.SecurityGroup) -> aws.lb.LoadBalancer:
        public = args["open_to_internet"] or bool(args["allowed_cidrs"])
        return aws.lb.LoadBalancer(
            load_balancer(name),
            load_balancer_type="application",
            internal=not public,
            security_groups=[group.id],
            subnets=args["public_subnet_ids"] if public else args["private_subnet_ids"],
            drop_invalid_header_fields=True,
            idle_timeout=args["idle_timeout"],
            access_logs=self._access_logs(name, args),
            enable_deletion_protection=args["protect"],
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )

    def _access_logs(self, name: str, args: LoadBalancerArgs) -> aws.lb.LoadBalancerAccessLogsArgs | None:
        if not args["access_log_days"]:
            return None
        logs = LogBucket(
            f"{name}-logs",
            {"account": args["account"], "days": args["access_log_days"], "protect": args["protect"]},
            ResourceOptions(parent=self),
        )
        return aws.lb.LoadBalancerAccessLogsArgs(bucket=logs.bucket_name, enabled=True)

    def _certificate(self, name: str, args: LoadBalancerArgs, zoned: list[ZonedDomain]) -> Input[str] | None:
        """ARN of the certificate that the HTTPS listener shows; None when there is no such listener."""
        if args["certificate_arn"]:
            return args["certificate_arn"]
        return Certificate(name, {"domains": zoned}, ResourceOptions(parent=self)).arn if zoned else None

    def _listeners(
        self, name: str, args: LoadBalancerArgs, balancer: aws.lb.LoadBalancer, certificate: Input[str] | None
    ) -> aws.lb.Listener:
        """The listener that takes the services' rules."""
        child = ResourceOptions(parent=self)
        not_found = aws.lb.ListenerDefaultActionFixedResponseArgs(
            content_type="text/plain", status_code="404", message_body="Not found"
        )
        nothing_here = aws.lb.ListenerDefaultActionArgs(type="fixed-response", fixed_response=not_found)
        if certificate is None:
            return aws.lb.Listener(
                name,
                load_balancer_arn=balancer.arn,
                port=args["port"],
                protocol="HTTP",
                default_actions=[nothing_here],
                opts=child,
            )
        to_https = aws.lb.ListenerDefaultActionRedirectArgs(protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301")
        aws.lb.Listener(
            name,
            load_balancer_arn=balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="redirect", redirect=to_https)],
            opts=child,
        )
        return aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=args["tls_policy"],
            certificate_arn=certificate,
            default_actions=[nothing_here],
            opts=child,
        )

    def _alias(self, name: str, domain: ZonedDomain, balancer: aws.lb.LoadBalancer) -> None:
        target = aws.route53.RecordAliasArgs(
            name=balancer.dns_name, zone_id=balancer.zone_id, evaluate_target_health=False
        )
        aws.route53.Record(
            f"{name}-{domain['name']}",
            zone_id=domain["zone_id"],
            name=domain["name"],
            type="A",
            aliases=[target],
            opts=ResourceOptions(parent=self),
        )

    def _let_in(self, name: str, args: LoadBalancerArgs, group: aws.ec2.SecurityGroup, ports: list[int]) -> None:
        for word, block, port in ((word, block, port) for word, block in _clients(args).items() for port in ports):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{word}-{port}",
                security_group_id=group.id,
                description="clients of the listener",
                cidr_ipv4=block,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=ResourceOptions(parent=self),
            )


def _clients(args: LoadBalancerArgs) -> dict[str, Input[str]]:
    """The blocks that are let in, each with the word that its rules are named by.

    A name is the block's own, whatever stands before it in a list: AWS takes a rule once, and a new name is made before
    the old one is gone.
    """
    asked = args["allowed_cidrs"] or ([ANYWHERE] if args["open_to_internet"] else [])
    return {re.sub(r"[./]", "-", block): block for block in asked} or {"vpc": args["cidr"]}


def _url(args: LoadBalancerArgs, balancer: aws.lb.LoadBalancer, *, secure: bool) -> Output[str]:
    named = next((domain["name"] for domain in args["domains"] if not domain["name"].startswith("*")), None)
    port = "" if secure or args["port"] == HTTP else f":{args['port']}"
    return Output.concat("https" if secure else "http", "://", named or balancer.dns_name, port)
