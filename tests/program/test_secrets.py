"""The examples of docs/secrets.md: every stack takes them, and its container definitions stay known."""

import json
from typing import Any

import pytest

from local import stack_file
from local.plan import plan, unknown_paths
from tests.with_secrets import EXAMPLES, PROJECT, configuration


@pytest.mark.parametrize("stack", stack_file.stacks(PROJECT))
@pytest.mark.parametrize("example", EXAMPLES, ids=["named", "pinned"])
def test_secrets_that_do_not_exist_yet_leave_the_definitions_known(stack: str, example: dict[str, Any]):
    found = plan(PROJECT, stack, configuration(stack, example))
    (definition,) = [one for one in found.declared if one.type.endswith(":TaskDefinition")]
    assert set(unknown_paths(definition.inputs)) == {"executionRoleArn", "taskRoleArn"}
    (container,) = json.loads(definition.inputs["containerDefinitions"])
    assert [one["name"] for one in container["secrets"]] == sorted(example["secrets"])
    secrets = [one for one in found.declared if one.type.endswith(":Secret")]
    named = {f"slipway-{stack}/web/{key}" for key in example["createdSecrets"]}
    assert {one.inputs["name"] for one in secrets} == named
    assert {one.urn for one in secrets} <= set(definition.dependencies)
    assert {one.protect for one in secrets} == {stack in ("staging", "prod")}
