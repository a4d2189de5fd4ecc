"""Certificate: what proves to clients that the stack answers for its domains.

Always: an ACM certificate, the DNS records that prove the domains are ours, and the wait until ACM has seen them. Needs
a Route 53 hosted zone for each domain.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from settings.options import complete, options

# Quoted types: an SDK module that a stack does not use is not loaded for them.


@options()
class ZonedDomain(TypedDict):
    """A domain, and the hosted zone that answers for it."""

    name: str
    """The domain, such as `app.example.com` or `*.example.com`."""
    zone_id: str
    """Id of the hosted zone."""


@options()
class CertificateArgs(TypedDict):
    """Arguments of `Certificate`."""

    domains: list[ZonedDomain]
    """The domains; the first one names the certificate."""


class Certificate(pulumi.ComponentResource):
    """A certificate that renews itself for as long as its records stand."""

    arn: Output[str]
    """Its ARN, known once it is issued."""

    def __init__(self, name: str, args: CertificateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Certificate", name, {}, opts)
        args = complete(CertificateArgs, args, name)
        first, *others = [domain["name"] for domain in args["domains"]]
        certificate = aws.acm.Certificate(
            name,
            domain_name=first,
            subject_alternative_names=others,
            validation_method="DNS",
            opts=ResourceOptions(parent=self),
        )
        records = [
            self._record(name, domain, zone_id, certificate) for domain, zone_id in proved(args["domains"]).items()
        ]
        issued = aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=ResourceOptions(parent=self),
        )
        self.arn = issued.certificate_arn
        self.register_outputs({"arn": self.arn})

    def _record(self, name: str, domain: str, zone_id: str, certificate: "aws.acm.Certificate") -> "aws.route53.Record":
        def told(field: str) -> Output[str]:
            return certificate.domain_validation_options.apply(lambda options: _of(options, domain, field))

        return aws.route53.Record(
            f"{name}-proof-{domain}",
            zone_id=zone_id,
            name=told("resource_record_name"),
            type=told("resource_record_type"),
            records=[told("resource_record_value")],
            ttl=60,
            # The record of a domain is the same for every certificate of an account: another stack may have made it.
            allow_overwrite=True,
            opts=ResourceOptions(parent=self),
        )


def proved(domains: Sequence[ZonedDomain]) -> dict[str, str]:
    """The domains that need a record, and their zones: `*.example.com` and `example.com` share one."""
    return {domain["name"].removeprefix("*."): domain["zone_id"] for domain in domains}


def _of(options: Sequence[Any], domain: str, field: str) -> str:
    """What ACM asks for one domain: its answers come in no order that is promised."""
    return str(next(getattr(one, field) for one in options if one.domain_name.removeprefix("*.") == domain))
