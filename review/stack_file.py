"""Stack file: that of a pull request, which is the platform's own made small.

The pull request runs what the platform's stack runs, each service once, at a host of its own, on the platform's cluster
and behind its balancer (docs/sharing.md). Nothing in it scales or runs by the clock, and so it has no workers, which
scale by their queue. Destroying it takes its images.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from review.pull_request_stack import NoStackError, host, name

PLATFORM = re.compile(r"[\w.-]+/(?P<project>[\w.-]+)/(?P<stack>[\w.-]+)")
NOT_HERE = ("scaling", "scheduledTasks")
"""Parts of a service that a pull request has no use for: nobody asks it often, and a job of the clock runs once."""
LOG_DAYS = 3
TAG = "slipway-stack"
"""Tag of all that the stack makes: what has no name of the stack's is held to it by the role (bootstrap/access)."""
ROLES = "${stack}.${name}-${hex(7)}"
"""Names of roles: no other stack's role has a dot in its name, so rights can tell them apart (bootstrap/access)."""
Keys = dict[str, Any]


def render(root: Path, number: int, platform: str, domain: str, secrets_provider: str = "") -> str:
    """The stack file of a pull request.

    `platform` is `ORGANIZATION/PROJECT/STACK`, whose stack file is read in `root`; `secrets_provider` is for a backend
    of one's own, such as `awskms:///ARN?region=REGION`.

    Raises:
        NoStackError: the platform is not so named, the domain is none, or the platform's stack file has no services.
    """
    named = PLATFORM.fullmatch(platform)
    if not named:
        raise NoStackError(f"the platform must be ORGANIZATION/PROJECT/STACK (got {platform!r})")
    project, stack = named["project"], named["stack"]
    given = _config(root / f"Pulumi.{stack}.yaml", project)
    services = {key: one or {} for key, one in given.get("services", {}).items()}
    asked = {key: one for key, one in services.items() if one.get("queue") is None}
    if not asked:
        raise NoStackError(f"Pulumi.{stack}.yaml has no services that a pull request could run")
    config = {key: value for key, value in given.items() if key.startswith("aws:")} | {
        "aws:defaultTags": _tags(given.get("aws:defaultTags"), f"{project}-{name(number)}"),
        "pulumi:autonaming": {"providers": {"aws": {"resources": {"aws:iam/role:Role": {"pattern": ROLES}}}}},
        "platform": platform,
        "repository": {**given.get("repository", {}), "forceDelete": True},
        "services": {key: _service(one, host(number, domain)) for key, one in asked.items()},
    }
    sealed = {"secretsprovider": secrets_provider} if secrets_provider else {}
    return yaml.safe_dump({**sealed, "config": config}, sort_keys=False)


def _config(file: Path, project: str) -> Keys:
    """The keys of a stack file, without the project's name."""
    found = cast("Keys", yaml.safe_load(file.read_text()))
    return {key.removeprefix(f"{project}:"): value for key, value in cast("Keys", found["config"]).items()}


def _tags(given: Mapping[str, Any] | None, whole: str) -> Keys:
    told = given or {}
    return {**told, "tags": {**told.get("tags", {}), TAG: whole}}


def _service(given: Keys, at: str) -> Keys:
    """A service, once; what is not asked by others has no host here either."""
    kept = {key: value for key, value in given.items() if key not in NOT_HERE}
    routing = kept.get("routing", {})
    if routing is not None:
        paths = {"paths": routing["paths"]} if "paths" in routing else {}
        kept["routing"] = {**paths, "hosts": [at]}
    return kept | {
        "desiredCount": min(1, kept.get("desiredCount", 1)),
        "task": {**kept.get("task", {}), "logRetentionDays": LOG_DAYS},
    }
