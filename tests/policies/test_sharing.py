"""A stack that shares another one's cluster and balancer keeps the rules under each profile, with no exemption."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from own_stacks import PROJECT, STACKS, settings, without_children
from sample import GONE, Changes, World, changed, stack_of
from slipway_policies import kinds
from slipway_policies.judge import Finding, everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Settings, Terms
from slipway_policies.summary import SUMMARIES

PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
ELSEWHERE = {
    "alb-rules-no-http": "its listener is managed elsewhere",
    "ecs-egress-path": "its subnets are managed elsewhere",
    "ecs-multi-az": "its subnets are managed elsewhere",
    "ecs-private-subnets": "its subnets are managed elsewhere",
}
"""Rules whose answer is in the stack that is shared: they say so, and pass nothing."""
ON_A_SERVICE = (
    kinds.SERVICE
    | kinds.LISTENER_RULE
    | kinds.TARGET_GROUP
    | kinds.SECURITY_GROUP
    | kinds.INGRESS_RULE
    | kinds.EGRESS_RULE
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own stacks, each on a platform."""
    made = tmp_path_factory.mktemp("sharing")
    for name in PARTS:
        (made / name).symlink_to(PROJECT / name)
    for name in STACKS:
        content = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())
        own = {"network", "loadBalancer", "cluster"}
        config = {key: value for key, value in content["config"].items() if key not in own}
        (made / f"Pulumi.{name}.yaml").write_text(
            yaml.safe_dump({"config": {**config, "platform": "acme/slipway/shared"}})
        )
    return made


def terms(name: str) -> Terms:
    own = settings(name)
    assert own.profile
    return Terms(
        Settings(profile=own.profile, registries=own.registries, accounts=own.accounts), own.profile, date(2026, 11, 25)
    )


def judged(name: str, declared: World) -> list[Finding]:
    return everything(RULES, stack_of(declared, preview=True), terms(name))


@pytest.mark.parametrize("name", STACKS)
def test_it_passes_at_the_first_preview(name: str, folder: Path):
    declared = without_children(name, folder)
    found = judged(name, declared)
    assert [f.message for f in found if f.enforced and f.rule.level == "mandatory"] == []
    summary = next(each for each in SUMMARIES if each.id == "exemption-valid")
    assert [*summary.lines(found, terms(name), stack_of(declared, preview=True))] == []


@pytest.mark.parametrize("name", STACKS)
def test_what_is_managed_elsewhere_is_said_and_the_rest_is_decided(name: str, folder: Path):
    found = [f for f in judged(name, without_children(name, folder)) if f.resource.type in ON_A_SERVICE]
    said = {f.rule.id: f.verdict.text for f in found if "managed elsewhere" in f.verdict.text}
    assert said == ELSEWHERE
    assert {f.verdict.state for f in found if f.rule.id in said} == {"not applicable"}
    assert [f.message for f in found if f.verdict.state == "undecided"] == []
    decided = {f.rule.id for f in found if f.verdict.state == "compliant"}
    assert {"ecs-ingress-from-alb-only", "ecs-lb-wiring", "tg-attached", "sg-no-open-ingress"} <= decided


def test_the_configuration_for_such_stacks_accepts_nothing():
    own = settings("shared")
    assert own.profile == "dev"
    assert own.exemptions == ()


WORLD = {"SecurityGroupIngressRule:web-from-balancer.cidrIpv4": "0.0.0.0/0"}
BREAKS: list[tuple[str, Changes]] = [
    ("ecs-ingress-from-alb-only", WORLD),
    ("sg-no-open-ingress", WORLD),
    ("tg-attached", {"ListenerRule:web": GONE}),
    ("ecs-lb-wiring", {"ListenerRule:web": GONE}),
]


@pytest.mark.parametrize(("rule", "bad"), BREAKS, ids=[rule for rule, _ in BREAKS])
def test_a_break_of_it_is_refused(rule: str, bad: Changes, folder: Path):
    found = judged("prod", changed(without_children("prod", folder), bad))
    assert rule in {f.rule.id for f in found if f.enforced and f.rule.level == "mandatory"}
