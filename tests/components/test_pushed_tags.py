import pytest

from components.pushed_tags import pushed_tags
from tests.components.declared import declare

IMAGES = {
    "imageIds": [
        {"imageTag": "c-2", "imageDigest": "sha256:2"},
        {"imageTag": "c-1", "imageDigest": "sha256:1"},
        {"imageTag": "latest", "imageDigest": "sha256:1"},
        {"imageDigest": "sha256:0"},
    ]
}


def test_a_repository_that_is_there_is_asked_for_its_tags_and_another_is_not():
    made = declare(
        lambda: pushed_tags(["shop/web", "shop/new"]),
        {"getRepositories": {"names": ["other", "shop/web"]}, "getImages": IMAGES},
    )
    assert made.component == {"shop/web": ["c-1", "c-2", "latest"], "shop/new": []}
    assert made.calls == [
        {"token": "aws:ecr/getRepositories:getRepositories"},
        {"token": "aws:ecr/getImages:getImages", "repositoryName": "shop/web"},
    ]


def test_nothing_is_asked_for_nothing():
    made = declare(lambda: pushed_tags([]))
    assert made.component == {}
    assert made.calls == []


@pytest.mark.parametrize("fails", ["getRepositories", "getImages"])
def test_a_look_up_that_fails_is_an_error(fails: str):
    answers = {"getRepositories": {"names": ["shop/web"]}, "getImages": IMAGES, fails: RuntimeError("AccessDenied")}
    with pytest.raises(Exception, match="AccessDenied"):
        declare(lambda: pushed_tags(["shop/web"]), answers)
