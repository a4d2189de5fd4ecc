"""Containers: what a change makes of each container of a task definition, and of its image."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from review import difference
from review.difference import Change
from review.markdown import code, words
from review.run import Run, Step

TASK = "aws:ecs/taskDefinition:TaskDefinition"
IMAGE = "docker:index/image:Image"
DEFINITIONS = "containerDefinitions"
PARTS = {
    "environment": "env",
    "secrets": "secret",
    "portMappings": "port",
    "mountPoints": "mount",
    "logConfiguration": "log",
    "healthCheck": "health check",
    "readonlyRootFilesystem": "read-only root",
    "linuxParameters": "Linux",
    "memoryReservation": "reserved memory",
    "containerDefinitions": "containers",
    "dependsOn": "waits for",
    "runtimePlatform": "platform",
    "firelensConfiguration": "FireLens",
}
"""What people call the parts of a definition."""
USUAL = {"name", "essential"}
"""Parts that a new container tells nothing by, unless they are unusual."""


class Part(NamedTuple):
    """A container, or under an empty name what is the task's own, with its lines."""

    task: str
    container: str
    lines: list[str]


def parts(run: Run) -> list[Part]:
    """Each container that is another, with what of it is."""
    return [part for step in run.steps if step.type == TASK for part in _parts(step)]


def images(run: Run) -> list[str]:
    """Each image that a container runs from now on, before and after."""
    made = {str(step.new.get("imageName")): step for step in run.steps if step.type == IMAGE and step.new}
    return list(dict.fromkeys(line for step in run.steps if step.type == TASK for line in _images(step, made)))


def line(label: str, change: Change, *, new: bool = False) -> str:
    """A value before and after, as an item of a list; of a `new` resource all values are added."""
    before, after = change.before, change.after
    if after is None:
        return f"- {label} removed, was {_told(before)}"
    if before is None and not new:
        return f"- {label} added: {_told(after)}"
    if before is None or after == difference.LATER:
        return f"- {label}: {_told(after)}"
    if before == after == difference.HIDDEN:
        return f"- {label}: another value, not shown"
    return f"- {label}: {_told(before)} → {_told(after)}"


def _told(value: str | None) -> str:
    return value if value in (difference.HIDDEN, difference.LATER) else code(value or "")


def _parts(step: Step) -> Iterator[Part]:
    if step.op == "delete":
        return
    new = step.op == "create"
    found = difference.values(step.new) if new else difference.changes(step.old, step.new, step.diffs)
    by_container: defaultdict[str, list[str]] = defaultdict(list)
    for change in found:
        container, path = _place(change)
        # The image has a section of its own.
        if path != ("image",) and not (new and path[0] in USUAL and change.after in ("true", path[0])):
            by_container[container].append(line(_label(path), change, new=new))
    for container in sorted(by_container):
        yield Part(step.name, container, by_container[container])


def _place(change: Change) -> tuple[str, tuple[str, ...]]:
    """Container and path in it; no container for what is the task's own."""
    first, *rest = change.path
    if first == DEFINITIONS and rest:
        return rest[0], tuple(rest[1:]) or ("container",)
    return "", change.path


def _label(path: tuple[str, ...]) -> str:
    """`("environment", "PORT")` is env `PORT`."""
    first, *rest = path
    said = PARTS.get(first, first)
    return f"{said} {code('.'.join(rest))}" if rest else said


def _images(step: Step, made: dict[str, Step]) -> Iterator[str]:
    before, after = _image_of(step.old), _image_of(step.new)
    for container in sorted(after):
        old, new = before.get(container), after[container]
        if new != old:
            yield f"- {words(container)}: {_moved(old, new)}{_origin(made.get(new))}"


def _image_of(inputs: object) -> dict[str, str]:
    found = difference.values(inputs) if isinstance(inputs, dict) else []
    return {
        one.path[1]: one.after or ""
        for one in found
        if one.path[:1] == (DEFINITIONS,) and len(one.path) == 3 and one.path[2] == "image"  # noqa: PLR2004
    }


def _moved(old: str | None, new: str) -> str:
    (was, was_tag), (name, tag) = _split(old or ""), _split(new)
    if not old:
        return f"{code(_short(name))} {code(tag)}"
    if was == name:
        return f"{code(_short(name))} {code(was_tag)} → {code(tag)}"
    return f"{code(_short(old))} → {code(_short(new))}"


def _split(reference: str) -> tuple[str, str]:
    """Repository, and tag or digest."""
    if "@" in reference:
        name, _, digest = reference.partition("@")
        return name, digest
    name, _, tag = reference.rpartition(":")
    return (name, tag) if name and "/" not in tag else (reference, "latest")


def _short(repository: str) -> str:
    """A repository without an ECR host, which is the account's own."""
    host, _, name = repository.partition("/")
    return name if ".dkr.ecr." in host and name else repository


def _origin(image: Step | None) -> str:
    if image is None:
        return ""
    if image.new.get("skipPush"):
        return ", already in its repository"
    build = image.new.get("build") or {}
    return f", to be built from {code(build.get('dockerfile', '.'))}"
