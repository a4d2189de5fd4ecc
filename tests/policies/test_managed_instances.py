"""Our own stacks on ECS Managed Instances keep the rules, and no rule about groups or Fargate misjudges them."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from own_stacks import PROJECT, world
from slipway_policies import kinds
from test_ec2 import PARTS, judged

STACKS = ("dev", "prod")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("managed")
    for name in PARTS:
        (made / name).symlink_to(PROJECT / name)
    for name in STACKS:
        content = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())
        cluster: dict[str, Any] = content["config"].setdefault("cluster", {})
        cluster |= {"managedInstances": {}, "strategy": [{"provider": "MANAGED_INSTANCES"}]}
        (made / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(content))
    return made


@pytest.mark.parametrize("name", STACKS)
def test_it_passes_at_the_first_preview_and_what_is_asked_of_groups_is_not_asked_of_it(name: str, folder: Path):
    found = judged(name, world(name, folder))
    assert [f.message for f in found if f.enforced and f.rule.level == "mandatory"] == []
    providers = [f for f in found if f.resource.type in kinds.CAPACITY_PROVIDER and f.rule.id.startswith("ecs-cp-")]
    assert {(f.rule.id, f.verdict.state) for f in providers} == {
        ("ecs-cp-termination-protection", "not applicable"),
        ("ecs-cp-managed-scaling", "not applicable"),
    }
    sizes = {f.verdict.state for f in found if f.rule.id == "ecs-fargate-size-valid"}
    assert sizes == {"not applicable"}
