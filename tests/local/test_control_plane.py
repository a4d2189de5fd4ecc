"""The program on the emulated AWS without Docker: everything but containers exists, and nothing is called healthy."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.local.project import Stack, copy_project

PORT = 4576


@pytest.fixture
def stack(tmp_path: Path) -> Generator[Stack]:
    made = copy_project(tmp_path, PORT)
    yield made
    assert made.run("down").returncode == 0


def up(stack: Stack) -> subprocess.CompletedProcess[str]:
    return stack.run("up", "--no-docker-install", environment={"DOCKER_HOST": "unix:///nowhere.sock"})


def test_without_docker_it_says_so_first_brings_up_the_control_plane_and_claims_no_health(stack: Stack):
    done = up(stack)
    assert done.returncode == 1, done.stdout
    lines = done.stdout.splitlines()
    assert "no Docker: no Docker daemon answers at DOCKER_HOST=unix:///nowhere.sock" in lines[0]
    assert "load balancer balancer" in done.stdout
    assert "task definition slipway-local-web:1" in done.stdout
    assert "control plane only, at http://127.0.0.1:4576" in lines[-1]
    for claim in ("up and verified", "alb.localhost", "built and pushed", "service web", "live"):
        assert claim not in done.stdout
    again = up(stack).stdout
    assert "nothing changed" in again


def test_everything_that_a_stack_may_ask_for_is_known_here(stack: Stack):
    content = yaml.safe_load(stack.file.read_text())
    config, web = content["config"], content["config"]["services"]["web"]
    config["alarms"] = {"enabled": True, "emails": ["a@example.com"]}
    config["network"] = {"egress": "endpoints", "endpoints": ["secretsmanager"]}
    config["repository"] |= {"pullAccounts": ["000000000000"], "pullOrganization": "o-a1b2c3d4e5"}
    config["registryRules"] = {
        "scanning": "ENHANCED",
        "replicateTo": ["eu-west-1"],
        "caches": {"quay": {"upstream": "quay.io"}},
    }
    web["scaling"] = {"max": 4, "requests": 100}
    web["task"] |= {
        "createdSecrets": {"db": {"recoveryDays": 0}},
        "secrets": {"PASSWORD": "db:password::"},
        "permissions": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::shop/*"]}],
        "managedPolicies": ["arn:aws:iam::000000000000:policy/shop"],
    }
    stack.file.write_text(yaml.safe_dump(content))
    done = up(stack)
    assert "control plane only, at" in done.stdout.splitlines()[-1], done.stdout
    assert "secret slipway-local/web/db, without a value" in done.stdout
    for kind in ("MetricAlarm", "Topic", "VpcEndpoint", "Policy", "RepositoryPolicy", "RolePolicyAttachment"):
        assert kind in done.stdout.split("declared only:")[1]


def test_a_wrong_setting_is_told_in_full_and_nothing_is_started(stack: Stack):
    text = stack.file.read_text().replace("  registry:", "  registri:").replace("interval: 5", "interval: 1")
    stack.file.write_text(text)
    done = up(stack)
    assert done.returncode == 1
    assert "registri: unknown key; did you mean 'registry'?" in done.stdout
    assert "services.web.healthCheck.interval: input should be greater than or equal to 5 (got 1)" in done.stdout
    assert "Traceback" not in done.stdout
    assert "emulated AWS at" not in done.stdout


def test_another_stack_is_refused_here(stack: Stack):
    done = stack.run("up", "--stack", "dev")
    assert done.returncode == 1
    assert "there is no stack file Pulumi.dev.yaml; the stacks are: local" in done.stdout


def with_a_sidecar_and_files(service: dict) -> None:  # type: ignore[type-arg]
    files = {"fileSystemId": "fs-01234567", "accessPointId": "fsap-01234567"}
    mount = {"data": {"path": "/data"}}
    agent = {
        "image": f"000000000000.dkr.ecr.eu-central-1.amazonaws.com/agent:1@sha256:{'a' * 64}",
        "healthCheck": {"command": ["/check"]},
        "memoryReservation": 64,
        "mounts": mount,
    }
    service.setdefault("task", {}).update(
        {"sidecars": {"agent": agent}, "dependsOn": {"agent": "HEALTHY"}, "volumes": {"data": {"efs": files}}}
    )
    service["task"]["mounts"] = mount


def test_sidecars_and_volumes_are_registered_and_keep_the_rules(stack: Stack):
    stack.configure(with_a_sidecar_and_files)
    done = up(stack)
    assert "task definition slipway-local-web:1" in done.stdout, done.stdout
    assert "control plane only" in done.stdout.splitlines()[-1]
    assert "nothing changed" in up(stack).stdout
