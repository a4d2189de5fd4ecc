"""A stack with everything about images that a stack file may name: the examples of docs/images.md."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from local import stack_file

PROJECT = Path(__file__).resolve().parents[1]
_BLOCKS: list[str] = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "images.md").read_text(), re.DOTALL)
*_NAMED, _PROMOTION = _BLOCKS
EXAMPLES: dict[str, Any] = {key: value for block in _NAMED for key, value in yaml.safe_load(block).items()}
"""The examples of the page by their key."""
PROMOTED: dict[str, dict[str, Any]] = {
    stack: yaml.safe_load(text) for stack, text in re.findall(r"# Pulumi\.(\w+)\.yaml.*\n((?:[^#].*\n)+)", _PROMOTION)
}
"""The three stack files of its recipe for promotion."""


def configuration(stack: str) -> dict[str, str]:
    """The configuration of a stack file, with all of them."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    services["web"]["task"] = {**services["web"].get("task", {}), **EXAMPLES["task"]}
    merged = {"slipway:services": json.dumps(services)}
    for key in ("repository", "registryRules", "publicRepositories"):
        merged[f"slipway:{key}"] = json.dumps(json.loads(config.get(f"slipway:{key}", "{}")) | EXAMPLES[key])
    return {**config, **merged}


def promoting(stack: str) -> dict[str, str]:
    """The configuration of a stack file, with what the recipe for promotion says for it."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    services["web"] |= PROMOTED[stack]["services"]["web"]
    kept = json.loads(config.get("slipway:repository", "{}")) | PROMOTED[stack].get("repository", {})
    return {**config, "slipway:services": json.dumps(services), "slipway:repository": json.dumps(kept)}
