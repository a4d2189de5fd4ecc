"""The one way to make a name that AWS bounds."""

import hashlib
import re

LOOKS_COMPLETE = re.compile(r"-.{6}$")
PULUMI_SUFFIX = 8
"""Pulumi's auto-naming adds a hyphen and seven hex digits."""


def fit(name: str, limit: int) -> str:
    """The name in letters, digits and hyphens, at most `limit` characters, no hyphen at either end.

    A name that has to change ends in a short hash of the whole, so that two long names stay apart.
    """
    legal = re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9-]", "-", name)).strip("-")
    if legal == name and len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    kept = legal[: limit - 7].rstrip("-")
    return f"{kept}-{digest}" if kept else f"n-{digest}"[:limit]


def bucket(name: str) -> str:
    """A logical name for an S3 bucket: lower case, 63 characters with Pulumi's suffix."""
    return fit(name.lower(), 63 - PULUMI_SUFFIX)


def capacity_provider(kind: str, cluster: str) -> str:
    """The name of a cluster's capacity provider: 255 characters, and none may start with aws, ecs or fargate.

    It is a name of ours, not Pulumi's, so that a strategy is known at preview. A random one would not help a
    replacement either: ECS keeps a provider for as long as a service uses it.
    """
    return fit(f"{kind}-{cluster}", 255)


def secret(prefix: str, name: str) -> str:
    """The name of a secret that is referred to by an ARN without the six characters that AWS adds.

    A name that ends in a hyphen and six characters would itself be taken for a complete one ("Troubleshoot AWS Secrets
    Manager"): an underscore keeps it apart.
    """
    whole = f"{prefix}/{name}"
    return f"{whole}_" if LOOKS_COMPLETE.search(whole) else whole


def schedule(name: str) -> str:
    """A logical name for a schedule: 64 characters with Pulumi's suffix."""
    return fit(name, 64 - PULUMI_SUFFIX)


def load_balancer(name: str) -> str:
    """A logical name for a load balancer or target group: 32 characters with Pulumi's suffix."""
    return fit(name, 32 - PULUMI_SUFFIX)


DEAD, MISSED = "_dead", "_missed"
"""No service has an underscore in its name: so a queue beside that of a service is no other service's."""


def queue(name: str) -> str:
    """The name of an SQS queue: 80 characters, with room for that of its dead letters."""
    return fit(name, 80 - len(DEAD))


def dead_letters(queue_name: str) -> str:
    """The name of the queue of a queue's dead letters."""
    return f"{queue_name}{DEAD}"


def missed(family: str) -> str:
    """The name of the queue of the starts that a family's schedules failed at: as that of dead letters, and another."""
    return f"{fit(family, 80 - len(MISSED))}{MISSED}"
