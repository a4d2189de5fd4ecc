"""A stack's configuration, read from Pulumi.yaml and Pulumi.<stack>.yaml as the engine reads them."""

import json
from pathlib import Path
from typing import Any, cast

import yaml


class StackFileError(ValueError):
    """A stack file that is missing or is not a stack file; the text says which and why."""


def configuration(project: Path, stack: str) -> tuple[str, dict[str, str]]:
    """The project's name and the stack's configuration: every value as text, objects as JSON."""
    described = _yaml(project / "Pulumi.yaml")
    name = str(described["name"])
    path = project / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        known = ", ".join(stacks(project))
        raise StackFileError(f"there is no stack file {path.name}; the stacks are: {known}")
    given = cast("dict[str, Any]", _yaml(path).get("config") or {})
    declared = cast("dict[str, Any]", described.get("config") or {})
    values: dict[str, Any] = {
        f"{name}:{key}": option["default"] for key, option in declared.items() if "default" in option
    }
    values |= {key if ":" in key else f"{name}:{key}": value for key, value in given.items()}
    missing = [key for key in declared if f"{name}:{key}" not in values]
    if missing:
        raise StackFileError(f"{path.name} lacks {', '.join(f'{name}:{key}' for key in missing)}")
    return name, {key: _text(value) for key, value in values.items()}


def stacks(project: Path) -> list[str]:
    """The names of the project's stack files."""
    return sorted(path.name.split(".")[1] for path in project.glob("Pulumi.*.yaml"))


def _yaml(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise StackFileError(f"{path.name} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise StackFileError(f"{path.name} is not a map of settings")
    return cast("dict[str, Any]", found)


def _text(value: object) -> str:
    """A value as the engine hands it over; a secret stays sealed here, so a placeholder stands for it."""
    if isinstance(value, dict) and set(cast("dict[str, object]", value)) == {"secure"}:
        return "[secret]"
    return value if isinstance(value, str) else json.dumps(value)
