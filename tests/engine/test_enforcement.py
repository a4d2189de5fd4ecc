"""The policy pack under the engine: what it lets pass, what it stops, and what it says of a state that exists."""

import json
import subprocess
from pathlib import Path

import pytest
from checkout import Checkout
from deployment import Deployed, under_policies

RULE = "ecs-no-privileged"


@pytest.fixture
def one_rule(tmp_path: Path) -> str:
    """A configuration with one rule: what stops is that rule, whatever else the pack thinks of the stack."""
    path = tmp_path / "policies.json"
    path.write_text(json.dumps({"all": "disabled", RULE: "mandatory"}))
    return str(path)


def analyze(checkout: Checkout, config: str, state: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "state.json").write_text(state)
    command = ["pulumi", "policy", "analyze", "--file", str(folder / "state.json")]
    command += ["--policy-pack", "policies", "--policy-pack-config", config]
    environment = checkout.process_environment()
    return subprocess.run(command, cwd=checkout.folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("when", ["first", "second"])
def test_the_stacks_pass_their_policies(each: Deployed, when: str):
    outcome = getattr(each, when)
    assert outcome.mandatory() == set()
    assert not outcome.failed, outcome.text
    assert "slipway-policies" in outcome.text


def test_a_setting_against_a_rule_stops_the_preview(prod: Checkout):
    prod.configure("prod", "repository.forceDelete", value=True)
    outcome = prod.preview("prod", **under_policies("prod"))
    assert outcome.failed
    assert "ecr-no-force-delete" in outcome.mandatory()


def test_a_program_against_a_rule_stops_the_up_before_the_resource(dev: Checkout, one_rule: str):
    dev.edit("components/containers.py", '"readonlyRootFilesystem": asked["read_only_root"]', '"privileged": True')
    before = dict(dev.account.revisions)
    outcome = dev.up("dev", policy_packs=["policies"], policy_pack_configs=[one_rule])
    assert outcome.failed
    assert outcome.mandatory() == {RULE}
    assert dev.account.revisions == before


def test_analyze_passes_a_good_state_and_fails_a_broken_one(dev: Checkout, one_rule: str, tmp_path: Path):
    state = json.dumps({"version": 3, "deployment": dev.stack("dev").export_stack().deployment})
    good = analyze(dev, one_rule, state, tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    bad = analyze(dev, one_rule, state.replace(r"\"readonlyRootFilesystem\":true", r"\"privileged\":true"), tmp_path)
    assert bad.returncode != 0
    assert RULE in bad.stdout
