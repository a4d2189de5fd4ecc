"""A pull request's stack file: made of the platform's, accepted by the program, judged by the pack."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import stack_file as read_by_engine
from local import verdicts
from local.program import Declared, Run
from review import stack_file
from review.pull_request_stack import NoStackError

PROJECT = Path(__file__).parents[2]
OWNER = "acme/slipway/dev"
PARTS = ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml")
PLATFORM = {
    "aws:region": "eu-central-1",
    "aws:defaultTags": {"tags": {"team": "shop"}},
    "alarms": {"enabled": True},
    "protect": True,
    "repository": {"keepReleases": 5},
    "slipway:services": {
        "web": {
            "routing": {"paths": ["/*"], "hosts": ["www.example.com"], "priority": 7},
            "scaling": {"max": 4},
            "desiredCount": 3,
            "task": {"cpu": 512, "logRetentionDays": 90},
            "scheduledTasks": {"nightly": {"schedule": "rate(1 day)", "command": ["x"]}},
        },
        "api": None,
        "inner": {"routing": None, "desiredCount": 0},
        "worker": {"queue": {}},
    },
}


@pytest.fixture
def rendered(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": PLATFORM}))
    return yaml.safe_load(stack_file.render(tmp_path, 12, OWNER, "example.com"))


def one(run: Run, kind: str, name: str = "web") -> Declared:
    (found,) = [each for each in run.declared if each.custom and each.type.endswith(f":{kind}") and each.name == name]
    return found


def test_it_runs_what_the_platform_runs_once_at_its_own_host(rendered: dict[str, Any]):
    assert rendered["config"]["services"] == {
        "web": {
            "routing": {"paths": ["/*"], "hosts": ["pr-12.example.com"]},
            "desiredCount": 1,
            "task": {"cpu": 512, "logRetentionDays": 3},
        },
        "api": {"routing": {"hosts": ["pr-12.example.com"]}, "desiredCount": 1, "task": {"logRetentionDays": 3}},
        "inner": {"routing": None, "desiredCount": 0, "task": {"logRetentionDays": 3}},
    }


def test_it_has_nothing_of_the_platforms_but_where_it_is(rendered: dict[str, Any]):
    rest = {key: value for key, value in rendered["config"].items() if key != "services"}
    assert rest == {
        "aws:region": "eu-central-1",
        "aws:defaultTags": {"tags": {"team": "shop", "slipway-stack": "slipway-pr-12"}},
        "pulumi:autonaming": {
            "providers": {
                "aws": {"resources": {"aws:iam/role:Role": {"pattern": "${stack}.${name}-${hex(7)}"}}},
            }
        },
        "platform": OWNER,
        "repository": {"keepReleases": 5, "forceDelete": True},
    }


def test_a_backend_of_ones_own_seals_its_state(tmp_path: Path):
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": PLATFORM}))
    text = stack_file.render(tmp_path, 12, OWNER, "example.com", "awskms:///arn?region=eu-central-1")
    assert yaml.safe_load(text)["secretsprovider"] == "awskms:///arn?region=eu-central-1"


@pytest.mark.parametrize("platform", ["dev", "staging", "prod"])
def test_the_program_takes_it_and_the_pack_finds_nothing(tmp_path: Path, platform: str):
    (tmp_path / "policies").mkdir()
    pack = [one.relative_to(PROJECT) for one in (PROJECT / "policies").iterdir() if one.name != "config"]
    for name in (*PARTS, f"Pulumi.{platform}.yaml", *pack):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / "policies/config").mkdir()
    (tmp_path / "policies/config/pr-12.json").symlink_to(PROJECT / "policies/config/shared.json")
    text = stack_file.render(tmp_path, 12, f"acme/slipway/{platform}", "example.com")
    (tmp_path / "Pulumi.pr-12.yaml").write_text(text)
    run, said = verdicts.planned(tmp_path, *read_by_engine.configuration(tmp_path, "pr-12"), stack="pr-12")
    assert said.mandatory == []
    assert one(run, "ListenerRule").inputs["conditions"][-1] == {"hostHeader": {"values": ["pr-12.example.com"]}}
    assert one(run, "Service").inputs["name"] == "slipway-pr-12-web"
    assert one(run, "Service").inputs["desiredCount"] == 1
    assert one(run, "LogGroup").inputs["retentionInDays"] == 3
    assert one(run, "Repository").inputs["forceDelete"] is True
    assert not [each for each in run.declared if each.protect]


@pytest.mark.parametrize(
    ("platform", "domain", "said"),
    [
        ("dev", "example.com", "the platform must be ORGANIZATION/PROJECT/STACK (got 'dev')"),
        ("acme/slipway/dev", "example", "the domain must be one such as example.com"),
        ("acme/slipway/dev", "a.b\nc: d", "the domain must be one such as example.com"),
        ("acme/slipway/empty", "example.com", "Pulumi.empty.yaml has no services that a pull request could run"),
    ],
)
def test_what_gives_no_stack_is_told(tmp_path: Path, platform: str, domain: str, said: str):
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": PLATFORM}))
    (tmp_path / "Pulumi.empty.yaml").write_text("config: {services: {worker: {queue: {}}}}\n")
    with pytest.raises(NoStackError) as raised:
        stack_file.render(tmp_path, 12, platform, domain)
    assert said in str(raised.value)


def stack(folder: Path, platform: str) -> subprocess.CompletedProcess[str]:
    given = ["--number", "12", "--domain", "example.com", "--platform", platform]
    command = [sys.executable, "-m", "review", "stack", *given]
    environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_writes_the_file(tmp_path: Path):
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": PLATFORM}))
    assert stack(tmp_path, OWNER).returncode == 0
    assert (tmp_path / "Pulumi.pr-12.yaml").read_text() == stack_file.render(tmp_path, 12, OWNER, "example.com")
    refused = stack(tmp_path, "dev")
    assert (refused.returncode, refused.stderr) == (1, "the platform must be ORGANIZATION/PROJECT/STACK (got 'dev')\n")
