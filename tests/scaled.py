"""A service that scales in every way there is, as a stack file has it: the examples of docs/scaling.md together."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from local import stack_file

PROJECT = Path(__file__).resolve().parents[1]


@lru_cache
def examples() -> tuple[dict[str, Any], ...]:
    """The examples of the page, each as the options of `scaling`."""
    blocks = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "scaling.md").read_text(), re.DOTALL)
    return tuple(yaml.safe_load(block)["scaling"] for block in blocks)


def configuration(stack: str) -> dict[str, str]:
    """The configuration of a stack file, with its service scaled in all these ways."""
    _, config = stack_file.configuration(PROJECT, stack)
    named: dict[str, Any] = {}
    for example in examples():
        named |= {key: value for key, value in example.items() if isinstance(value, dict)}
    services = json.loads(config["slipway:services"])
    services["web"]["desiredCount"] = 2
    services["web"]["scaling"] = {"min": 2, "max": 10, "requests": 1000, **named}
    return {**config, "slipway:services": json.dumps(services)}
