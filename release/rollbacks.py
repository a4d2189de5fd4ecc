"""Rollback certificate: which earlier releases can still be restored, and for how many more pushes.

The history is the release record's own, of which SSM keeps the last 100 versions; what stays of the images is told by
the registry: when each was pushed, and its lifecycle policy. Source: "Examples of lifecycle policies in Amazon ECR": a
count rule expires the images that were pushed longest ago.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from release.record import ReleaseRecord, Site
from release.state import Clients, short

ALL = None, ("",)
"""Without a rule all stay, whatever their tags."""
FOREVER = math.inf
"""Pushes left of an image that no rule expires."""


class NothingToRestore(Exception):
    """There is no earlier release that can be restored."""


@dataclass(frozen=True)
class Good:
    """A release that was live."""

    record: ReleaseRecord
    since: datetime


@dataclass(frozen=True)
class Images:
    """The images of a repository that a count rule ranks, the newest first; each by its tags and its digest."""

    tags: tuple[tuple[str, ...], ...]
    keep: int | None
    """How many of them stay; None when no rule expires them."""

    def pushes_left(self, tag: str) -> float | None:
        """How many more pushes the image of a tag survives; None when it is not there.

        Less than none: ECR has yet to expire it, which takes it up to a day.
        """
        rank = next((number for number, tags in enumerate(self.tags) if tag in tags), None)
        if rank is None:
            return None
        return FOREVER if self.keep is None else self.keep - 1 - rank


@dataclass(frozen=True)
class Restorable:
    """An earlier release, or the one that runs, and what is left of it."""

    good: Good
    runs: bool
    pushes_left: float | None
    """None: its image is gone."""

    @property
    def until(self) -> str:
        """In words until when it can be restored."""
        left = self.pushes_left
        if left is None:
            return "gone"
        if left == FOREVER:
            return "for good: no rule expires it"
        if left < 0:
            return "for a day at most: it is about to expire"
        return f"for {left:.0f} more push{'es' if left > 1 else ''}" if left else "until the next push"


def certificate(history: Sequence[Good], images: Mapping[str, Images], running: str) -> list[Restorable]:
    """Each release of a history once, the newest first; `images` by repository, `running` is a revision's ARN."""
    latest = {good.record.task_definition: good for good in history}
    newest_first = sorted(latest.values(), key=lambda good: good.since, reverse=True)
    return [
        Restorable(good, good.record.task_definition == running, _left(good.record.image, images))
        for good in newest_first
    ]


def _left(image: str, images: Mapping[str, Images]) -> float | None:
    repository, tag = place(image)
    return images[repository].pushes_left(tag) if repository in images else None


def place(image: str) -> tuple[str, str]:
    """Repository and digest of an image's reference, or its tag when it has none."""
    name, _, digest = image.split("/", 1)[-1].partition("@")
    repository, _, tag = name.partition(":")
    return repository, digest or tag


def previous(found: Sequence[Restorable]) -> Good:
    """The last good release before the one that runs.

    Raises:
        NothingToRestore: there is none, or its image is gone.
    """
    start = next((number for number, one in enumerate(found) if one.runs), -1) + 1
    if start >= len(found):
        raise NothingToRestore("there is no earlier release")
    if found[start].pushes_left is None:
        name = short(found[start].good.record.task_definition)
        raise NothingToRestore(f"the image of {name}, the release before, is gone: {found[start].good.record.image}")
    return found[start].good


def read(site: Site, clients: Clients, running: str | None = None) -> list[Restorable]:
    """The certificate of a service; what runs is what was recorded last, unless it is told."""
    history = _history(site, clients)
    repositories = {place(good.record.image)[0] for good in history}
    images = {name: _images(name, clients) for name in sorted(repositories)}
    last = history[-1].record.task_definition if history else ""
    return certificate(history, images, running or last)


def _history(site: Site, clients: Clients) -> list[Good]:
    ssm = clients.client("ssm")
    try:
        pages = list(ssm.get_paginator("get_parameter_history").paginate(Name=site.record))
    except ssm.exceptions.ParameterNotFound:
        return []
    versions = sorted((one for page in pages for one in page["Parameters"]), key=lambda one: one["Version"])
    return [Good(ReleaseRecord.from_json(one["Value"]), one["LastModifiedDate"]) for one in versions]


def _images(repository: str, clients: Clients) -> Images:
    ecr = clients.client("ecr")
    try:
        pages = list(ecr.get_paginator("describe_images").paginate(repositoryName=repository))
    except ecr.exceptions.RepositoryNotFoundException:
        return Images((), None)
    keep, prefixes = _rule(repository, ecr)
    found = sorted((one for page in pages for one in page["imageDetails"]), key=lambda one: one["imagePushedAt"])
    ranked = [one for one in reversed(found) if any(tag.startswith(prefixes) for tag in one.get("imageTags", []))]
    return Images(tuple((*one["imageTags"], one["imageDigest"]) for one in ranked), keep)


def _rule(repository: str, ecr: Any) -> tuple[int | None, tuple[str, ...]]:  # noqa: ANN401 - boto3 has no types
    try:
        return counted(ecr.get_lifecycle_policy(repositoryName=repository)["lifecyclePolicyText"])
    except ecr.exceptions.LifecyclePolicyNotFoundException:
        return ALL


def counted(policy: str) -> tuple[int | None, tuple[str, ...]]:
    """How many images a lifecycle policy keeps by count, and how the tags of those begin that it counts."""
    for rule in json.loads(policy)["rules"]:
        selection = rule["selection"]
        if selection["countType"] == "imageCountMoreThan" and selection["tagStatus"] == "tagged":
            return int(selection["countNumber"]), tuple(selection["tagPrefixList"])
    return ALL


def told(found: Sequence[Restorable]) -> Iterator[str]:
    """The certificate as lines for 80 columns, the newest release first."""
    if not found:
        yield "  no release was live yet"
    for one in found:
        record, since = one.good.record, one.good.since.astimezone(UTC)
        until = f"runs, {one.until}" if one.runs else one.until
        yield f"  {short(record.task_definition)}  live {since:%Y-%m-%d %H:%M} UTC  {until}"
        yield f"      {record.image}"


def as_output(found: Sequence[Restorable]) -> list[dict[str, str]]:
    """The certificate as an output of the stack."""
    return [
        {
            "release": short(one.good.record.task_definition),
            "image": one.good.record.image,
            "live": one.good.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "restorable": f"{one.until}, runs" if one.runs else one.until,
        }
        for one in found
    ]
