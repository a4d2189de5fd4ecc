"""Difference: what of a resource's inputs is another, each value under a path that a person reads.

A text that is JSON (container definitions, a policy, a release record) is compared as what it says. Elements of a list
are told apart by what names them, so that a container, a variable or a port that moved is no change.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from review.run import SECRET_MARK, UNKNOWNS
from review.secrecy import HIDDEN, is_secret_name, masked

NAMED_BY = ("name", "Sid", "containerName", "sourceVolume", "containerPort", "capacityProvider", "key")
"""What tells elements of a list apart: the first of these that all have, each another."""
VALUE_OF = {"environment": "value", "secrets": "valueFrom"}
"""Lists of pairs, and the part of a pair that is its value."""
LATER = "known after the update"
LONGEST = 300
ABSENT = object()

Path = tuple[str, ...]


class Change(NamedTuple):
    """One value: None before when it is new, None after when it is gone."""

    path: Path
    before: str | None
    after: str | None


def changes(old: Mapping[str, Any], new: Mapping[str, Any], keys: Sequence[str] = ()) -> list[Change]:
    """What is another between two inputs; of `keys` alone where the engine named them."""
    only = {key.partition(".")[0].partition("[")[0] for key in keys}
    before, after = ({key: one for key, one in side.items() if not only or key in only} for side in (old, new))
    return list(_compared((), before, after))


def values(inputs: Mapping[str, Any]) -> list[Change]:
    """All that inputs say, as new; what is empty says nothing."""
    return list(_compared((), {}, inputs))


def _compared(path: Path, old: Any, new: Any) -> Iterator[Change]:  # noqa: ANN401 - JSON
    old, new = _parsed(old), _parsed(new)
    if old == new:
        return
    before, after = _tree(path, old), _tree(path, new)
    if ABSENT in (old, new) and path and path[-1].startswith("["):
        # An element without a name, such as a statement of a policy, comes and goes as a whole.
        before = after = None
    if before is not None and after is not None:
        for key in sorted({*before, *after}):
            yield from _compared((*path, key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _elements(path, old, new)
    else:
        yield Change(path, _shown(path, old), _shown(path, new))


def _elements(path: Path, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Two lists of plain values: what went and what came, or all where only the order is another."""
    went, came = [one for one in old if one not in new], [one for one in new if one not in old]
    if not went and not came:
        yield Change(path, _shown(path, old), _shown(path, new))
    yield from (Change(path, _shown(path, one), None) for one in went)
    yield from (Change(path, None, _shown(path, one)) for one in came)


def _tree(path: Path, value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    """A value that has parts, by their names; nothing has none."""
    if value is ABSENT or value in (None, []):
        return {}
    if isinstance(value, dict) and SECRET_MARK not in value:
        return value
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return dict(_named(path, value))
    return None


def _parsed(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _named(path: Path, elements: list[Any]) -> Iterator[tuple[str, Any]]:
    key, pair = _key(elements), VALUE_OF.get(path[-1] if path else "", "")
    for number, one in enumerate(elements):
        if key:
            rest = {part: value for part, value in one.items() if part != key}
            yield str(one[key]), rest[pair] if list(rest) == [pair] else rest or {key: one[key]}
        else:
            yield f"[{number}]", one


def _key(elements: list[Any]) -> str:
    for key in NAMED_BY:
        names = [str(one[key]) for one in elements if isinstance(one, dict) and key in one]
        if len(names) == len(elements) == len(set(names)):
            return key
    return ""


def _shown(path: Path, value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is ABSENT or value is None:
        return None
    if isinstance(value, dict) and SECRET_MARK in value:
        return HIDDEN
    # What `secrets` hold is where a value is, not the value.
    if path and "secrets" not in path and is_secret_name(path[-1]):
        return HIDDEN
    if isinstance(value, str) and value in UNKNOWNS:
        return LATER
    text = masked(value if isinstance(value, str) else json.dumps(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
