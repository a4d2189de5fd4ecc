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
    declared = _full(name, cast("dict[str, Any]", described.get("config") or {}))
    # A key of ours has a default, one of others a value: `pulumi new` writes `pulumi:tags`.
    values = {key: option[what] for key, option in declared.items() for what in ("default", "value") if what in option}
    values |= _full(name, given)
    missing = [key for key in declared if key not in values]
    if missing:
        raise StackFileError(f"{path.name} lacks {', '.join(missing)}")
    return name, {key: _text(value) for key, value in values.items()}


def _full(project: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Keys with the project's name, where no other one is before them."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in keys.items()}


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
