"""The settings of the bootstrap, read once; Pulumi.yaml describes each key."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import pulumi

REPOSITORY = re.compile(r"[\w.@-]+/[\w.@-]+")
STACK = re.compile(r"[a-z0-9-]{1,40}")
RUNS = ("deploy", "preview")


@dataclass(frozen=True)
class Backend:
    """Where the state is, with a backend of one's own."""

    bucket: str
    key: str


@dataclass(frozen=True)
class Deployments:
    """Pulumi Deployments of an organization, and what they run."""

    organization: str
    runs: Literal["deploy", "preview"] = "deploy"


@dataclass(frozen=True)
class Settings:
    """What a person decides."""

    repository: str
    stacks: tuple[str, ...]
    issuers: Mapping[str, str] = field(default_factory=dict[str, str])
    backend: Backend | None = None
    deployments: Deployments | None = None
    pull_requests: str = ""
    """The stack on whose cluster and balancer pull requests have stacks of their own."""


def read(config: pulumi.Config) -> Settings:
    """The settings of a stack file.

    Raises:
        ValueError: a setting is not what it should be; the text names it.
    """
    repository, stacks = config.require("repository"), tuple(cast("list[str]", config.require_object("stacks")))
    if not REPOSITORY.fullmatch(repository):
        raise ValueError(f"repository: must be OWNER/NAME (got {repository!r})")
    for stack in stacks:
        if not STACK.fullmatch(stack):
            raise ValueError(f"stacks: a name has at most 40 of a-z, 0-9 and - (got {stack!r})")
    return Settings(
        repository,
        stacks,
        _texts(config, "issuers", {"github", "pulumi"}),
        _backend(_texts(config, "backend", {"bucket", "key"})),
        _deployments(_texts(config, "deployments", {"organization", "runs"})),
        _pull_requests(_texts(config, "pullRequests", {"platform"}), stacks),
    )


def _texts(config: pulumi.Config, key: str, known: set[str]) -> dict[str, str]:
    given = cast("dict[str, str]", config.get_object(key) or {})
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"{key}: has no {unknown[0]!r}; it has {' and '.join(sorted(known))}")
    return given


def _backend(given: Mapping[str, str]) -> Backend | None:
    if given and set(given) != {"bucket", "key"}:
        raise ValueError("backend: needs both bucket and key")
    return Backend(given["bucket"], given["key"]) if given else None


def _pull_requests(given: Mapping[str, str], stacks: Sequence[str]) -> str:
    platform = given.get("platform", "")
    if given and platform not in stacks:
        raise ValueError(f"pullRequests.platform: must be one of the stacks (got {platform!r})")
    return platform


def _deployments(given: Mapping[str, str]) -> Deployments | None:
    if not given:
        return None
    runs = given.get("runs", "deploy")
    if "organization" not in given:
        raise ValueError("deployments: needs organization")
    if runs not in RUNS:
        raise ValueError(f"deployments.runs: must be {' or '.join(RUNS)} (got {runs!r})")
    return Deployments(given["organization"], "deploy" if runs == "deploy" else "preview")
