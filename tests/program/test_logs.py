"""The examples of docs/logs.md: every stack takes them, and its container definitions stay known."""

import json
from typing import Any

import pytest

from local import stack_file
from local.plan import plan, unknown_paths
from tests.with_secrets import PROJECT, configuration, examples


@pytest.mark.parametrize("stack", stack_file.stacks(PROJECT))
@pytest.mark.parametrize("example", examples("logs.md"), ids=["rights", "secret", "file"])
def test_a_log_router_leaves_the_definitions_known(stack: str, example: dict[str, Any]):
    found = plan(PROJECT, stack, configuration(stack, example))
    (definition,) = [one for one in found.declared if one.type.endswith(":TaskDefinition")]
    assert set(unknown_paths(definition.inputs)) == {"executionRoleArn", "taskRoleArn"}
    router, web = json.loads(definition.inputs["containerDefinitions"])
    assert (router["name"], web["name"]) == ("log-router", "web")
    assert web["logConfiguration"]["logDriver"] == "awsfirelens"
    assert web["logConfiguration"].get("options", {}) == example["logRouter"].get("options", {})
    assert web["dependsOn"] == [{"containerName": "log-router", "condition": "START"}]
    assert router["logConfiguration"]["options"]["awslogs-group"] == f"/slipway-{stack}/web"
