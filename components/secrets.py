"""Secrets of a task: those that are made without a value, how ECS is told of each, and the right to read them."""

import re
from collections.abc import Iterable, Mapping

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from components import names
from components.account import Account
from settings.secret import CreatedSecretOptions, secret_source

COMPLETE = re.compile(r"-[A-Za-z0-9]{6}$")
"""The hyphen and six characters that Secrets Manager adds to a name in a secret's ARN."""


def created_secrets(
    task: str, created: Mapping[str, CreatedSecretOptions], prefix: str, opts: ResourceOptions
) -> list[pulumi.Resource]:
    """The secrets that are made without a value, in one order."""
    return [
        aws.secretsmanager.Secret(
            f"{task}-{name}",
            name=names.secret(prefix, name),
            description="Made without a value: aws secretsmanager put-secret-value gives it one",
            kms_key_id=one["kms_key"],
            recovery_window_in_days=one["recovery_days"],
            opts=opts,
        )
        for name, one in sorted(created.items())
    ]


def by_arn(secrets: Mapping[str, str], place: Account, prefix: str) -> dict[str, str]:
    """A container's secrets, those that the stack makes by the ARN as far as it is known before they exist.

    Secrets Manager finds a secret by it ("Finding a secret from a partial ARN", Troubleshoot AWS Secrets Manager), so
    container definitions stay known.
    """
    start = f"arn:{place['partition']}:secretsmanager:{place['region']}:{place['id']}:secret:"

    def told(text: str) -> str:
        found = secret_source(text)
        return f"{start}{names.secret(prefix, found.source)}{found.part}" if found and found.created else text

    return {name: told(text) for name, text in secrets.items()}


def reading(values: Iterable[str]) -> list[dict[str, object]]:
    """The statements that let a role read what these ARNs name, and nothing else."""
    found = [source for value in values if (source := secret_source(value))]
    statements: list[dict[str, object]] = []
    for service, action in (("ssm", "ssm:GetParameters"), ("secretsmanager", "secretsmanager:GetSecretValue")):
        if arns := sorted({_whole(one.source) for one in found if one.service == service}):
            statements.append({"Effect": "Allow", "Action": action, "Resource": arns})
    return statements


def _whole(arn: str) -> str:
    """What a policy names: six question marks for the six characters of a secret that an ARN leaves out.

    So "Limiting Access to Specific Secrets" (AWS Secrets Manager User Guide) has it; `*` would let longer names in.
    """
    return arn if ":ssm:" in arn or COMPLETE.search(arn) else f"{arn}-??????"
