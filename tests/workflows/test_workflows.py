"""The workflows: linted, and kept to what docs/deployments.md promises."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from review.__main__ import parser
from review.pull_request_stack import LABEL

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((PROJECT / ".github/actions").glob("*/action.yml"))
JOBS = [(file, name) for file in WORKFLOWS for name in yaml.safe_load(file.read_text())["jobs"]]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
WRITES = {
    ("preview.yml", "preview"): {"id-token"},
    ("preview.yml", "comment"): {"pull-requests"},
    ("preview.yml", "scanning"): {"security-events"},
    ("checks.yml", "rehearsed"): {"pull-requests"},
    ("deploy.yml", "dev"): {"id-token"},
    ("deploy.yml", "staging"): {"id-token"},
    ("deploy.yml", "prod"): {"id-token"},
    ("up.yml", "up"): {"id-token"},
    ("drift.yml", "drift"): {"id-token"},
    ("pr-stack.yml", "up"): {"id-token"},
    ("pr-stack.yml", "down"): {"id-token"},
    ("pr-stack.yml", "tell"): {"pull-requests"},
    ("pr-stack.yml", "unwanted"): {"id-token"},
    ("pr-stack.yml", "sweep"): {"id-token"},
    ("pr-stack-down.yml", "down"): {"id-token"},
}
"""All that any job may write."""


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((PROJECT / ".github/workflows" / name).read_text())


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    return workflow[True]  # YAML 1.1 reads `on` as a boolean


def test_the_linter_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--strict-collection", "--no-progress", "--color", "never", PROJECT / ".github"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "name"), JOBS, ids=lambda one: getattr(one, "stem", one))
def test_a_job_may_do_what_it_must_and_ends(file: Path, name: str):
    workflow = yaml.safe_load(file.read_text())
    job = workflow["jobs"][name]
    assert workflow["permissions"] == {}
    assert {key for key, level in job["permissions"].items() if level == "write"} == WRITES.get(
        (file.name, name), set()
    )
    assert "uses" in job or job["timeout-minutes"] <= 90
    assert workflow["concurrency"]["group"]


@pytest.mark.parametrize("file", [*WORKFLOWS, *ACTIONS], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_actions_are_pinned_and_no_secret_is_read(file: Path):
    text = file.read_text()
    used = re.findall(r"uses: (.+)", text)
    assert all(one.startswith("./") or PINNED.fullmatch(one) for one in used), used
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_one_action_has_one_version():
    text = "\n".join(file.read_text() for file in [*WORKFLOWS, *ACTIONS])
    pinned = set(re.findall(r"uses: ([\w-]+/.+)", text))
    assert len({one.partition("@")[0] for one in pinned}) == len(pinned)


def test_forks_get_nothing():
    workflow = read("preview.yml")
    assert set(triggers(workflow)) == {"pull_request"}
    assert "head.repo.full_name == github.repository" in workflow["jobs"]["stacks"]["if"]
    assert "head.repo.full_name == github.repository" in read("checks.yml")["jobs"]["rehearsed"]["if"]
    assert all(
        "stacks" in job["needs"] or job["needs"] == "preview"
        for name, job in workflow["jobs"].items()
        if name != "stacks"
    )


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("preview.yml", "comment"),
        ("preview.yml", "scanning"),
        ("checks.yml", "rehearsed"),
        ("pr-stack.yml", "tell"),
    ],
)
def test_a_job_that_may_write_runs_the_base(file: str, name: str):
    checkout, *_ = read(file)["jobs"][name]["steps"]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_main_goes_through_the_stacks_in_order_one_run_at_a_time():
    jobs = read("deploy.yml")["jobs"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("dev", None),
        ("staging", "dev"),
        ("prod", "staging"),
    ]
    assert all(job["with"]["stack"] == name for name, job in jobs.items())
    up = read("up.yml")
    assert up["concurrency"] == {"group": "up-${{ inputs.stack }}", "cancel-in-progress": False}
    assert up["jobs"]["up"]["environment"] == "${{ inputs.stack }}"


def test_a_pull_request_has_one_run_of_its_stack_at_a_time_and_none_is_cut_off():
    up, down = read("pr-stack.yml")["jobs"]["up"], read("pr-stack-down.yml")
    assert up["concurrency"]["group"] == "pr-stack-${{ github.event.pull_request.number }}"
    assert down["concurrency"]["group"] == "pr-stack-${{ inputs.number }}"
    assert not up["concurrency"]["cancel-in-progress"]
    assert not down["concurrency"]["cancel-in-progress"]
    called = {name: job["with"] for name, job in read("pr-stack.yml")["jobs"].items() if "uses" in job}
    assert called == {
        "down": {"number": "${{ github.event.pull_request.number }}"},
        "sweep": {"number": "${{ matrix.number }}"},
    }


def test_a_pull_requests_stack_is_for_its_label_and_not_for_forks():
    workflow = read("pr-stack.yml")
    assert "pull_request" in triggers(workflow)
    assert set(triggers(workflow)["pull_request"]["types"]) >= {"labeled", "unlabeled", "synchronize", "closed"}
    for name in ("up", "down"):
        condition = workflow["jobs"][name]["if"]
        assert "head.repo.full_name == github.repository" in condition
        assert set(re.findall(r"(?:labels\.\*\.name, |label\.name == )'(\w+)'", condition)) == {LABEL}
    roles = {
        job["environment"] for job in workflow["jobs"].values() if "id-token" in job["permissions"] and "steps" in job
    }
    assert roles == {read("pr-stack-down.yml")["jobs"]["down"]["environment"]} == {"pull-requests"}
    assert "github.ref == 'refs/heads/main'" in workflow["jobs"]["unwanted"]["if"]


def test_a_pull_requests_stack_is_judged_and_goes_with_its_state():
    (up,) = (step["run"] for step in read("pr-stack.yml")["jobs"]["up"]["steps"] if step.get("name") == "Up")
    assert "--policy-pack policies --policy-pack-config policies/config/shared.json" in up
    (down,) = (step["run"] for step in read("pr-stack-down.yml")["jobs"]["down"]["steps"] if "name" in step)
    assert 'pulumi destroy --yes --non-interactive --remove --stack "$STACK"' in down


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_commands_of_the_review_are_commands(file: Path):
    for command in re.findall(r"python3? -m review ([^\n]+)", file.read_text()):
        words = shlex.split(re.split(r" >|\)", command)[0])
        given = {"$STACKS": "[]", "$NUMBER": "7", "$WHEN": "always", "$OUTCOME": "up"}
        parser().parse_args([given.get(word, word) for word in words])


@pytest.mark.parametrize("name", ["preview.yml", "up.yml"])
def test_the_policies_judge_what_is_previewed_and_deployed(name: str):
    text = (PROJECT / ".github/workflows" / name).read_text()
    assert '--policy-pack policies --policy-pack-config "policies/config/$NAME.json"' in text


def test_the_engine_has_the_version_of_the_sdk():
    (sdk,) = re.findall(r"^pulumi==(.+)$", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)
    text = "\n".join(file.read_text() for file in [*WORKFLOWS, *ACTIONS])
    assert set(re.findall(r"pulumi-version: (.+)", text)) == {sdk}
