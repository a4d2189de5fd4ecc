"""The lines of a stack file that mend a cause."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from release.causes import Cause
from settings.log_router import ROUTER


def lines_to_change(cause: Cause, service: str, sidecar: str | None, file: Path | None) -> tuple[str, ...]:
    """Where to mend a cause, the likeliest first: file, path, and line if the file has one.

    `sidecar` is the container that the cause is about, unless that is the service's own.
    """
    own = f"services.{service}"
    beside = "logRouter" if sidecar == ROUTER else f"sidecars.{sidecar}"
    container = f"{own}.task.{beside}" if sidecar else f"{own}.task"
    image = f"{container}.image" if sidecar else f"{own}.image"
    paths = (line.format(service=own, container=container, image=image) for line in cause.lines)
    return tuple(_place(file, path) for path in paths)


def _place(file: Path | None, path: str) -> str:
    if file is None or not file.is_file():
        return f"{file.name if file else 'the stack file'}: {path}"
    number = _line(file, path.split("."))
    return f"{file.name}: {path} ({f'line {number}' if number else 'not set: the default holds'})"


def _line(file: Path, steps: list[str]) -> int | None:
    """The line of a key, counted from 1; None when the file does not set it."""
    place: yaml.Node | None = yaml.compose(file.read_text(), yaml.SafeLoader)
    line = None
    for step in ("config", *steps):
        found = next(((key, value) for key, value in _entries(place) if key.value.rsplit(":", 1)[-1] == step), None)
        if found is None:
            return None
        line, place = found[0].start_mark.line + 1, found[1]
    return line


def _entries(place: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """The keys of a map, as the file has them: `slipway:services` is one key."""
    if isinstance(place, yaml.MappingNode):
        yield from ((key, value) for key, value in place.value if isinstance(key, yaml.ScalarNode))
