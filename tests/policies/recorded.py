"""What was recorded as registrations: awsx's VPC."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from slipway_policies.resource import UNKNOWN, Edges, Resource
from slipway_policies.stack import Stack

FIXTURES = Path(__file__).parent / "fixtures"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for an unknown value where registrations travel."""


def resource(urn: str, token: str, inputs: Mapping[str, object], edges: Edges, **options: object) -> Resource:
    """A recorded registration as rules see it."""
    props = marked(dict(inputs))
    return Resource(urn, token, lambda: props, tie=lambda: edges, **options)


def awsx_vpc() -> list[Resource]:
    """What awsx's Vpc declares at a first preview with two zones and one NAT gateway (pulumi-awsx, awsx/ec2/vpc.ts)."""
    return [
        resource(
            one["urn"],
            one["type"],
            one["properties"],
            Edges(one["parent"], one["dependencies"], one["propertyDependencies"]),
        )
        for one in registrations()
    ]


@lru_cache
def registrations() -> list[dict]:
    """The recorded registrations."""
    return json.loads((FIXTURES / "awsx_vpc_two_zones_one_nat.json").read_text(encoding="utf-8"))


def named(stack: Stack, token: str, name: str) -> Resource:
    """A resource of a stack by its type and name."""
    return next(each for each in stack.resources if each.type.endswith(f":{token}") and each.name == name)


def marked(value: object) -> object:
    """Inputs with `UNKNOWN` in the place of the sentinel."""
    if isinstance(value, dict):
        return {key: marked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [marked(each) for each in value]
    return UNKNOWN if value == SENTINEL else value
