"""The pack as the engine serves it: a process of its own, spoken to over gRPC."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeStackRequest
from pulumi.runtime.rpc import UNKNOWN
from sample import R, changed, rendered, urn
from sample_stack import ACCOUNT, sample
from slipway_policies.rules import RULES
from slipway_policies.summary import SUMMARIES
from test_fuzz import fuzzed
from wire import registration

from local import policy_client
from local.policy_client import (
    PolicyPackError,
    Registration,
    Verdicts,
    default_provider,
    judge,
    serve,
)

PACK = Path(__file__).parents[2] / "policies"
PYTHON = Path(sys.executable)
SETTINGS = {
    "profile": "prod",
    "accounts": [ACCOUNT],
    "publicBalancers": ["balancer"],
    "publicRepositories": ["charts"],
    "requiredTags": ["owner"],
}
BROKEN = {"task.containerDefinitions[0].privileged": True, "repo.imageTagMutability": "MUTABLE", "scaling": R("gone")}


def _registrations(changes=(), *, preview: bool = False) -> list[Registration]:
    return [registration(each) for each in rendered(changed(sample(), dict(changes)), preview=preview)]


def _judged(resources: list[Registration], config=None, tags=None, stack: str = "prod") -> Verdicts:
    given = {"pack-settings": SETTINGS} if config is None else config
    return judge(PACK, PYTHON, resources, project="shop", stack=stack, config=given, tags=tags or {})


def test_the_pack_tells_of_every_rule():
    with serve(PACK, PYTHON, project="shop", stack="prod") as pack:
        told = {policy.name: policy for policy in pack.info().policies}
    assert told.keys() == {"pack-settings", *(one.id for one in (*RULES, *SUMMARIES))}
    immutable = told["ecr-tag-immutability"]
    assert immutable.framework.name == "AWS Security Hub CSPM"
    assert immutable.framework.reference == "ECR.2"
    assert "CKV_AWS_51" in immutable.tags
    assert immutable.remediation_steps
    assert told["pack-settings"].configSchema.properties["profile"]["enum"]


@pytest.mark.parametrize("preview", [True, False], ids=["first preview", "exists"])
def test_the_sample_passes_and_leaves_nothing_undecided(preview: bool):  # noqa: FBT001 - a parameter of the test
    verdicts = _judged(_registrations(preview=preview))
    assert [d.message for d in verdicts.diagnostics] == []
    # A policy over one resource cannot see the graph: what the graph decides is settled in the summary.
    settled = {each.policy for each in verdicts.told("undecided")}
    assert settled == ({"iam-no-admin", "ecs-role-split", "alb-certificate"} if preview else set())
    assert settled <= {rule.id for rule in RULES if rule.proof}


def test_violations_come_with_level_severity_and_urn():
    verdicts = _judged(_registrations(BROKEN))
    found = {each.policy: each for each in verdicts.mandatory}
    assert found.keys() == {"ecs-no-privileged", "ecr-tag-immutability", "image-digest-pinned", "ecs-autoscaled"}
    assert found["ecs-no-privileged"].urn == urn("task", "aws:ecs/taskDefinition:TaskDefinition")
    assert found["ecs-no-privileged"].severity == "high"
    assert "privileged is true" in found["ecs-no-privileged"].message.replace(" of 'web'", "")


def test_an_exemption_accepts_one_and_is_shown():
    entry = {
        "rule": "ecs-no-privileged",
        "resource": "*::task",
        "owner": "shop",
        "reason": "old",
        "expires": "2999-01-01",
    }
    verdicts = _judged(_registrations(BROKEN), {"pack-settings": {**SETTINGS, "exemptions": [entry]}})
    assert "ecs-no-privileged" not in {each.policy for each in verdicts.mandatory}
    assert "ecr-tag-immutability" in {each.policy for each in verdicts.mandatory}
    assert [each.policy for each in verdicts.told("exempt")] == ["ecs-no-privileged"]
    assert [each.policy for each in verdicts.advisory] == ["exemption-shown"]


def test_an_unused_exemption_and_a_wrong_setting_are_violations():
    entry = {"rule": "ecs-no-privileged", "resource": "*", "owner": "shop", "reason": "old", "expires": "2999-01-01"}
    verdicts = _judged(
        _registrations(), {"pack-settings": {**SETTINGS, "exemptions": [entry], "retentionDays": "many"}}
    )
    assert {each.policy for each in verdicts.mandatory} == {"exemption-valid", "pack-settings"}


def test_what_is_undecided_is_said_once_a_rule_with_its_path():
    task = Registration(
        urn("t", "aws:ecs/taskDefinition:TaskDefinition"),
        "aws:ecs/taskDefinition:TaskDefinition",
        "t",
        {"containerDefinitions": UNKNOWN},
    )
    verdicts = _judged([task])
    said = [each for each in verdicts.advisory if each.policy == "undecided-mandatory"]
    names = [each.message.split(" is undecided")[0] for each in said]
    assert len(names) == len(set(names))
    assert "ecs-no-privileged" in names
    assert all("t: containerDefinitions is not known before the update" in each.message for each in said)


@pytest.mark.parametrize(
    ("tags", "stack", "advice"),
    [({}, "prod", False), ({"slipway:profile": "dev"}, "prod", True), ({}, "web-dev", True)],
)
def test_the_profile_is_told_by_tag_or_name(tags, stack, advice):
    token = "aws:ecs/service:Service"
    service = Registration(f"urn:pulumi:{stack}::shop::{token}::s", token, "s", {"enableExecuteCommand": True})
    verdicts = _judged([service], {}, tags, stack)
    assert ("ecs-exec-off" in {each.policy for each in verdicts.mandatory}) is not advice
    assert (
        any("ecs-exec-off" in each.message for each in verdicts.advisory if each.policy == "profile-advice") is advice
    )


def test_levels_are_the_callers():
    levels = {"pack-settings": SETTINGS, "ecs-no-privileged": "advisory", "ecr-tag-immutability": "disabled"}
    verdicts = _judged(_registrations(BROKEN), levels)
    assert {each.policy for each in verdicts.mandatory} == {"image-digest-pinned", "ecs-autoscaled"}
    assert "ecs-no-privileged" in {each.policy for each in verdicts.advisory}
    assert "ecr-tag-immutability" not in {each.policy for each in verdicts.diagnostics}


def test_a_disabled_rule_is_in_no_summary():
    task = Registration(
        urn("t", "aws:ecs/taskDefinition:TaskDefinition"),
        "aws:ecs/taskDefinition:TaskDefinition",
        "t",
        {"containerDefinitions": UNKNOWN},
    )
    verdicts = _judged([task], {"ecs-no-privileged": "disabled"})
    assert not any("ecs-no-privileged" in each.message for each in verdicts.advisory)


def test_a_policy_that_is_none_is_told():
    with pytest.raises(PolicyPackError, match="has no policy ecs-no-privilege"):
        _judged([], {"ecs-no-privilege": "advisory"})


def test_the_provider_of_the_configuration_is_judged():
    provider = default_provider(
        "shop", "prod", {"aws:allowedAccountIds": f'["{ACCOUNT}"]', "aws:region": "x", "shop:a": "b"}
    )
    assert provider.properties == {"allowedAccountIds": f'["{ACCOUNT}"]', "region": "x"}
    assert "provider-account-pinned" not in {each.policy for each in _judged([provider]).mandatory}
    loose = default_provider("shop", "prod", {"aws:region": "x"})
    assert "provider-account-pinned" in {each.policy for each in _judged([loose]).mandatory}


def test_rubbish_gets_verdicts_through_the_protocol_too():
    resources = [registration(each) for each in fuzzed(400, seed=3)]
    carried = [each for each in resources if _can_be_carried(each.properties)]
    assert len(carried) > 200
    verdicts = _judged(carried)
    assert len({each.policy for each in verdicts.diagnostics}) > 50
    assert any(each.message.startswith("ecs-env-no-secrets is undecided") for each in verdicts.advisory)


def _can_be_carried(properties: dict[str, object]) -> bool:
    """Whether the protocol has a place for every value: it has none for numbers that are none, or are too large."""
    try:
        ParseDict(properties, Struct())
        json.dumps(properties, allow_nan=False)
    except (ParseError, TypeError, OverflowError, ValueError):
        return False
    return True


def test_a_stack_that_exists_is_judged_by_what_the_program_wrote():
    group, *rules = (registration(each) for each in rendered(sample()) if each.name in ("task-group", "task-in"))
    told = replace(group, properties={**group.properties, "ingress": [{"fromPort": 8080, "toPort": 8080}]})
    with serve(PACK, PYTHON, project="shop", stack="prod") as pack:
        pack.configure({}, project="shop", stack="prod", tags={}, dry_run=False)
        for wrote, mixed in ((group, False), (told, True)):
            for each in (wrote, *rules):
                pack._analyzer.Analyze(policy_client._alone(each, {}))
            whole = AnalyzeStackRequest(resources=[policy_client._in_stack(each, {}) for each in (told, *rules)])
            found = {each.policyName for each in pack._analyzer.AnalyzeStack(whole).diagnostics}
            assert ("sg-rules-not-mixed" in found) is mixed


def test_a_pack_that_does_not_start_says_why(tmp_path: Path):
    (tmp_path / "__main__.py").write_text("raise SystemExit('no such luck')")
    with pytest.raises(PolicyPackError, match="no such luck"):
        judge(tmp_path, PYTHON, [], project="shop", stack="prod")


def test_the_process_ends_with_the_client_whatever_happens():
    before = _children()
    served: set[str] = set()

    def fail() -> None:
        with serve(PACK, PYTHON, project="shop", stack="prod"):
            served.update(_children() - before)
            raise RuntimeError("planned")

    with pytest.raises(RuntimeError, match="planned"):
        fail()
    assert served
    deadline = time.monotonic() + 10
    while _children() & served and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _children() & served


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="utf-8").split())
