"""JSON documents inside properties: container definitions and policies, parsed once each."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from slipway_policies.node import Node
from slipway_policies.verdict import UndecidedError

CACHED = 4096
"""Documents that are kept parsed: every rule of a resource reads the same text."""


def document(node: Node, path: str) -> Node:
    """The parsed document at `path`; a node without value when there is none.

    Raises:
        UndecidedError: the text is unknown, or not JSON.
    """
    found = node.at(path)
    value = found.value
    if value is None or isinstance(value, Mapping | list):
        return found
    if not isinstance(value, str):
        raise UndecidedError(found.path, "cannot be judged: it should be a JSON document")
    parsed = _parsed(value)
    if isinstance(parsed, ValueError):
        raise UndecidedError(found.path, f"cannot be judged: it is not JSON ({parsed})")
    return Node(node.resource, found.path, parsed)


def containers(task: Node) -> list[Node]:
    """The container definitions of a task definition, or the document's own problem."""
    found = document(task, "containerDefinitions")
    if not isinstance(found.value, list):
        raise UndecidedError("containerDefinitions", "cannot be judged: it should be a list of containers")
    return found.items("")


def statements(holder: Node, path: str) -> list[Node]:
    """The statements of an IAM policy document; none when there is no document."""
    found = document(holder, path)
    if found.value is None:
        return []
    if not isinstance(found.value, Mapping):
        raise UndecidedError(found.path, "cannot be judged: it should be a policy document")
    return found.items("Statement")


@lru_cache(maxsize=CACHED)
def _parsed(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except RecursionError:
        return ValueError("nested too deeply")
    except ValueError as error:
        return error
