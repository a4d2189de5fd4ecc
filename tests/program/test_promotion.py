"""The recipe of docs/images.md: what dev builds, staging and prod run, and build nothing."""

import json
from typing import Any

import pytest

from components.content_tag import content_tag
from local.plan import Nothing, plan
from local.program import LookUpFailed, ProgramError, Run
from tests.with_images import PROJECT, PROMOTED, promoting

TAG = content_tag(PROJECT / "app", "Dockerfile", target=None, args={}, platform="linux/amd64")


def container(found: Run) -> dict[str, Any]:
    (definition,) = [one for one in found.declared if one.type.endswith(":TaskDefinition")]
    (only,) = json.loads(definition.inputs["containerDefinitions"])
    return only


def test_the_recipe_is_of_three_stacks():
    assert PROMOTED.keys() == {"dev", "staging", "prod"}


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_what_dev_builds_is_run_by_its_digest_and_nothing_is_built(stack: str):
    built, found = container(plan(PROJECT, "dev", promoting("dev"))), plan(PROJECT, stack, promoting(stack))
    assert built["image"].endswith(f"/slipway-dev/web:{TAG}")
    assert container(found)["image"].endswith(f"/slipway-dev/web@sha256:{'0' * 64}")
    assert {"name": "APP_VERSION", "value": TAG} in container(found)["environment"]
    assert not [one.urn for one in found.declared if one.type.startswith(("docker:", "aws:ecr/"))]


def test_it_is_looked_up_by_the_tag_that_dev_gave_it(monkeypatch: pytest.MonkeyPatch):
    asked: list[dict[str, Any]] = []
    answer = Nothing.call

    def call(self: Nothing, args: Any) -> Any:
        asked.append({"token": args.token, **args.args})
        return answer(self, args)

    monkeypatch.setattr(Nothing, "call", call)
    plan(PROJECT, "prod", promoting("prod"))
    ecr = [one for one in asked if one["token"].startswith("aws:ecr/")]
    there = {"repositoryName": "slipway-dev/web", "registryId": "111111111111", "region": "eu-central-1"}
    assert ecr == [{"token": "aws:ecr/getImage:getImage", "imageTag": TAG, **there}]


def test_a_commit_that_dev_has_not_built_is_refused(monkeypatch: pytest.MonkeyPatch):
    answer = Nothing.call

    def call(self: Nothing, args: Any) -> Any:
        if args.token.endswith(":getImage"):
            raise LookUpFailed(f"ImageNotFoundException: {args.args['imageTag']} does not exist")
        return answer(self, args)

    monkeypatch.setattr(Nothing, "call", call)
    with pytest.raises(ProgramError, match=rf"services\.web\.image\.promoteFrom: has no image of this content, {TAG}"):
        plan(PROJECT, "staging", promoting("staging"))
