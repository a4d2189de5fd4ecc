"""What holds for a whole registry: all repositories of an account in a region, whoever made them."""

import re
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, distinct, one_of, options

WITHOUT_CREDENTIAL = re.compile(r"public\.ecr\.aws|quay\.io|registry\.k8s\.io|\d{12}\.dkr\.ecr\..+")
"""Upstream registries that let everybody pull, or another ECR ("Creating a pull through cache rule in Amazon ECR")."""
UPSTREAM = (
    r"^(registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com|public\.ecr\.aws|quay\.io|registry\.k8s\.io"
    r"|[a-z0-9]+\.azurecr\.io|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?)$"
)


def _credential_where_asked_for(given: "CacheOptions") -> Iterator[Problem]:
    if not given["credential"] and not WITHOUT_CREDENTIAL.fullmatch(given["upstream"]):
        yield Problem("credential", given["credential"], f"{given['upstream']} lets nobody in without one")


@options(_credential_where_asked_for)
class CacheOptions(TypedDict):
    """A pull-through cache: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME/…` is `…` of the upstream registry."""

    upstream: Annotated[str, Field(pattern=UPSTREAM)]
    """The registry behind it, such as `registry-1.docker.io` (Docker Hub), `ghcr.io`, `quay.io` or `public.ecr.aws`."""
    credential: NotRequired[
        Annotated[
            str | None,
            Field(default=None, pattern=r"^arn:aws[a-z-]*:secretsmanager:.+:secret:ecr-pullthroughcache/"),
        ]
    ]
    """ARN of a secret with `username` and `accessToken`. ECR reads only one whose name begins with
    `ecr-pullthroughcache/`; Docker Hub, GitHub, GitLab and Azure want one."""


@options()
class RegistryRulesOptions(TypedDict):
    """Rules of the registry. An account has one set in each region: let one stack name them, or two take turns."""

    scanning: NotRequired[Annotated[str | None, one_of("BASIC", "ENHANCED"), Field(default=None)]]
    """Scan every repository: `BASIC` looks for vulnerabilities of the operating system when an image is pushed,
    `ENHANCED` (Amazon Inspector, at a price) for those of language packages too, and again when new ones are known."""
    replicate_to: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]], distinct(), Field(default_factory=list)
        ]
    ]
    """Other regions of the account where the stack's images are kept too, from their next push on."""
    caches: NotRequired[
        Annotated[
            dict[Annotated[str, Field(pattern=r"^(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*$")], CacheOptions],
            Field(default_factory=dict),
        ]
    ]
    """Pull-through caches by the prefix of their repositories."""
