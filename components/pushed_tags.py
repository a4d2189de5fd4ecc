"""Which tags the registry already has: asked for once, before anything is declared.

A look-up between resources makes the SDK go through all that is pending, each time: with hundreds of
services that is most of a preview.
"""

from collections.abc import Iterable

import pulumi_aws as aws


def pushed_tags(repository_names: Iterable[str]) -> dict[str, list[str]]:
    """The tags in each repository, none for one that is not there.

    Asked by lists, so that "not there" is no error, and every error is one.
    """
    names = list(repository_names)
    there = set(aws.ecr.get_repositories().names) if names else set[str]()
    return {name: _tags(name) if name in there else [] for name in names}


def _tags(repository_name: str) -> list[str]:
    images = aws.ecr.get_images(repository_name=repository_name).image_ids
    return sorted({image.image_tag for image in images if image.image_tag})
