"""A stack with a worker and all that runs beside a service: its plan, and that the local stack knows all of it."""

import json

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from local.plan import plan, unknown_paths
from local.program import UNKNOWN, Run
from local.shapes import filled
from local.table import parameters
from tests.jobs import PROJECT, configuration


@pytest.fixture(scope="module")
def run() -> Run:
    return plan(PROJECT, "prod", configuration("prod"))


def test_each_queue_and_each_container_is_known_at_the_first_preview(run: Run):
    found = [
        one for one in run.declared if one.type in ("aws:sqs/queue:Queue", "aws:ecs/taskDefinition:TaskDefinition")
    ]
    unknown = {path for one in found for path in unknown_paths(one.inputs)}
    assert len(found) == 5
    assert unknown == {"executionRoleArn", "taskRoleArn"}


def test_a_worker_has_an_address_of_its_queue_and_none_of_its_own(run: Run):
    assert run.outputs["urls"].keys() == {"web"}
    assert run.outputs["queues"] == {
        "worker": "https://sqs.eu-central-1.amazonaws.com/123456789012/slipway-prod-worker"
    }
    kinds = {one.type for one in run.declared if one.name.startswith("worker")}
    assert not [kind for kind in kinds if kind.startswith("aws:lb/")]


def test_the_local_stack_makes_a_legal_call_of_each(run: Run):
    ours = ("slipway:index:Queue", "slipway:index:ScheduledTask", "slipway:index:Job")
    for one in run.declared:
        if one.custom and any(kind in one.urn for kind in ours):
            inputs = json.loads(json.dumps(one.inputs).replace(f'"subnets": "{UNKNOWN}"', '"subnets": ["subnet-a"]'))
            row, call = parameters(one.type, inputs)
            shape = get_session().get_service_model(row.service).operation_model(row.operation).input_shape
            report = ParamValidator().validate(filled(row.operation, call, one.name), shape)
            assert not report.has_errors(), f"{one.name}: {report.generate_report()}"
