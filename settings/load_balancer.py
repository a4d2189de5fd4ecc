"""How the world, or the network, reaches the services."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from settings.network import ipv4_block
from settings.options import Problem, distinct, options, set_beside

HTTP = 80


def _block(value: str) -> str:
    try:
        ipv4_block(value)
    except ValueError:
        raise PydanticCustomError("cidr", "must be an IPv4 block such as 203.0.113.0/24") from None
    return value


@options()
class DomainOptions(TypedDict):
    """A domain that the balancer answers for."""

    name: Annotated[str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")]
    """The domain, such as `app.example.com`; `*.example.com` stands for all right below it."""
    zone: NotRequired[Annotated[str | None, Field(default=None, min_length=1)]]
    """Name of the Route 53 hosted zone that answers for it: the alias record and the certificate's proof are made
    there. Left out, the records are yours, and `certificateArn` is needed."""


@options()
class ExistingLoadBalancer(TypedDict):
    """An Application Load Balancer that something else manages."""

    listener_arn: Annotated[
        str,
        Field(pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[^/]+/[^/]+/[^/]+$"),
    ]
    """ARN of the listener that gets the services' rules: the HTTPS one where there is one."""
    security_group_id: Annotated[str, Field(pattern=r"^sg-[0-9a-f]+$")]
    """Id of its security group: each service lets it in, and makes it a rule of its own that lets requests out."""
    url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")]
    """Where it answers, such as `https://www.example.com`."""


def _is_public(given: "LoadBalancerOptions") -> bool:
    return given["open_to_internet"] or bool(given["allowed_cidrs"])


def _https_or_asked(given: "LoadBalancerOptions") -> Iterator[Problem]:
    secure = bool(given["domains"]) or given["certificate_arn"] is not None
    if _is_public(given) and not secure and not given["plain_http"]:
        key = "openToInternet" if given["open_to_internet"] else "allowedCidrs"
        value = given["open_to_internet"] or given["allowed_cidrs"]
        why = "what faces the internet speaks HTTPS: give domains, or ask for plainHttp by name"
        yield Problem(key, value, why)
    if secure and given["plain_http"]:
        why = "has no meaning with domains or a certificate: plain HTTP redirects to HTTPS"
        yield Problem("plainHttp", given["plain_http"], why)
    if secure and given["port"] != HTTP:
        yield Problem("port", given["port"], f"HTTPS is on 443, and {HTTP} redirects to it: take port out")


def _certificate_for_all(given: "LoadBalancerOptions") -> Iterator[Problem]:
    why = "a certificate is proved by a record in a hosted zone: name it, or give certificateArn"
    for number, domain in enumerate(given["domains"]):
        if domain["zone"] is None and given["certificate_arn"] is None:
            yield Problem(f"domains.{number}.zone", None, why)
    names = [domain["name"] for domain in given["domains"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("domains", name, "names a domain twice")


def _one_or_the_other(given: "LoadBalancerOptions") -> Iterator[Problem]:
    if given["existing"]:
        yield from set_beside(LoadBalancerOptions, given, "an existing load balancer", "existing")


@options(_https_or_asked, _certificate_for_all, _one_or_the_other)
class LoadBalancerOptions(TypedDict):
    """The Application Load Balancer that the services share."""

    open_to_internet: NotRequired[Annotated[bool, Field(default=False)]]
    """Face the internet, and let every address in. Else the balancer is internal, open to the VPC's
    own addresses."""
    allowed_cidrs: NotRequired[
        Annotated[list[Annotated[str, AfterValidator(_block)]], distinct(), Field(default_factory=list)]
    ]
    """Let these IPv4 blocks in, and nobody else."""
    domains: NotRequired[Annotated[list[DomainOptions], Field(default_factory=list)]]
    """Domains that it answers for, over HTTPS; plain HTTP is then redirected."""
    certificate_arn: NotRequired[Annotated[str | None, Field(default=None, pattern=r"^arn:aws[a-z-]*:acm:")]]
    """ARN of an ACM certificate in the same region; one is made, and renewed, when left out."""
    plain_http: NotRequired[Annotated[bool, Field(default=False)]]
    """Answer over plain HTTP although clients come from the internet: what they send can be read on the way."""
    tls_policy: NotRequired[
        Annotated[str, Field(default="ELBSecurityPolicy-TLS13-1-2-Res-2021-06", pattern=r"^ELBSecurityPolicy-")]
    ]
    """Protocols and ciphers: TLS 1.3 and 1.2 by default ("Security policies for your Application Load Balancer")."""
    port: NotRequired[Annotated[int, Field(default=HTTP, ge=1, le=65535)]]
    """Port of the listener when it speaks plain HTTP."""
    access_log_days: NotRequired[Annotated[int, Field(default=90, ge=0, le=3650)]]
    """Days that access logs are kept, in a bucket of their own; 0 for no access logs."""
    idle_timeout: NotRequired[Annotated[int, Field(default=60, ge=1, le=4000)]]
    """Seconds after which a silent connection is closed."""
    existing: NotRequired[Annotated[ExistingLoadBalancer | None, Field(default=None)]]
    """Put the services behind this one and create none. It is in the VPC of `network.existing`."""
