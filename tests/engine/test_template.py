"""`pulumi new` makes a project of another name from this one, and its stacks work."""

import os
import shutil
import subprocess
from pathlib import Path

import checkout
import pytest
import yaml
from checkout import LEFT_OUT, NOTHING_OF_THIS_PERSON, PROJECT


@pytest.fixture
def made(home: Path, tmp_path: Path) -> Path:
    """A project `shop`, from a clean checkout."""
    template, folder, state = tmp_path / "template", tmp_path / "shop", tmp_path / "state"
    shutil.copytree(PROJECT, template, ignore=LEFT_OUT)
    state.mkdir()
    environment = os.environ | NOTHING_OF_THIS_PERSON
    environment |= {
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_BACKEND_URL": f"file://{state}",
    }
    words = ["new", str(template), "--dir", str(folder), "--generate-only", "--yes", "--name", "shop"]
    subprocess.run(["pulumi", *words], env=environment, check=True, capture_output=True, text=True, timeout=120)
    return folder


def test_a_new_project_has_its_own_name_and_is_no_template(made: Path):
    described = yaml.safe_load((made / "Pulumi.yaml").read_text())
    assert described["name"] == "shop"
    assert "template" not in described
    ours = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())
    # The CLI notes the template's name in tags of the stack.
    assert {key: one for key, one in described["config"].items() if key != "pulumi:tags"} == ours["config"]
    assert described["runtime"] == ours["runtime"]


def test_its_stack_previews_under_its_name(made: Path, home: Path, tmp_path: Path):
    with checkout.new(tmp_path / "project", home, made) as site:
        outcome = site.preview("dev")
        assert not outcome.failed, outcome.text
        cluster = outcome.inputs["aws:ecs/cluster:Cluster cluster"]
        assert cluster["name"] == "shop-dev"
        repository = outcome.inputs["aws:ecr/repository:Repository web"]
        assert repository["name"] == "shop-dev/web"
