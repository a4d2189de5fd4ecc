"""A service with secrets, as a stack file has it: the examples of docs/secrets.md."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from local import stack_file

PROJECT = Path(__file__).resolve().parents[1]


def examples(page: str) -> tuple[dict[str, Any], ...]:
    """The examples of a page, each as options of `task`."""
    blocks = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / page).read_text(), re.DOTALL)
    return tuple(yaml.safe_load(block)["task"] for block in blocks)


EXAMPLES = examples("secrets.md")


def configuration(stack: str, example: dict[str, Any]) -> dict[str, str]:
    """The configuration of a stack file, with an example's options of its task."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    services["web"]["task"] = {**services["web"].get("task", {}), **example}
    return {**config, "slipway:services": json.dumps(services)}
