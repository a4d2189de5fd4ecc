import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.content_tag import content_tag
from components.promotion import look_up
from local.program import LookUpFailed
from settings.options import OptionsError, read
from settings.stack import StackOptions
from tests.components.declared import PLACE, Made, declare

DIGEST = f"sha256:{'a' * 64}"
HERE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
THERE = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"


class Looker(pulumi.ComponentResource):
    """What looks an image up."""

    def __init__(self, registry: str, **image: Any) -> None:
        super().__init__("test:index:Looker", "web", {})
        asked = read(StackOptions, {"services": {"web": {"image": image, "architecture": "ARM64"}}}, "bad:")
        self.found = look_up("services.web", asked["services"]["web"], PLACE, registry)


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def looked_up(context: Path, source: str, answer: Any = None, registry: str = "", **image: Any) -> Made:
    asked = {"context": str(context), "promoteFrom": source, **image}
    return declare(lambda: Looker(registry, **asked), {"getImage": answer or {"imageDigest": DIGEST}})


def tag_of(context: Path, **asked: Any) -> str:
    return content_tag(context, "Dockerfile", **{"target": None, "args": {}, "platform": "linux/arm64", **asked})


@pytest.mark.parametrize(
    ("source", "reference", "place"),
    [
        ("slipway-dev/web", f"{HERE}/slipway-dev/web", {}),
        (f"{THERE}/slipway-dev/web", f"{THERE}/slipway-dev/web", {"registryId": "111111111111", "region": "eu-west-1"}),
    ],
)
def test_the_content_is_found_by_its_tag_and_named_by_its_digest(
    context: Path, source: str, reference: str, place: dict[str, str]
):
    made, tag = looked_up(context, source), tag_of(context)
    assert made.component.found == {"reference": f"{reference}@{DIGEST}", "tag": tag}
    asked = {"repositoryName": "slipway-dev/web", "imageTag": tag, **place}
    assert made.calls == [{"token": "aws:ecr/getImage:getImage", **asked}]


def test_what_is_built_of_it_is_part_of_the_content(context: Path):
    made = looked_up(context, "dev/web", target="build", args={"A": "1"})
    assert made.component.found["tag"] == tag_of(context, target="build", args={"A": "1"})


def test_an_emulated_registry(context: Path):
    found = looked_up(context, "dev/web", registry="127.0.0.1:4566").component.found
    assert found["reference"] == f"127.0.0.1:4566/dev/web@{DIGEST}"


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_a_content_that_was_not_built_there_is_told_by_its_tag(context: Path, code: str):
    with pytest.raises(OptionsError) as error:
        looked_up(context, "dev/web", LookUpFailed(f"operation error ECR: DescribeImages: {code}: it does not exist"))
    (problem,) = error.value.problems
    why = f"has no image of this content, {tag_of(context)}: let the stack that builds it deploy this commit first"
    assert str(problem) == f"services.web.image.promoteFrom: {why} (got 'dev/web')"


def test_another_error_is_told_as_it_is(context: Path):
    with pytest.raises(Exception, match="AccessDeniedException: ecr:DescribeImages"):
        looked_up(context, "dev/web", LookUpFailed("AccessDeniedException: ecr:DescribeImages"))


def test_the_tag_is_not_of_the_bytes_around_the_context(context: Path):
    (context / ".dockerignore").write_text("notes\n")
    before = looked_up(context, "dev/web").component.found["tag"]
    (context / "notes").write_text(json.dumps({}))
    assert looked_up(context, "dev/web").component.found["tag"] == before
