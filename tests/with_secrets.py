"""A service with secrets, as a stack file has it: the examples of docs/secrets.md."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from local import stack_file

PROJECT = Path(__file__).resolve().parents[1]
_BLOCKS = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "secrets.md").read_text(), re.DOTALL)
EXAMPLES: tuple[dict[str, Any], ...] = tuple(yaml.safe_load(block)["task"] for block in _BLOCKS)
"""The examples of the page, each as options of `task`."""


def configuration(stack: str, example: dict[str, Any]) -> dict[str, str]:
    """The configuration of a stack file, with the secrets of an example."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    services["web"]["task"] = {**services["web"].get("task", {}), **example}
    return {**config, "slipway:services": json.dumps(services)}
