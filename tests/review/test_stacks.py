import json
import subprocess
import sys
from pathlib import Path

import pytest

from review import stacks

PROJECT = Path(__file__).parents[2]
ALL = ["dev", "prod", "staging"]


def test_the_stacks_are_those_with_a_file_but_for_this_machine():
    assert stacks.stacks(PROJECT) == ALL


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        (["Pulumi.dev.yaml"], ["dev"]),
        (["Pulumi.prod.yaml", "policies/config/dev.json"], ["dev", "prod"]),
        (["Pulumi.local.yaml", "policies/config/local.json"], []),
        (["Pulumi.gone.yaml"], []),
        (["Pulumi.yaml"], ALL),
        (["app/src/web/app.py"], ALL),
        (["app/README.md", "README.md", "docs/policies.md", "tests/conftest.py", "app/tests/test_app.py"], []),
        (["policies/slipway_policies/rules/ecr.py"], ALL),
        (["requirements.txt"], ALL),
        (["a-new-folder/a.py"], ALL),
        (["app/src/notes.md"], ALL),
        ([".github/workflows/preview.yml", "bootstrap/__main__.py", "review/run.py"], []),
        ([], []),
    ],
)
def test_which_stacks_a_change_touches(changed: list[str], touched: list[str]):
    assert stacks.touched(changed, ALL) == touched


def test_every_file_of_the_program_is_read():
    """What is added later to these folders counts without being named here."""
    told = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    program = (
        "components/",
        "settings/",
        "release/",
        "__main__.py",
        "policies/__main__.py",
        "app/src/",
        "app/Dockerfile",
    )
    for path in told.splitlines():
        if path.startswith(program):
            assert stacks.touched([path], ALL) == ALL, path


@pytest.mark.parametrize("asked", [["--since", "HEAD^1"], ["--all"], ["--changed", "Pulumi.yaml"]])
def test_the_command_asks_git(tmp_path: Path, asked: list[str]):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for stack in ("dev", "prod"):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    (tmp_path / "Pulumi.prod.yaml").rename(tmp_path / "Pulumi.lab.yaml")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {a: b}\n")
    for command in (["add", "-A"], ["commit", "-qm", "second"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "review", "stacks", *asked]
    told = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == ["dev", "lab"]
