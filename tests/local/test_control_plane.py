"""The program on the emulated AWS without Docker: everything but containers exists, and nothing is called healthy."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.local.project import Stack, copy_project

PORT = 4578


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
    assert "control plane only, at http://127.0.0.1:4578" in lines[-1]
    for claim in ("up and verified", "alb.localhost", "built and pushed", "service web", "live"):
        assert claim not in done.stdout
    again = up(stack).stdout
    assert "nothing changed" in again


def test_a_wrong_setting_is_told_in_full_and_nothing_is_started(stack: Stack):
    text = stack.file.read_text().replace("slipway:registry", "slipway:registri").replace("interval: 5", "interval: 1")
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
