"""A worker and what runs beside a service, as a stack file has them: the examples of docs/jobs.md together."""

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
    """The examples of the page, each as a stack file's services."""
    blocks = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs" / "jobs.md").read_text(), re.DOTALL)
    return tuple(yaml.safe_load(block)["services"] for block in blocks)


def configuration(stack: str) -> dict[str, str]:
    """The configuration of a stack file, with all of them beside what it has."""
    _, config = stack_file.configuration(PROJECT, stack)
    services = json.loads(config["slipway:services"])
    for example in examples():
        for name, options in example.items():
            services[name] = {**services.get(name, {}), **options}
    return {**config, "slipway:services": json.dumps(services)}
