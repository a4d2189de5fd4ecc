"""Security groups: who may reach what is in them, written inline or as rules of their own."""

import ipaddress

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.stack import Stack
from slipway_policies.topology import ID
from slipway_policies.verdict import COMPLIANT, Verdict, strictest

RULE_KINDS = kinds.SECURITY_GROUP_RULE | kinds.INGRESS_RULE
ICMP = ("icmp", "icmpv6", "1", "58")
WIDEST = 8
"""Prefix length below which an IPv4 range counts as the world."""


def ingress_of(group: Resource, stack: Stack) -> list[Node]:
    """All ingress rules of a group."""
    own = [
        Node(rule)
        for kind in (kinds.INGRESS_RULE, kinds.SECURITY_GROUP_RULE)
        for rule in stack.users(kind, "securityGroupId", group, ID)
        if is_ingress(Node(rule))
    ]
    return [*Node(group).items("ingress"), *own]


def is_ingress(rule: Node) -> bool:
    """Whether a rule that is a resource of its own lets something in."""
    return rule.resource.type in kinds.INGRESS_RULE or rule.text("type") == "ingress"


def rules_in(node: Node) -> list[Node]:
    """The ingress rules that a resource writes: inline ones, or the resource itself."""
    if node.resource.type in kinds.SECURITY_GROUP:
        return node.items("ingress")
    return [node] if is_ingress(node) else []


def ranges_of(rule: Node) -> list[Node]:
    """The address ranges that a rule is for."""
    single = [rule.part(path) for path in ("cidrIpv4", "cidrIpv6")]
    lists = [each for path in ("cidrBlocks", "ipv6CidrBlocks") for each in rule.items(path)]
    return [each for each in (*single, *lists) if each.value]


def to_world(rule: Node) -> Verdict:
    """Whether a rule is for the whole internet: a violation at the first range that is."""
    return strictest(lambda each: each.violates("") if is_world(each.text("")) else COMPLIANT, ranges_of(rule))


def is_world(text: str) -> bool:
    """Whether a range is the whole internet, or so wide that it may as well be."""
    try:
        block = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    if block.version == 4:  # noqa: PLR2004 - IPv4
        return block.prefixlen < WIDEST
    return block.prefixlen < 16  # noqa: PLR2004 - wider than any registry's allocation


def has_ports(rule: Node) -> bool:
    """Whether a rule is about ports: what fromPort and toPort hold for ICMP are kinds of messages."""
    return _protocol(rule) not in ICMP


def ports_of(rule: Node) -> tuple[float, float]:
    """The first and the last port that a rule opens; all of them for every protocol."""
    protocol = _protocol(rule)
    first, last = rule.number("fromPort"), rule.number("toPort")
    if protocol in ("-1", "all") or first is None or last is None:
        return 0, 65535
    return first, last


def _protocol(rule: Node) -> str:
    return (rule.text("ipProtocol") or rule.text("protocol")).lower()
