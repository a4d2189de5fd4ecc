"""Our own stacks at the first preview: what the program declares, with the provider, and with awsx's children."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from recorded import marked, registrations
from sample import DOCUMENTS, R, World
from slipway_policies.settings import Settings, read

from local import plan, stack_file
from local.policy_client import ROOT as ROOT_TYPE
from local.policy_client import default_provider
from local.program import Declared

PROJECT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "prod", "local")
VPC = "awsx:ec2:Vpc:network"
SUBNETS = tuple(f"Subnet:network-{kind}-{zone}" for kind in ("public", "private") for zone in (1, 2))


def config(stack: str) -> dict[str, object]:
    """The policy configuration of a stack: what `--policy-pack-config` is given."""
    return json.loads((PROJECT / "policies" / "config" / f"{stack}.json").read_text(encoding="utf-8"))


def settings(stack: str) -> Settings:
    """The pack's settings in it."""
    return read(config(stack)["pack-settings"])


@lru_cache
def without_children(stack: str, folder: Path = PROJECT) -> World:
    """The resources of a stack as the local stack sees them: awsx's component is one opaque resource."""
    return configured(stack, stack_file.configuration(folder, stack)[1], folder)


def configured(stack: str, configuration: dict[str, str], folder: Path = PROJECT) -> World:
    """The same with another configuration."""
    project, _ = stack_file.configuration(folder, stack)
    declared = plan.plan(folder, stack, configuration).declared
    keys = {one.urn: key(one.type, one.name) for one in declared}
    provider = default_provider(project, stack, configuration)
    root = f"{project}-{stack}"
    return {
        "Stack": R(ROOT_TYPE, urn=f"urn:pulumi:{stack}::{project}::{ROOT_TYPE}::{root}"),
        "Provider": R(provider.type, dict(provider.properties), urn=provider.urn),
        **{keys[one.urn]: _declared(one, keys) for one in declared},
    }


@lru_cache
def world(stack: str, folder: Path = PROJECT) -> World:
    """The same under the engine, where awsx's children are told; the recorded ones stand for those of every stack."""
    found = dict(without_children(stack, folder))
    above = found[VPC].urn.rpartition("::")[0]
    recorded = [one for one in registrations() if "awsx:ec2:Vpc$" in one["urn"]]
    keys = {one["urn"]: key(one["type"], one["urn"].rpartition("::")[2]) for one in recorded}
    found |= {
        keys[one["urn"]]: R(
            one["type"],
            marked(one["properties"]),
            urn=one["urn"].replace("urn:pulumi:prod::shop::awsx:ec2:Vpc", above),
            parent=keys.get(one["parent"], VPC),
            made_from=_named(one["propertyDependencies"], keys),
        )
        for one in recorded
    }
    return {name: replace(one, made_from=_through(one)) for name, one in found.items()}


def key(token: str, name: str) -> str:
    """How mutations name a resource: `Repository:web`; a component by its whole type, an image without its tag."""
    kind = token.rpartition(":")[2] if token.startswith(("aws:", "docker:")) else token
    return f"{kind}:{name.split('-c-', 1)[0]}"


def _declared(one: Declared, keys: dict[str, str]) -> R:
    props = marked(one.inputs)
    for name in DOCUMENTS:
        if isinstance(props.get(name), str):
            props[name] = json.loads(props[name])
    return R(
        one.type,
        props,
        tuple(keys[urn] for urn in one.dependencies),
        one.protect,
        one.ignore_changes,
        keys.get(one.parent, "Stack"),
        _named(one.property_dependencies, keys),
        one.urn,
    )


def _named(edges: dict[str, list[str]], keys: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {prop: tuple(keys[urn] for urn in urns) for prop, urns in edges.items()}


def _through(one: R) -> dict[str, tuple[str, ...]]:
    """The edges of a resource, with the children that awsx's outputs come from in the place of its component.

    Each list of subnets comes from all of them: so awsx's own component tells the engine.
    """
    return {
        prop: tuple(
            child
            for name in names
            for child in ((("Vpc:network",) if prop == "vpcId" else SUBNETS) if name == VPC else (name,))
        )
        for prop, names in one.made_from.items()
    }
