import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from settings import reference

PROJECT = Path(__file__).resolve().parents[2]


def test_the_page_and_the_schema_are_those_of_the_declarations():
    assert (reference.DOCS / "configuration.md").read_text() == reference.page(), "run python -m settings.reference"
    assert json.loads((reference.DOCS / "stack.schema.json").read_text()) == reference.schema()


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod"])
def test_the_schema_accepts_our_stack_files(stack: str):
    jsonschema.validate(yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text()), reference.schema())


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"slipway:services": {"web": {"cpu": 1}}},
        {"slipway:services": {}, "slipway:x": 1},
        {"services": {"web": {"cpu": 1}}},
        {"services": {"web": {}}, "x": 1},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(config: dict[str, object]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"config": config}, reference.schema())


@pytest.mark.parametrize("key", ["services", "slipway:services"])
def test_the_schema_knows_a_key_with_the_projects_name_and_without(key: str):
    jsonschema.validate({"config": {key: {"web": {}}, "aws:region": "eu-central-1"}}, reference.schema())


def test_the_stack_files_are_of_any_project():
    """`pulumi new` gives the project another name: a key with ours would then be nobody's."""
    for path in PROJECT.glob("Pulumi.*.yaml"):
        assert [key for key in yaml.safe_load(path.read_text())["config"] if key.startswith("slipway:")] == []


def test_pulumi_yaml_is_a_template():
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())
    template = described["template"]
    assert template["description"]
    assert template["config"].keys() == {"aws:region"}
    for option in template["config"].values():
        assert option["description"]
        assert option["default"] == yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]["aws:region"]
    # What `pulumi new` fills in would be nothing here: this is a project too.
    assert "${" not in (PROJECT / "Pulumi.yaml").read_text()


def test_pulumi_yaml_declares_the_same_keys_as_the_settings():
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    options = reference.schema()["properties"]["config"]["properties"]
    assert {name for key in described for name in (key, f"slipway:{key}")} == set(options)
    assert all(option.get("description") for option in described.values())
