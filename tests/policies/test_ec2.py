"""A stack with instances of its own keeps the rules under each profile, with the exemptions of our own stacks alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from own_stacks import PROJECT, STACKS, settings, without_children, world
from sample import GONE, Changes, World, changed, stack_of
from slipway_policies import kinds
from slipway_policies.judge import Finding, everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms

PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
ABOUT_EC2 = kinds.LAUNCH_TEMPLATE | kinds.AUTO_SCALING_GROUP | kinds.CAPACITY_PROVIDER
NOT_OURS = {"lt-monitoring", "asg-notifications"}
"""Rules that are off by default, and that instances of Slipway break: see docs/capacity.md."""
TEMPLATE, GROUP = "LaunchTemplate:cluster-ec2", "Group:cluster-ec2"
PROVIDER = "CapacityProvider:cluster-ec2.autoScalingGroupProvider"
STATEMENT = "RolePolicy:cluster-ec2.policy.Statement[1]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own stacks, each with its services on instances."""
    made = tmp_path_factory.mktemp("ec2")
    for name in PARTS:
        (made / name).symlink_to(PROJECT / name)
    for name in STACKS:
        content = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())
        cluster: dict[str, Any] = content["config"].setdefault("cluster", {})
        cluster |= {"ec2": {"onDemandBase": 2, "onDemandPercentage": 50}, "strategy": [{"provider": "EC2"}]}
        (made / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(content))
    return made


def judged(name: str, declared: World) -> list[Finding]:
    own = settings(name)
    assert own.profile
    return everything(RULES, stack_of(declared, preview=True), Terms(own, own.profile, date(2026, 11, 25)))


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("ground", [world, without_children], ids=["under the engine", "without awsx's children"])
def test_it_passes_at_the_first_preview(name: str, ground, folder: Path):
    found = judged(name, ground(name, folder))
    assert [f.message for f in found if f.enforced and f.rule.level == "mandatory"] == []


@pytest.mark.parametrize("name", STACKS)
def test_every_rule_about_instances_is_decided_and_kept(name: str, folder: Path):
    found = [f for f in judged(name, world(name, folder)) if f.rule.kinds and f.rule.kinds & ABOUT_EC2]
    about = [f for f in found if f.resource.type in ABOUT_EC2]
    assert [f.message for f in about if f.verdict.state == "undecided"] == []
    broken = {f.rule.id for f in about if f.verdict.state == "violation"}
    assert broken == NOT_OURS | ({"ecs-cp-termination-protection"} if name in ("dev", "local") else set())
    assert len({f.rule.id for f in about if f.verdict.state == "compliant"}) >= 12


BREAKS: list[tuple[str, Changes]] = [
    ("lt-imdsv2", {f"{TEMPLATE}.metadataOptions.httpTokens": "optional"}),
    ("lt-hop-limit", {f"{TEMPLATE}.metadataOptions.httpPutResponseHopLimit": 3}),
    ("lt-no-public-ip", {f"{TEMPLATE}.networkInterfaces[0].associatePublicIpAddress": "true"}),
    ("lt-ebs-encrypted", {f"{TEMPLATE}.blockDeviceMappings[1].ebs.encrypted": GONE}),
    (
        "lt-userdata-no-secrets",
        {f"{TEMPLATE}.userData": "export KEY=AKIAIOSFODNN7EXAMPLE"},
    ),
    ("lt-instance-profile", {f"{TEMPLATE}.iamInstanceProfile": GONE}),
    ("asg-uses-launch-template", {f"{GROUP}.mixedInstancesPolicy": GONE}),
    ("asg-multi-az", {f"{GROUP}>vpcZoneIdentifiers": ("Subnet:network-private-1",)}),
    ("ecs-cp-termination-protection", {f"{PROVIDER}.managedTerminationProtection": "DISABLED"}),
    ("ecs-cp-termination-protection", {f"{GROUP}.protectFromScaleIn": False}),
    ("ecs-cp-managed-scaling", {f"{PROVIDER}.managedDraining": "DISABLED"}),
    ("iam-no-wildcards", {f"{STATEMENT}.Resource": "*"}),
]


@pytest.mark.parametrize(("rule", "bad"), BREAKS, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(BREAKS)])
def test_a_break_of_it_is_refused_in_prod(rule: str, bad: Changes, folder: Path):
    declared = world("prod", folder)

    def enforced(given: World) -> set[str]:
        return {f.rule.id for f in judged("prod", given) if f.enforced and f.rule.level == "mandatory"}

    assert rule not in enforced(declared)
    assert rule in enforced(changed(declared, bad))
