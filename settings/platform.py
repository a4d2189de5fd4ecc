"""Another stack's network, cluster and load balancer, shared by its name."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypedDict, cast

import pulumi
from pulumi.runtime import invoke

from settings.cluster import CapacityShare, ExistingCluster
from settings.load_balancer import ExistingLoadBalancer
from settings.network import ExistingNetwork
from settings.options import OptionsError, Problem, options, read

EXPORT = "platform"
"""The stack output that says what may be shared."""
REFERENCE = r"^[\w.-]+/[\w.-]+/[\w.-]+$"
"""A stack's full name, as stack references have it."""


@options()
class Platform(TypedDict):
    """What a stack exports for others to share: each part as `existing` has it in their stack files."""

    network: ExistingNetwork
    """Its VPC and subnets."""
    cluster: ExistingCluster
    """Its cluster."""
    load_balancer: ExistingLoadBalancer
    """Its load balancer."""
    strategy: list[CapacityShare]
    """Its default capacity provider strategy."""


def filled_in(given: dict[str, Any], title: str) -> dict[str, Any]:
    """A stack file's values, with what its `platform` shares put where it would stand by hand.

    Raises:
        OptionsError: the other stack shares nothing, or this one has parts of its own.
    """
    name = str(given.get("platform", ""))
    if not re.match(REFERENCE, name):  # nothing to share, or no name: then reading the options tells
        return given
    if wrong := [*_own_parts(given), *_itself(name)]:
        raise OptionsError(title, wrong)
    shared = _exported(name)
    return {
        **given,
        "network": {"existing": shared["network"]},
        "cluster": {"strategy": shared["strategy"], **given.get("cluster", {}), "existing": shared["cluster"]},
        "loadBalancer": {"existing": shared["loadBalancer"]},
    }


def _own_parts(given: dict[str, Any]) -> Iterator[Problem]:
    own = [key for key in ("network", "loadBalancer") if given.get(key)]
    own += [f"cluster.{key}" for key in given.get("cluster", {}) if key != "strategy"]
    for path in own:
        yield Problem(path, "a value", "the platform's is shared: take one of them out")


def _itself(name: str) -> Iterator[Problem]:
    if name == f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}":
        yield Problem("platform", name, "is this stack itself")


def _exported(name: str) -> dict[str, Any]:
    """The other stack's export, as of its last update.

    The look-up behind a stack reference, for a reference gives outputs, and only plain values may decide what exists.
    """
    found = cast("dict[str, Any]", invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value)
    exported = found["outputs"].get(EXPORT)
    title = f"Stack {name!r} cannot be shared:"
    if exported is None:
        why = "it exports none: bring it up with this version of Slipway first"
        raise OptionsError(title, [Problem(EXPORT, None, why)])
    # Outputs have one kind of number, which Python reads as a float; those of a platform are whole.
    whole = json.loads(json.dumps(exported), parse_float=lambda text: int(float(text)))
    read(Platform, whole, title)
    return cast("dict[str, Any]", whole)
