"""Safe reading of properties: a value of the wanted type, its absence, or `UndecidedError`."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import TypeVar, cast

from slipway_policies.resource import UNKNOWN, Resource
from slipway_policies.verdict import UndecidedError, UnknownError, Verdict

T = TypeVar("T")

STEP = re.compile(r"[^.\[\]]+")
PATHS = 4096
"""Paths that are kept split: rules ask for the same few in every resource."""
SHOWN = 80
"""Characters of an offending value that a message shows."""


class Node:
    """A place in a resource: the resource itself, or a part of it that is judged by itself.

    Paths are dotted (`configuration.executeCommandConfiguration.logging`); a number is an index.
    Null is absence. Where AWS's provider flattens a list of at most one, both spellings are read.
    """

    __slots__ = ("path", "resource", "value")

    def __init__(self, resource: Resource, path: str = "", value: object = None) -> None:
        self.resource = resource
        self.path = path
        self.value: object = resource.props if not path else value

    def at(self, path: str) -> "Node":
        """The node at `path`; its value is None when nothing is there.

        Raises:
            UndecidedError: a value on the way, or the value itself, is unknown or of a wrong type.
        """
        value, seen = self.value, self.path
        if value is UNKNOWN:
            raise UnknownError(seen)
        for step in _steps(path):
            value = _child(value, step, seen)
            seen = f"{seen}[{step}]" if step.isdigit() else f"{seen}.{step}".lstrip(".")
            if value is None:
                return Node(self.resource, self._join(path), None)
            if value is UNKNOWN:
                raise UnknownError(seen)
        return Node(self.resource, seen, value)

    def part(self, path: str) -> "Node":
        """The node at `path`; when it is not known, only reading it is undecided."""
        try:
            return self.at(path)
        except UnknownError:
            return Node(self.resource, self._join(path), UNKNOWN)

    def has(self, path: str) -> bool:
        """Whether something is there, known or not."""
        try:
            return self.at(path).value is not None
        except UndecidedError:
            return True

    def text(self, path: str, default: str = "") -> str:
        """A string; numbers are written as AWS writes them (256.0 is `256`)."""
        return _read(self.at(path), _text, default, "a string")

    def flag(self, path: str, *, default: bool = False) -> bool:
        """A boolean; `"true"` and `"false"` count, for launch templates spell them so."""
        return _read(self.at(path), _flag, default, "a boolean")

    def number(self, path: str, default: float | None = None) -> float | None:
        """A number; a numeric string counts, for tasks spell cpu and memory so."""
        return _read(self.at(path), _number, default, "a number")

    def items(self, path: str) -> "list[Node]":
        """The elements of a list, unknown ones included: reading those is undecided."""
        found = self.at(path)
        value = found.value
        if value is None:
            return []
        if isinstance(value, Mapping):
            return [found]
        if not isinstance(value, list):
            raise UndecidedError(found.path, "cannot be judged: it should be a list")
        elements = cast("list[object]", value)
        return [Node(self.resource, f"{found.path}[{index}]", each) for index, each in enumerate(elements)]

    def texts(self, path: str) -> list[str]:
        """The strings of a list; a single string counts as a list of one (IAM writes both)."""
        found = self.at(path)
        if isinstance(found.value, str):
            return [found.value]
        return [each.text("") for each in self.items(path)]

    def entries(self, path: str) -> "Iterator[tuple[str, Node]]":
        """The keys and values of a map."""
        found = self.at(path)
        if found.value is None:
            return
        if not isinstance(found.value, Mapping):
            raise UndecidedError(found.path, "cannot be judged: it should be a map")
        for key, value in cast("Mapping[object, object]", found.value).items():
            yield str(key), Node(self.resource, f"{found.path}.{key}", value)

    def violates(self, path: str, *, shown: str | None = None) -> Verdict:
        """A violation at `path`, with the value found there; `shown` instead where it may be a secret."""
        where = self._join(path)
        if shown is None:
            shown = f"is {show(self.at(path).value)}"
        return Verdict("violation", where, shown)

    def _join(self, path: str) -> str:
        if not path:
            return self.path
        return f"{self.path}.{path}".lstrip(".")


def show(value: object) -> str:
    """A value as a message shows it: short, and `not set` for none."""
    if value is None:
        return "not set"
    if value is UNKNOWN:
        return "not known yet"
    if isinstance(value, bool):
        return str(value).lower()
    number = _number(value) if isinstance(value, float) else None
    shown = repr(value) if number is None else f"{number:g}"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


@lru_cache(maxsize=PATHS)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(STEP.findall(path))


def _child(value: object, step: str, seen: str) -> object:
    if isinstance(value, list):
        elements = cast("list[object]", value)
        if step.isdigit():
            return elements[int(step)] if int(step) < len(elements) else None
        if len(elements) == 1:
            return _child(elements[0], step, f"{seen}[0]")
        if not elements:
            return None
    if value is UNKNOWN:
        raise UnknownError(seen)
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(step)
    if step == "0":
        return value
    raise UndecidedError(seen or step, f"cannot be judged: it has no place for {step}")


def _read(found: Node, convert: Callable[[object], T | None], default: T, wanted: str) -> T:
    if found.value is None:
        return default
    if found.value is UNKNOWN:
        raise UnknownError(found.path)
    value = convert(found.value)
    if value is None:
        raise UndecidedError(found.path, f"cannot be judged: it should be {wanted}")
    return value


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    number = _number(value)
    return None if number is None else f"{number:.12g}"


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
