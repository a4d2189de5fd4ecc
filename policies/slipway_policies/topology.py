"""Where subnets lead: to an internet gateway, to NAT, or nowhere."""

from collections.abc import Callable, Sequence

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.stack import Stack
from slipway_policies.verdict import UndecidedError

WORLD = ("0.0.0.0/0", "::/0")
WAYS_OUT = (
    "natGatewayId",
    "transitGatewayId",
    "vpcPeeringConnectionId",
    "networkInterfaceId",
    "egressOnlyGatewayId",
    "coreNetworkArn",
    "carrierGatewayId",
)
"""Properties of a route that lead out without making the subnet public."""
TO_START = ("ecr.api", "ecr.dkr", "s3", "logs")
"""Endpoints without which a task in a closed network cannot start (Amazon ECR user guide, interface VPC endpoints)."""
ID = ("id", "arn")
TWO_ZONES = 2
"""So many Availability Zones at least."""


def subnets_of(resource: Resource, path: str, stack: Stack) -> list[Resource]:
    """The subnets of the stack that a property names; none when they are managed elsewhere."""
    return stack.linked(resource, path, kinds.SUBNET, ID)


def first_broken(resource: Resource, path: str, stack: Stack, broken: Callable[[Resource], str]) -> str:
    """What is wrong with the first subnet that `broken` says something of; empty when all are right.

    While a property is unknown the graph gives all subnets that it may come from, of which some are not meant.

    Raises:
        UndecidedError: the property is unknown, and some of the subnets behind it are right, others not.
    """
    subnets = subnets_of(resource, path, stack)
    found = [why for subnet in subnets if (why := broken(subnet))]
    if found and len(found) < len(subnets):
        Node(resource).texts(path)
    return found[0] if found else ""


def is_public(subnet: Resource, stack: Stack) -> bool:
    """Whether instances get public addresses in a subnet, or it has a route to an internet gateway."""
    if Node(subnet).flag("mapPublicIpOnLaunch"):
        return True
    return any(_to_internet(route, stack) for route in default_routes(subnet, stack))


def leads_out(subnet: Resource, stack: Stack) -> bool:
    """Whether a private subnet has a default route through NAT or the like."""
    return any(_goes_by(route, way) for route in default_routes(subnet, stack) for way in WAYS_OUT)


def missing_endpoints(needed: Sequence[str], vpc: Sequence[Resource], stack: Stack) -> list[str]:
    """Of the services that are needed (`ecr.api`), those without an endpoint in a VPC, or in any when none is given."""
    found = [each for one in vpc for each in stack.users(kinds.VPC_ENDPOINT, "vpcId", one, ID)]
    names = [Node(each).text("serviceName") for each in (found if vpc else stack.of(kinds.VPC_ENDPOINT))]
    return [service for service in needed if not any(name.endswith(f".{service}") for name in names)]


def default_routes(subnet: Resource, stack: Stack) -> list[Node]:
    """The routes of a subnet's table that lead everywhere, inline ones and resources of their own."""
    found: list[Node] = []
    for association in stack.users(kinds.ROUTE_TABLE_ASSOCIATION, "subnetId", subnet, ID):
        for table in stack.linked(association, "routeTableId", kinds.ROUTE_TABLE, ID):
            found += Node(table).items("routes")
            found += [Node(route) for route in stack.users(kinds.ROUTE, "routeTableId", table, ID)]
    return [route for route in found if _everywhere(route)]


def zones_of(subnets: list[Resource]) -> set[str]:
    """The Availability Zones of subnets, by name or id."""
    return {Node(subnet).text("availabilityZone") or Node(subnet).text("availabilityZoneId") for subnet in subnets} - {
        ""
    }


def _everywhere(route: Node) -> bool:
    inline = ("cidrBlock", "ipv6CidrBlock")
    own = ("destinationCidrBlock", "destinationIpv6CidrBlock")
    return any(route.text(path) in WORLD for path in (*inline, *own))


def _goes_by(route: Node, way: str) -> bool:
    """Whether a route names a way, known or not; a table that exists tells of every other way as an empty text."""
    try:
        return bool(route.text(way))
    except UndecidedError:
        return True


def _to_internet(route: Node, stack: Stack) -> bool:
    if not _goes_by(route, "gatewayId"):
        return False
    if route.path:
        return _names_gateway(route) or bool(stack.sources(route.resource, "routes", kinds.INTERNET_GATEWAY))
    return _names_gateway(route) or bool(stack.linked(route.resource, "gatewayId", kinds.INTERNET_GATEWAY, ID))


def _names_gateway(route: Node) -> bool:
    try:
        return route.text("gatewayId").startswith("igw-")
    except UndecidedError:
        return False
