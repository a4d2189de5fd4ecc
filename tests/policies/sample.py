"""Stacks that can be changed property by property: the ground of the table of cases, and of the mutations.

Resources refer to each other by `Ref`: rendered as known, or as the unknowns of a first preview.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from slipway_policies.resource import UNKNOWN, Edges, Resource
from slipway_policies.stack import Stack

STACK, PROJECT, ACCOUNT, REGION = "prod", "shop", "123456789012", "eu-central-1"
DOCUMENTS = ("containerDefinitions", "policy", "assumeRolePolicy", "registryPolicy")
STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Ref:
    """An output of another resource of the stack."""

    name: str
    output: str = "id"


@dataclass
class R:
    """A declared resource; other resources are named by their keys in the world.

    `made_from` names, by property, the resources that unknown values come from, beside those of its `Ref`s.
    """

    type: str
    props: dict[str, object] = field(default_factory=dict)
    waits: tuple[str, ...] = ()
    protect: bool = False
    ignore: tuple[str, ...] = ()
    parent: str = ""
    made_from: dict[str, tuple[str, ...]] = field(default_factory=dict)
    urn: str = ""


class _Gone:
    pass


GONE = _Gone()
"""Put in the place of a property, or of a resource, to take it out."""

World = dict[str, R]
Changes = Mapping[str, object]


def changed(world: World, changes: Changes) -> World:
    """The world with changes.

    `task.networkMode` and `task.containerDefinitions[0].user` are properties, `repo!protect` an option, `task>roleArn`
    what a property is made from, `task` the resource itself.
    """
    new = {name: copy.deepcopy(each) for name, each in world.items()}
    for where, value in changes.items():
        name, mark, rest = re.match(r"^([^.!>]+)([.!>]?)(.*)$", where).groups()
        if mark == "!":
            setattr(new[name], rest, value)
        elif mark == ">":
            new[name].made_from[rest] = value
        elif mark == ".":
            _put(new[name].props, STEP.findall(rest), value)
        elif value is GONE:
            del new[name]
        else:
            new[name] = cast("R", value)
    return new


def _put(holder: object, steps: list[str], value: object) -> None:
    for here, after in pairwise(steps):
        if isinstance(holder, list):
            holder = holder[int(here)]
            continue
        holder = holder.setdefault(here, [] if after.isdigit() else {})
    last = steps[-1]
    if isinstance(holder, list):
        index = int(last)
        if value is GONE:
            del holder[index]
        elif index == len(holder):
            holder.append(value)
        else:
            holder[index] = value
    elif value is GONE:
        holder.pop(last, None)
    else:
        holder[last] = value


def urn(name: str, token: str) -> str:
    """The URN of a resource of the sample."""
    return f"urn:pulumi:{STACK}::{PROJECT}::{token}::{name}"


def rendered(world: World, *, preview: bool = False) -> list[Resource]:
    """The resources as rules see them; in a preview of nothing, outputs of others are unknown."""
    return [_resource(world, name, each, preview=preview) for name, each in world.items()]


def stack_of(world: World, *, preview: bool = False) -> Stack:
    """The same as a stack."""
    return Stack(rendered(world, preview=preview))


def _resource(world: World, name: str, given: R, *, preview: bool) -> Resource:
    props = {key: _value(value, preview=preview) for key, value in given.props.items()}
    if not preview:
        props = {"id": _known(Ref(name)), "arn": _known(Ref(name, "arn"))} | props
    for key in DOCUMENTS:
        if isinstance(props.get(key), dict | list):
            props[key] = UNKNOWN if _has_unknown(props[key]) else json.dumps(props[key])
    edges = Edges(
        _urn(world, given.parent) if given.parent else "",
        [_urn(world, waited) for waited in given.waits],
        {
            key: [_urn(world, name) for name in (*given.made_from.get(key, ()), *(ref.name for ref in _refs(value)))]
            for key, value in given.props.items()
        },
    )
    return Resource(
        _urn(world, name),
        given.type,
        lambda: props,
        protect=given.protect,
        ignore_changes=given.ignore,
        tie=lambda: edges,
    )


def _urn(world: World, name: str) -> str:
    found = world.get(name, R("gone"))
    return found.urn or urn(name, found.type)


def _value(value: object, *, preview: bool) -> object:
    if isinstance(value, Ref):
        return UNKNOWN if preview else _known(value)
    if isinstance(value, dict):
        return {key: _value(each, preview=preview) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(each, preview=preview) for each in value]
    return value


def _known(ref: Ref) -> str:
    if ref.output == "arn":
        service = "acm" if ref.name == "certificate" else "mock"
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:mock/{ref.name}"
    return f"{ref.name}-{ref.output}"


def _refs(value: object) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _refs(each)


def _has_unknown(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(_has_unknown(each) for each in (value.values() if isinstance(value, dict) else value))
    return value is UNKNOWN
