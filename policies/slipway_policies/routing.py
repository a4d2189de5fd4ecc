"""Load balancers, their listeners and target groups: who sends requests to whom."""

from collections.abc import Mapping

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.stack import Stack
from slipway_policies.verdict import UndecidedError

ARN = ("arn", "id")
GROUP = kinds.TARGET_GROUP
ACTIONS = {"defaultActions": kinds.LISTENER, "actions": kinds.LISTENER_RULE}


def senders(group: Resource, stack: Stack) -> list[Resource]:
    """The listeners and listener rules that forward to a target group."""
    return stack.kept("senders", lambda: _senders(stack)).get(group.urn, [])


def target_groups(service: Resource, stack: Stack) -> list[Resource]:
    """The target groups of the stack that a service registers its tasks in."""
    return _groups(service, "loadBalancers", ("targetGroupArn",), stack)


def services_of(group: Resource, stack: Stack) -> list[Resource]:
    """The services that register their tasks in a target group."""
    return stack.kept("services", lambda: _services(stack)).get(group.urn, [])


def listeners(balancer: Resource, stack: Stack) -> list[Resource]:
    """The listeners of a load balancer."""
    return stack.users(kinds.LISTENER, "loadBalancerArn", balancer, ARN)


def _senders(stack: Stack) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for prop, kind in ACTIONS.items():
        for sender in stack.of(kind):
            for group in _groups(sender, prop, ("targetGroupArn", "forward.targetGroups"), stack):
                found.setdefault(group.urn, []).append(sender)
    return found


def _services(stack: Stack) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for service in stack.of(kinds.SERVICE):
        for group in target_groups(service, stack):
            found.setdefault(group.urn, []).append(service)
    return found


def _groups(resource: Resource, prop: str, paths: tuple[str, ...], stack: Stack) -> list[Resource]:
    """The target groups that the entries of a property are made from, or name."""
    from_graph = stack.sources(resource, prop, GROUP)
    entries = [] if from_graph else _items(Node(resource), prop)
    arns = [arn for entry in entries for path in paths for arn in _arns(entry, path)]
    return from_graph or [group for arn in dict.fromkeys(arns) for group in stack.named(GROUP, arn, ARN)]


def _arns(entry: Node, path: str) -> list[str]:
    if path == "targetGroupArn":
        return [_text(entry, path)]
    return [_text(weighed, "arn") for weighed in _items(entry, path)]


def _items(node: Node, path: str) -> list[Node]:
    try:
        return node.items(path)
    except UndecidedError:
        return []


def _text(node: Node, path: str) -> str:
    try:
        return node.text(path)
    except UndecidedError:
        return ""
