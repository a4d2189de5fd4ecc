"""Secrets: what a container's environment variable is filled from, and those that the stack makes."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, options

CreatedName = Annotated[str, Field(pattern=r"^[A-Za-z][\w-]{0,63}$")]
"""Name of a secret that the stack makes."""
SECRET = re.compile(
    r"(?P<source>arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+|[A-Za-z][\w-]*)"
    r"(?P<part>(:[^:]*){3})?"
)
"""A secret of Secrets Manager, and the part and version of it as ECS takes them ("Pass Secrets Manager secrets through
Amazon ECS environment variables")."""
PARAMETER = re.compile(r"arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter/[\w./-]+")
"""A parameter of SSM. A version of it is none of what ECS takes."""
NO_RECOVERY = 0
LEAST_RECOVERY = 7


class SecretSource(NamedTuple):
    """What a container's secret is read from: `created` by the stack, or an ARN."""

    source: str
    part: str
    created: bool
    service: str


def secret_source(text: str) -> SecretSource | None:
    """A secret's text taken apart; None when it is none."""
    if PARAMETER.fullmatch(text):
        return SecretSource(text, "", created=False, service="ssm")
    found = SECRET.fullmatch(text)
    if not found:
        return None
    created = not found["source"].startswith("arn:")
    return SecretSource(found["source"], found["part"] or "", created, "secretsmanager")


def _legal_recovery(given: "CreatedSecretOptions") -> Iterator[Problem]:
    days = given["recovery_days"]
    if NO_RECOVERY < days < LEAST_RECOVERY:
        yield Problem("recoveryDays", days, f"Secrets Manager waits {LEAST_RECOVERY} to 30 days, or 0 for not at all")


@options(_legal_recovery)
class CreatedSecretOptions(TypedDict):
    """A secret of Secrets Manager that is made without a value: a person fills it, and no program ever holds it."""

    kms_key: NotRequired[
        Annotated[str | None, Field(default=None, pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/")]
    ]
    """ARN of the KMS key that it is encrypted with; AWS's own key for Secrets Manager when left out."""
    recovery_days: NotRequired[Annotated[int, Field(default=30, ge=0, le=30)]]
    """Days in which a deleted secret can be restored: 7 to 30, or 0 to delete it at once. Until they are over its name
    is taken, so a stack that is destroyed and made again wants 0."""


def text_problems(secrets: Mapping[str, str], place: str = "secrets") -> Iterator[Problem]:
    """Which of a container's secrets ECS could not read."""
    for name, text in sorted(secrets.items()):
        if secret_source(text):
            continue
        if text.startswith("arn:") and ":ssm:" in text:
            why = (
                "is no ARN of a parameter, arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; ECS takes no version of one: a "
                "new name pins a value, or a secret of Secrets Manager"
            )
        else:
            why = (
                "is no secret: the ARN of one, or the name of one in createdSecrets, alone or followed by "
                ":JSON-KEY:VERSION-STAGE:VERSION-ID, each of which may be empty"
            )
        yield Problem(f"{place}.{name}", text, why)
