from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.app_image import AppImage, version_of
from components.content_tag import content_tag
from tests.components.declared import PLACE, UNKNOWN, Made, Secret, Thing, declare, problems

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
TOKEN = {"getAuthorizationToken": {"userName": "AWS", "password": "a token"}}


class Repository(pulumi.ComponentResource):
    """As much of a repository as an image needs."""

    def __init__(self, registry_id: str | None = "123456789012") -> None:
        super().__init__("test:index:Repository", "web", {})
        self.thing = Thing("repository", parent=self)
        self.registry_id = Output.from_input(registry_id) if registry_id else self.thing.id


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "other.dockerfile").write_text("FROM scratch AS build\n")
    return tmp_path


def image(repository: Any, **asked: Any) -> AppImage:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "registry": "",
        "repository_name": "shop-dev/web",
        "pushed_tags": [],
        "architecture": "X86_64",
    }
    return AppImage("web", {**wiring, **asked}, repository)


def made(*, preview: bool = False, **asked: Any) -> Made:
    return declare(lambda: image(Repository(), **asked), TOKEN, preview=preview)


def tag_of(context: Path, dockerfile: str = "Dockerfile", **asked: Any) -> str:
    return content_tag(context, dockerfile, **{"target": None, "args": {}, "platform": "linux/amd64", **asked})


def declared(context: Path, tag: str, host: str = HOST, **build: Any) -> dict[str, Any]:
    """The one child, as it is by default, with what an option changes in its build."""
    return {
        f"docker:index/image:Image web-{tag}": {
            "imageName": f"{host}/shop-dev/web:{tag}",
            "build": {
                "context": str(context),
                "dockerfile": str(context / "Dockerfile"),
                "args": {},
                "platform": "linux/amd64",
                **build,
            },
            "buildOnPreview": False,
            "registry": {"server": host, "username": "AWS", "password": Secret("a token")},
            "skipPush": False,
            "opts.needs": ["Thing.repository"],
        }
    }


def test_an_image_is_built_and_pushed_under_its_content_tag(context: Path):
    assert made(context=str(context)).children == declared(context, tag_of(context))


def test_its_outputs_are_plain_and_known_at_preview(context: Path):
    tag = tag_of(context)
    found = made(context=str(context), preview=True)
    assert found.outputs == {"reference": f"{HOST}/shop-dev/web:{tag}", "tag": tag}
    assert (found.component.reference, found.component.tag) == (f"{HOST}/shop-dev/web:{tag}", tag)


def test_the_token_is_asked_of_the_repositorys_registry(context: Path):
    assert made(context=str(context)).calls == [
        {"token": "aws:ecr/getAuthorizationToken:getAuthorizationToken", "registryId": "123456789012"}
    ]


def test_a_registry_that_is_unknown_hides_the_token_alone(context: Path):
    found = declare(lambda: image(Repository(None), context=str(context)), TOKEN, preview=True)
    (child,) = found.children.values()
    assert child["registry"] == {"server": HOST, "username": UNKNOWN, "password": Secret(UNKNOWN)}


def test_a_tag_that_is_there_is_not_pushed_again(context: Path):
    tag = tag_of(context)
    (child,) = made(context=str(context), pushed_tags=["c-other", tag]).children.values()
    expected = declared(context, tag)[f"docker:index/image:Image web-{tag}"]
    assert child == {**expected, "skipPush": True, "opts.ignoreChanges": ["skipPush"]}
    (child,) = made(context=str(context), pushed_tags=["c-other"]).children.values()
    assert child == expected


def test_the_architecture_is_the_platform(context: Path):
    tag = tag_of(context, platform="linux/arm64")
    expected = declared(context, tag, platform="linux/arm64")
    assert made(context=str(context), architecture="ARM64").children == expected


def test_a_target_and_arguments_are_built_and_counted(context: Path):
    asked: dict[str, Any] = {"target": "build", "args": {"BASE_IMAGE": "python:3.13"}}
    expected = declared(context, tag_of(context, **asked), **asked)
    assert made(context=str(context), **asked).children == expected


def test_another_dockerfile(context: Path):
    tag = tag_of(context, "other.dockerfile")
    expected = declared(context, tag, dockerfile=str(context / "other.dockerfile"))
    assert made(context=str(context), dockerfile="other.dockerfile").children == expected


def test_an_emulated_registry(context: Path):
    host = "127.0.0.1:4566"
    assert made(context=str(context), registry=host).children == declared(context, tag_of(context), host)


def test_the_registry_of_another_partition(context: Path):
    china = {**PLACE, "region": "cn-north-1", "dns_suffix": "amazonaws.com.cn"}
    host = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"
    assert made(context=str(context), account=china).children == declared(context, tag_of(context), host)


def test_a_reference_is_taken_as_it_is_and_nothing_is_built():
    found = declare(lambda: image(None, reference="ghcr.io/shop/web:1.2"))
    assert found.children == {}
    assert found.calls == []
    assert found.outputs == {"reference": "ghcr.io/shop/web:1.2", "tag": "1.2"}


def test_what_another_stack_built_is_taken_by_its_digest_and_told_by_its_tag():
    promoted = {"reference": f"{HOST}/slipway-dev/web@sha256:{'a' * 64}", "tag": "c-1"}
    found = declare(lambda: image(None, promote_from="slipway-dev/web", promoted=promoted))
    assert found.children == {}
    assert found.calls == []
    assert found.outputs == promoted


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("ghcr.io/shop/web:1.2", "1.2"),
        ("ghcr.io/shop/web", "latest"),
        ("localhost:5000/web", "latest"),
        ("localhost:5000/web:1", "1"),
        (f"ghcr.io/shop/web:1@sha256:{'a' * 64}", f"sha256:{'a' * 64}"),
    ],
)
def test_a_references_version(reference: str, version: str):
    assert version_of(reference) == version


def test_an_image_without_a_repository_is_refused():
    with pytest.raises(ValueError, match="web: an image that is built here needs a repository"):
        declare(lambda: image(None))


@pytest.mark.parametrize("reference", [None, "ghcr.io/shop/web:1"])
def test_an_architecture_that_ecs_does_not_have_is_told(reference: str | None):
    told = ["web.architecture: must be one of X86_64, ARM64"]
    assert problems(lambda: image(None, architecture="arm64", reference=reference)) == told


def test_a_context_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"the build context '.*/none' is not a folder"):
        made(context=str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"reference": "ghcr.io/shop/web:1", "target": "build"},
            "web.target: has no meaning with a reference: nothing is built",
        ),
        ({"context": ""}, "web.context: string should have at least 1 character"),
        ({"pushed_tags": "c-1"}, "web.pushed_tags: input should be a valid list"),
    ],
)
def test_a_wrong_argument_is_named(asked: dict[str, Any], told: str):
    assert problems(lambda: image(None, **asked)) == [told]
