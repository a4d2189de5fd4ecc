"""Issuer: whose signed tokens the account takes for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import Input, ResourceOptions


@dataclass(frozen=True)
class Issuer:
    """A place that signs tokens, and the ARN under which the account knows it."""

    host: str
    audience: str
    arn: Input[str]

    def statement(self, subjects: Sequence[str]) -> Mapping[str, Any]:
        """Lets the bearers of tokens with these subjects, and no others, take a role on."""
        return {
            "Effect": "Allow",
            "Principal": {"Federated": self.arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{self.host}:aud": self.audience, f"{self.host}:sub": sorted(subjects)},
            },
        }


def github(known: str | None) -> Issuer:
    """GitHub Actions ("Configuring OpenID Connect in Amazon Web Services", GitHub)."""
    return _issuer("github", "token.actions.githubusercontent.com", "sts.amazonaws.com", known)


def pulumi_cloud(organization: str, known: str | None) -> Issuer:
    """Pulumi Deployments, whose audience is the organization ("Configuring OpenID Connect for AWS", Pulumi)."""
    return _issuer("pulumi", "api.pulumi.com/oidc", organization, known)


def _issuer(name: str, host: str, audience: str, known: str | None) -> Issuer:
    if known:
        return Issuer(host, audience, known)
    # Without it the roles could not be taken on, and nobody could deploy what mends that.
    made = aws.iam.OpenIdConnectProvider(
        name, url=f"https://{host}", client_id_lists=[audience], opts=ResourceOptions(protect=True)
    )
    return Issuer(host, audience, made.arn)
