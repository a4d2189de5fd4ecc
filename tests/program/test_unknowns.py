"""A value that a user's own resource makes: the plan names its path, and the rest stays known."""

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local import plan

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = """
import pulumi_aws as aws
from components import account
from components.task import Task

table = aws.dynamodb.Table("orders", attributes=[], billing_mode="PAY_PER_REQUEST")
Task("web", {
    "account": account.look_up(), "family": "f", "container": "web", "image": "example.com/web:c-1", "version": "c-1",
    "repository_name": None, "log_group_name": "/f/web", "architecture": "X86_64",
    "environment": {"TABLE": table.name, "ZONE": "a"},
})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("settings", "components", "release"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {aws:region: eu-central-1}\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def test_the_plan_for_programs_names_the_path_inside_the_definitions(project: Path):
    rows = plan.as_json(plan.plan(project, "dev"))
    (definition,) = [row for row in rows if row["type"].endswith(":TaskDefinition")]
    inside = [path for path in definition["unknown"] if path.startswith("containerDefinitions")]  # type: ignore[attr-defined]
    assert inside == ["containerDefinitions[0].environment[2].value"]


def test_the_plan_for_people_names_it_and_shows_the_rest(project: Path):
    out = StringIO()
    plan.show(Console(file=out, width=200), "dev", plan.plan(project, "dev"))
    told = out.getvalue()
    assert "known after it exists: containerDefinitions[0].environment[2].value" in told
    shown = re.sub(r"\s", "", told.split("container definitions of web")[1])
    assert '{"name":"TABLE","value":null}' in shown
    assert '{"name":"ZONE","value":"a"}' in shown
    assert '"image":"example.com/web:c-1"' in shown
