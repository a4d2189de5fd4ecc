"""Resources as they travel to a served pack."""

from pulumi.runtime.rpc import UNKNOWN
from slipway_policies.resource import UNKNOWN as OURS
from slipway_policies.resource import Resource

from local.policy_client import Registration


def registration(resource: Resource) -> Registration:
    """A resource as the engine would tell it."""
    return Registration(
        resource.urn,
        resource.type,
        resource.name,
        wire(resource.props),
        resource.edges.parent,
        resource.edges.dependencies,
        resource.edges.properties,
        resource.protect,
        resource.ignore_changes,
    )


def wire(value):
    """A value with the sentinel of the protocol where it is unknown."""
    if isinstance(value, dict):
        return {key: wire(each) for key, each in value.items()}
    if isinstance(value, list):
        return [wire(each) for each in value]
    return UNKNOWN if value is OURS else value
