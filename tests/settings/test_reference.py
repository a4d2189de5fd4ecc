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
    "config", [{}, {"slipway:services": {"web": {"cpu": 1}}}, {"slipway:services": {}, "slipway:x": 1}]
)
def test_the_schema_refuses_what_the_program_refuses(config: dict[str, object]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"config": config}, reference.schema())


def test_pulumi_yaml_declares_the_same_keys_as_the_settings():
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    options = reference.schema()["properties"]["config"]["properties"]
    assert {f"slipway:{key}" for key in described} == set(options)
    assert all(option.get("description") for option in described.values())
