"""A stack with everything about images that a stack file may name: the examples of docs/images.md."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from local import stack_file

PROJECT = Path(__file__).resolve().parents[1]
_BLOCKS = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "images.md").read_text(), re.DOTALL)
EXAMPLES: dict[str, Any] = {key: value for block in _BLOCKS for key, value in yaml.safe_load(block).items()}
"""The examples of the page by their key."""


def configuration(stack: str) -> dict[str, str]:
    """The configuration of a stack file, with all of them."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    services["web"]["task"] = {**services["web"].get("task", {}), **EXAMPLES["task"]}
    merged = {"slipway:services": json.dumps(services)}
    for key in ("slipway:repository", "slipway:registryRules", "slipway:publicRepositories"):
        merged[key] = json.dumps(json.loads(config.get(key, "{}")) | EXAMPLES[key])
    return {**config, **merged}
