"""Our own stacks keep the rules, each under its own profile; what they deviate in has an owner, a reason and an end."""

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from own_stacks import PROJECT, STACKS, config, configured, settings, without_children, world
from sample import GONE, World, changed, rendered, stack_of
from slipway_policies import kinds
from slipway_policies.judge import Finding, everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.summary import SUMMARIES
from wire import registration

from local.policy_client import judge
from tests import jobs, with_images, with_secrets
from tests.scaled import configuration
from tests.with_secrets import EXAMPLES

TODAY = date(2026, 11, 25)
LONGEST = timedelta(days=200)
"""An exemption that is accepted for longer is a decision that nobody looks at again."""
ABOUT_CONTAINERS = kinds.TASK_DEFINITION | kinds.IMAGE | kinds.REPOSITORY | kinds.LIFECYCLE_POLICY
WITHOUT_SUBJECT = {"ecs-efs-tls", "required-tags"}
"""Rules on containers and images that find nothing to judge in our stacks: no EFS, no tags agreed on."""
GROUNDS = {"under the engine": world, "without awsx's children": without_children}

each_stack = pytest.mark.parametrize("name", STACKS)
each_ground = pytest.mark.parametrize("ground", GROUNDS.values(), ids=GROUNDS.keys())


def _terms(name: str) -> Terms:
    own = settings(name)
    assert own.profile
    return Terms(own, own.profile, TODAY)


def _judged(name: str, declared: World) -> tuple[list[Finding], Stack]:
    stack = stack_of(declared, preview=True)
    return everything([rule for rule in RULES if rule.level != "disabled"], stack, _terms(name)), stack


@each_stack
@each_ground
def test_it_passes_at_the_first_preview(name: str, ground):
    findings, stack = _judged(name, ground(name))
    assert [f.message for f in findings if f.enforced and f.rule.level == "mandatory"] == []
    summary = next(each for each in SUMMARIES if each.id == "exemption-valid")
    assert [*summary.lines(findings, _terms(name), stack)] == []


@each_stack
def test_it_passes_when_it_scales_in_every_way(name: str):
    declared = configured(name, configuration(name))
    findings, stack = _judged(name, declared)
    assert len(stack.of(kinds.SCALING_POLICY)) == 6
    assert [f.message for f in findings if f.enforced and f.rule.level == "mandatory"] == []
    about = {"ecs-autoscaled", "ecs-ignore-desired-count"}
    assert {f.verdict.state for f in findings if f.rule.id in about} == {"compliant"}


@each_stack
def test_it_passes_with_secrets_that_do_not_exist_yet(name: str):
    findings, stack = _judged(name, configured(name, with_secrets.configuration(name, EXAMPLES[0])))
    assert len(stack.of(kinds.SECRET)) == 2
    assert [f.message for f in findings if f.enforced and f.rule.level == "mandatory"] == []
    states = {(f.rule.id, f.verdict.state) for f in findings}
    assert {(rule, "compliant") for rule in ("ecs-secret-refs-valid", "iam-no-wildcards")} <= states


@each_stack
@pytest.mark.parametrize("example", with_secrets.examples("logs.md"), ids=["rights", "secret", "file"])
def test_it_passes_with_a_log_router_that_is_no_root(name: str, example: dict[str, Any]):
    declared = configured(name, with_secrets.configuration(name, example))
    findings, _ = _judged(name, declared)
    # The pack of `local` knows no account of AWS, so no image from one.
    foreign = {"image-private-registry", "image-from-managed-repo"} if name == "local" else set()
    assert {f.rule.id for f in findings if f.enforced and f.rule.level == "mandatory"} == foreign
    states = {(f.rule.id, f.verdict.state) for f in findings if f.part == "log-router"}
    rules = ("nonroot-linux", "readonly-rootfs", "capabilities", "log-configured", "log-group-managed")
    assert {(f"ecs-{rule}", "compliant") for rule in rules} <= states
    root = changed(declared, {"TaskDefinition:web.containerDefinitions[0].user": "0"})
    assert "ecs-nonroot-linux" in {f.rule.id for f in _judged(name, root)[0] if f.enforced and f.part == "log-router"}
    own = {f.rule.id: f.verdict.state for f in findings if f.part == "web"}
    assert (own["ecs-log-configured"], own["ecs-log-group-managed"]) == ("compliant", "not applicable")


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])  # the pack of `local` knows no account of AWS
def test_what_it_may_name_about_images_passes_but_a_public_repository_that_the_pack_was_not_told_of(name: str):
    declared = configured(name, with_images.configuration(name))
    findings, stack = _judged(name, declared)
    assert len(stack.of(kinds.CREATION_TEMPLATE)) == 3
    assert {f.rule.id for f in findings if f.enforced and f.rule.level == "mandatory"} == {"ecr-private-only"}
    told = Terms(replace(settings(name), public_repositories=("shop/web",)), settings(name).profile or "prod", TODAY)
    again = everything(RULES, stack, told)
    assert [f.message for f in again if f.enforced and f.rule.level == "mandatory"] == []
    about = {
        "ecr-policy-not-public",
        "ecr-registry-scan-configured",
        "ecr-template-compliant",
        "ecr-cache-authenticated",
    }
    assert {f.rule.id for f in again if f.verdict.state == "compliant"} >= about
    open_ = changed(declared, {"RepositoryPolicy:web.policy.Statement[1].Condition": GONE})
    assert "ecr-policy-not-public" in {f.rule.id for f in _judged(name, open_)[0] if f.verdict.state == "violation"}


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_it_passes_when_it_runs_what_another_stack_has_built(name: str):
    findings, _ = _judged(name, configured(name, with_images.promoting(name)))
    assert [f.message for f in findings if f.enforced and f.rule.level == "mandatory"] == []
    states = {f.rule.id: f.verdict.state for f in findings}
    assert states["image-digest-pinned"] == states["image-private-registry"] == states["image-no-latest"] == "compliant"
    assert states["image-from-managed-repo"] == "not applicable"


@each_stack
def test_it_passes_where_the_pack_is_served(name: str):
    resources = [registration(each) for each in rendered(world(name), preview=True)]
    pack = PROJECT / "policies"
    verdicts = judge(pack, Path(sys.executable), resources, project="slipway", stack=name, config=config(name))
    assert [each.message for each in verdicts.mandatory] == []
    accepted = {each.policy for each in verdicts.told("exempt")}
    assert accepted == {each.rule for each in settings(name).exemptions}


@each_stack
def test_each_deviation_ends(name: str):
    for exemption in settings(name).exemptions:
        assert exemption.problems == ()
        assert exemption.expires
        assert timedelta(days=30) < exemption.expires - TODAY < LONGEST, str(exemption)


@each_stack
def test_without_its_exemptions_it_would_not_pass(name: str):
    stack = stack_of(world(name), preview=True)
    own = settings(name)
    bare = Terms(
        type(own)(public_balancers=own.public_balancers, registries=own.registries), own.profile or "prod", TODAY
    )
    enforced = {f.rule.id for f in everything(RULES, stack, bare) if f.enforced and f.rule.level == "mandatory"}
    assert enforced == {each.rule for each in own.exemptions}


@each_stack
@each_ground
def test_every_rule_on_containers_and_images_is_decided_before_anything_exists(name: str, ground, record_property):
    findings, _ = _judged(name, ground(name))
    about = [f for f in findings if f.rule.tier == 1 and f.rule.kinds and f.rule.kinds & ABOUT_CONTAINERS]
    applicable = [f for f in about if f.verdict.state != "not applicable"]
    decided = [f for f in applicable if f.verdict.state != "undecided"]
    rules = {f.rule.id for f in applicable}
    record_property("figure", f"{name}: {len(decided)} of {len(applicable)} verdicts of {len(rules)} rules decided")
    assert [f.message for f in applicable if f not in decided] == []
    assert {f.rule.id for f in about} - rules == WITHOUT_SUBJECT


@each_stack
def test_under_the_engine_only_which_subnets_are_meant_is_undecided(name: str):
    findings, _ = _judged(name, world(name))
    undecided = {f.rule.id for f in findings if f.verdict.state == "undecided"}
    assert undecided == {"ecs-private-subnets", "ecs-egress-path"}


@each_stack
def test_it_passes_with_a_worker_and_all_that_runs_beside_a_service(name: str):
    findings, _ = _judged(name, configured(name, jobs.configuration(name)))
    assert [f.message for f in findings if f.enforced and f.rule.level == "mandatory"] == []
    of_worker = {f.rule.id: f.verdict.state for f in findings if f.resource.urn.endswith("ecs/service:Service::worker")}
    assert (of_worker["ecs-desired-count"], of_worker["ecs-autoscaled"]) == ("not applicable", "compliant")
