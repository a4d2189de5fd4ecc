"""Promotion: an image that another stack has built from the same content, found by its content tag.

Asked for once, before anything is declared, as `pushed_tags` is.
"""

import re
from pathlib import Path

import pulumi_aws as aws

from components.account import Account
from components.app_image import PLATFORMS, Promoted, registry_host
from components.content_tag import content_tag
from settings.container import ECR
from settings.options import OptionsError, Problem
from settings.service import ServiceOptions

NOT_THERE = re.compile(r"(Image|Repository)NotFound")
"""What ECR says of an image, or a repository, that does not exist (API reference: DescribeImages)."""


def look_up(path: str, service: ServiceOptions, place: Account, registry: str) -> Promoted:
    """The image of this service's content in the repository of `promoteFrom`; `path` leads to the service.

    Raises:
        OptionsError: that stack has not built this content.
    """
    image = service["image"]
    source = image["promote_from"] or ""
    tag = content_tag(
        Path(image["context"]),
        image["dockerfile"],
        target=image["target"],
        args=image["args"],
        platform=PLATFORMS[service["architecture"]],
    )
    elsewhere = ECR.match(source)
    account, region, name = elsewhere.group("account", "region", "name") if elsewhere else (None, None, source)
    repository = source if elsewhere else f"{registry or registry_host(place)}/{name}"
    try:
        found = aws.ecr.get_image(repository_name=name, image_tag=tag, registry_id=account, region=region)
    except Exception as error:  # the SDK has no narrower one
        if not NOT_THERE.search(str(error)):
            raise
        why = f"has no image of this content, {tag}: let the stack that builds it deploy this commit first"
        raise OptionsError("Nothing to promote:", [Problem(f"{path}.image.promoteFrom", source, why)]) from error
    return {"reference": f"{repository}@{found.image_digest}", "tag": tag}
