"""A stack that scales in every way there is: its plan, and that the local stack's table knows all of it."""

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from local.plan import plan, unknown_paths
from local.program import Declared, Run
from local.shapes import filled
from local.table import parameters
from tests.scaled import PROJECT, configuration


@pytest.fixture(scope="module")
def run() -> Run:
    return plan(PROJECT, "prod", configuration("prod"))


@pytest.fixture(scope="module")
def declared(run: Run) -> list[Declared]:
    return [one for one in run.declared if "slipway:index:Scaling$" in one.urn]


def test_each_way_to_scale_is_declared_under_the_service(declared: list[Declared]):
    assert sorted(f"{one.type.rsplit(':', 1)[-1]} {one.name}" for one in declared) == [
        "MetricAlarm web-empty-step",
        "MetricAlarm web-waiting-step",
        "Policy web-cpu",
        "Policy web-empty-step",
        "Policy web-jobs-metric",
        "Policy web-memory",
        "Policy web-requests",
        "Policy web-waiting-step",
        "ScheduledAction web-evening",
        "ScheduledAction web-morning",
        "Target web",
    ]


def test_all_that_a_person_wrote_is_known_at_the_first_preview(declared: list[Declared]):
    unknown = {path for one in declared for path in unknown_paths(one.inputs)}
    label = "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.resourceLabel"
    assert unknown == {"alarmActions[0]", label}


def test_the_local_stack_makes_a_legal_call_of_each(declared: list[Declared]):
    for one in declared:
        row, call = parameters(one.type, one.inputs)
        shape = get_session().get_service_model(row.service).operation_model(row.operation).input_shape
        report = ParamValidator().validate(filled(row.operation, call, one.name), shape)
        assert not report.has_errors(), f"{one.name}: {report.generate_report()}"
        assert not row.made
