"""The whole way of a pull request: the engine's events, the comment, the report for code scanning."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import PROJECT, Checkout
from deployment import SECRET
from previewed import against_policies, preview
from test_changes import change_the_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    made.mkdir()
    return made


def comment(site: Checkout, folder: Path) -> str:
    (folder / "dev.events").write_text(preview(site, "dev").stdout)
    command = [sys.executable, "-m", "review", "comment", str(folder), "--stacks", '["dev"]']
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


def test_a_line_of_the_app_becomes_a_comment(dev: Checkout, folder: Path):
    change_the_app(dev)
    text = comment(dev, folder)
    assert "- **dev**: 1 create, 2 updates, 1 replace, 1 delete;" in text
    assert "**Container web**\n\n- env `APP_VERSION`: `c-" in text
    assert SECRET not in text


def test_violations_reach_the_comment_and_code_scanning(dev: Checkout, folder: Path):
    against_policies(dev)
    text = comment(dev, folder)
    assert "refused by policies" in text
    assert "**ecs-no-privileged** (high) on `web`" in text
    report = subprocess.run(
        [sys.executable, "-m", "slipway_policies.report", "sarif"],
        cwd=PROJECT / "policies",
        input=(folder / "dev.events").read_text(),
        capture_output=True,
        text=True,
        check=True,
    )
    (told,) = json.loads(report.stdout)["runs"]
    assert "ecs-no-privileged" in {one["ruleId"] for one in told["results"] if one["level"] == "error"}
