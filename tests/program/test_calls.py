"""Services that call each other: what a stack declares for it, and that nothing waits in a circle."""

import json
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.session import get_session
from botocore.validate import ParamValidator

from local.plan import plan, unknown_paths
from local.program import Declared, Run
from local.shapes import filled
from local.table import parameters

PROJECT = Path(__file__).resolve().parents[2]
PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
SERVICES: dict[str, Any] = {
    "api": {"connect": {}, "calls": ["web"], "routing": {"paths": ["/api/*"]}},
    "mail": {"routing": {"paths": ["/mail/*"]}},
    "web": {"connect": {"port": 80}, "calls": ["api"]},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("calls")
    for name in PARTS:
        (folder / name).symlink_to(PROJECT / name)
    config = {"aws:region": "eu-central-1", "slipway:services": SERVICES}
    (folder / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}))
    return plan(folder, "dev")


def one(run: Run, kind: str, name: str) -> Declared:
    (found,) = [each for each in run.declared if each.custom and each.type.endswith(f":{kind}") and each.name == name]
    return found


def test_two_that_call_each_other_wait_in_no_circle(run: Run):
    order = [*TopologicalSorter({each.urn: each.dependencies for each in run.declared}).static_order()]
    rules = [one(run, "SecurityGroupIngressRule", name) for name in ("api_calls_web", "web_calls_api")]
    groups = {one(run, "SecurityGroup", name).urn for name in ("api", "web")}
    assert all({urn for urn in rule.dependencies if "SecurityGroup::" in urn} == groups for rule in rules)
    assert order.index(one(run, "Service", "web").urn) < order.index(one(run, "Service", "api").urn)


def test_who_neither_calls_nor_is_called_is_left_alone(run: Run):
    assert "serviceConnectConfiguration" not in one(run, "Service", "mail").inputs
    (container,) = json.loads(one(run, "TaskDefinition", "mail").inputs["containerDefinitions"])
    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]


def test_addresses_are_known_at_the_first_preview(run: Run):
    definition = one(run, "TaskDefinition", "api").inputs
    assert set(unknown_paths(definition)) == {"executionRoleArn", "taskRoleArn"}
    (container,) = json.loads(definition["containerDefinitions"])
    assert {"name": "WEB_URL", "value": "http://web:80"} in container["environment"]
    assert container["portMappings"][0]["name"] == "api"


def test_the_namespace_is_the_stacks_and_a_legal_call(run: Run):
    namespace = one(run, "HttpNamespace", "namespace")
    assert namespace.inputs["name"] == "slipway-dev"
    row, call = parameters(namespace.type, namespace.inputs)
    shape = get_session().get_service_model(row.service).operation_model(row.operation).input_shape
    report = ParamValidator().validate(filled(row.operation, call, namespace.name), shape)
    assert not report.has_errors(), report.generate_report()
    assert not row.made
