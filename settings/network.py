"""Where the stack lives: a VPC of its own, or an existing one."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from settings.options import Problem, distinct, one_of, options, set_beside

ENDPOINTS = ("ecr.api", "ecr.dkr", "logs")
"""Services that every task needs to start: with `egress: endpoints` their interface endpoints are always there."""


def ipv4_block(value: str) -> ipaddress.IPv4Network:
    """A block as AWS takes it: with the length of its prefix.

    Raises:
        ValueError: it is none.
    """
    block = ipaddress.IPv4Network(value)
    if str(block) != value:
        raise ValueError(f"write it as {block}")
    return block


def _vpc_cidr(value: str) -> str:
    """AWS allows blocks from /16 to /28; a zone's subnets need room, so /24 is the smallest here."""
    try:
        block = ipv4_block(value)
    except ValueError as error:
        raise PydanticCustomError("cidr", "must be an IPv4 block: {why}", {"why": str(error)}) from None
    if not 16 <= block.prefixlen <= 24:  # noqa: PLR2004 - the bounds just named
        raise PydanticCustomError("cidr", "must be a block from /16 to /24")
    return value


@options()
class ExistingNetwork(TypedDict):
    """A VPC that something else manages."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]+$")]
    """Id of the VPC."""
    public_subnet_ids: Annotated[list[Annotated[str, Field(pattern=r"^subnet-")]], Field(min_length=2)]
    """Subnets of an internet-facing load balancer, in two Availability Zones at least."""
    private_subnet_ids: Annotated[list[Annotated[str, Field(pattern=r"^subnet-")]], Field(min_length=2)]
    """Subnets of the tasks, with a way to the image registry, in two Availability Zones at least."""


def _one_or_the_other(given: "NetworkOptions") -> Iterator[Problem]:
    if given["existing"]:
        yield from set_beside(NetworkOptions, given, "an existing network", "existing", "flow_logs")


def _further_endpoints(given: "NetworkOptions") -> Iterator[Problem]:
    if given["endpoints"] and given["egress"] != "endpoints" and given["existing"] is None:
        yield Problem("endpoints", given["endpoints"], "needs egress: endpoints; a NAT gateway leads to every service")
    for service in given["endpoints"]:
        if service in (*ENDPOINTS, "s3"):
            yield Problem("endpoints", service, "is there anyway: take it out")


@options(_one_or_the_other, _further_endpoints)
class NetworkOptions(TypedDict):
    """The VPC, its subnets and their way out."""

    zones: NotRequired[Annotated[int, Field(default=2, ge=2, le=6)]]
    """Number of Availability Zones; each gets a public and a private subnet. A load balancer needs two."""
    cidr: NotRequired[Annotated[str, AfterValidator(_vpc_cidr), Field(default="10.0.0.0/16")]]
    """IPv4 block of the VPC, /16 to /24."""
    egress: NotRequired[Annotated[str, one_of("nat", "natPerZone", "endpoints"), Field(default="nat")]]
    """How private subnets reach out: `nat` (one gateway, cheap, one zone's failure cuts all), `natPerZone`,
    or `endpoints` (no internet: VPC endpoints for ECR, S3, CloudWatch Logs and what `endpoints` names)."""
    endpoints: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")]], distinct(), Field(default_factory=list)
        ]
    ]
    """Further AWS services that private subnets reach with `egress: endpoints`, each by an interface endpoint: such as
    `secretsmanager`, `ssm` or `sqs`. A full name, such as `cn.com.amazonaws.cn-north-1.sqs`, is taken as it is."""
    flow_logs: NotRequired[Annotated[bool, Field(default=True)]]
    """Log the VPC's rejected and accepted traffic to CloudWatch Logs."""
    existing: NotRequired[Annotated[ExistingNetwork | None, Field(default=None)]]
    """Use this VPC and create none."""
