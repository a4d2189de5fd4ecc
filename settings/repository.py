"""What every service's image repository keeps, for whom, and how."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, one_of, options

PUSHES_IN_A_ROW = 20
"""So many pushes, failed releases included, must never cost the running image or the one before it."""


def _rollback_survives(given: "RepositoryOptions") -> Iterator[Problem]:
    least = PUSHES_IN_A_ROW + 2
    if given["keep_releases"] < least:
        why = f"{PUSHES_IN_A_ROW} pushes in a row could expire the running image or the one before: at least {least}"
        yield Problem("keepReleases", given["keep_releases"], why)


def _key_needs_kms(given: "RepositoryOptions") -> Iterator[Problem]:
    if given["kms_key"] and given["encryption"] != "KMS":
        yield Problem("kmsKey", given["kms_key"], "needs encryption: KMS")


@options(_rollback_survives, _key_needs_kms)
class RepositoryOptions(TypedDict):
    """The ECR repository of each service."""

    keep_releases: NotRequired[Annotated[int, Field(default=30, ge=1, le=1000)]]
    """How many tagged images stay; older ones expire."""
    untagged_days: NotRequired[Annotated[int, Field(default=14, ge=1, le=365)]]
    """Days after which an image without a tag expires."""
    encryption: NotRequired[Annotated[str, one_of("AES256", "KMS"), Field(default="AES256")]]
    """Encryption at rest. A change replaces the repository, with all its images: it is refused while the stack is
    protected, or while there are images without `forceDelete`. The image that runs is then pushed again only by
    `pulumi up --replace` with the URN of each service's image; until then no new task can start."""
    kms_key: NotRequired[Annotated[str | None, Field(default=None, pattern=r"^arn:aws[a-z-]*:kms:")]]
    """ARN of the key for `encryption: KMS`; AWS's own key for ECR when left out."""
    pull_accounts: NotRequired[Annotated[list[Annotated[str, Field(pattern=r"^\d{12}$")]], Field(default_factory=list)]]
    """Other AWS accounts that may pull."""
    pull_organization: NotRequired[Annotated[str | None, Field(default=None, pattern=r"^o-[a-z0-9]{10,32}$")]]
    """Id of an AWS organisation: each of its accounts, those of tomorrow too, may pull."""
    force_delete: NotRequired[Annotated[bool, Field(default=False)]]
    """Let `destroy` delete the repository with its images: for throw-away stacks."""
