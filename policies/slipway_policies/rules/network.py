"""Networks: who gets in, and which ways lead out."""

from slipway_policies import kinds, topology
from slipway_policies.groups import RULE_KINDS, has_ports, is_world, ports_of, rules_in, to_world
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.topology import ID
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

GROUP = kinds.SECURITY_GROUP
WEB = (80, 443)
EGRESS = kinds.SECURITY_GROUP_RULE | kinds.EGRESS_RULE


@rule(
    "sg-no-open-ingress",
    GROUP | RULE_KINDS,
    "high",
    "Nothing but web traffic comes from the whole internet.",
    why="Open ports of databases, shells and desktops are found within minutes.",
    mend="Name a security group or an address range; only the ports 80 and 443 of a load balancer may be open.",
    anchors=(
        "SH EC2.13, EC2.14, EC2.18, EC2.19; Nag EC23; CKV CKV_AWS_24, CKV_AWS_25, CKV_AWS_260, CKV_AWS_277; "
        "AVD 0107; CIS 6.3, 6.4, 6.1.2; Prw ec2_securitygroup_allow_ingress_from_internet_to_all_ports, "
        "ec2_securitygroup_allow_ingress_from_internet_to_any_port, "
        "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports, "
        "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22, "
        "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389"
    ),
    each=rules_in,
)
def no_open_ingress(each: Node, _: Terms) -> Verdict:
    world = to_world(each)
    if world.state == "compliant" or not has_ports(each):
        return COMPLIANT
    first, last = ports_of(each)
    if first == last and first in WEB:
        return COMPLIANT
    return world._replace(text=f"{world.text} for the ports {first:g} to {last:g}")


@stack_rule(
    "sg-web-only-on-balancer",
    GROUP | RULE_KINDS,
    "high",
    "Only load balancers are open to the whole internet.",
    why="A task or an instance with an open web port is reached beside the load balancer.",
    mend="Open port 80 or 443 on the group of a load balancer, and let the tasks' group name that.",
    anchors="CKV CKV_AWS_260",
    each=rules_in,
)
def web_only_on_balancer(each: Node, _: Terms, stack: Stack) -> Verdict:
    world = to_world(each)
    if world.state == "compliant" or not has_ports(each):
        return COMPLIANT
    groups = (
        [each.resource] if each.resource.type in GROUP else stack.linked(each.resource, "securityGroupId", GROUP, ID)
    )
    if not groups:
        return not_applicable("its group is managed elsewhere")
    if all(stack.users(kinds.LOAD_BALANCER, "securityGroups", group, ID) for group in groups):
        return COMPLIANT
    return world._replace(text=f"{world.text} in {groups[0].name}, which no load balancer has")


def _egress(node: Node) -> list[Node]:
    if node.resource.type in GROUP:
        return node.items("egress")
    return [node] if node.resource.type in kinds.EGRESS_RULE or node.text("type") == "egress" else []


@rule(
    "sg-egress-limited",
    GROUP | EGRESS,
    "low",
    "Not every port leads out to the whole internet.",
    why="Whoever breaks in can send what is found anywhere.",
    mend="Name the ports, and the ranges or prefix lists.",
    anchors="CKV CKV_AWS_382; AVD 0104",
    tier=3,
    each=_egress,
)
def egress_limited(each: Node, _: Terms) -> Verdict:
    world = to_world(each)
    return world if ports_of(each) == (0, 65535) else COMPLIANT


@rule(
    "sg-described",
    GROUP | RULE_KINDS | kinds.EGRESS_RULE,
    "low",
    "Groups and their rules say what they are for.",
    why="Nobody dares to close a port whose purpose is forgotten.",
    mend="Set description.",
    anchors="Nag EC27; CKV CKV_AWS_23; AVD 0099, 0124",
    tier=3,
)
def described(node: Node, _: Terms) -> Verdict:
    inline = (
        [each for path in ("ingress", "egress") for each in node.items(path)] if node.resource.type in GROUP else []
    )
    for each in (node, *inline):
        if each.text("description") in ("", "Managed by Pulumi", "Managed by Terraform"):
            return each.violates("description")
    return COMPLIANT


@stack_rule(
    "sg-in-use",
    GROUP,
    "low",
    "Every security group is used.",
    why="A group that nothing has is used by mistake one day.",
    mend="Give it to something, or take it out.",
    anchors="CKV CKV2_AWS_5; SH EC2.22; Prw ec2_securitygroup_not_used",
    tier=3,
)
def in_use(group: Node, _: Terms, stack: Stack) -> Verdict:
    if group.resource.urn in stack.kept("used", lambda: _used(stack)):
        return COMPLIANT
    return Verdict("violation", "", "is used by nothing in this stack")


def _used(stack: Stack) -> set[str]:
    """The URNs that anything but a rule of a group is made from."""
    others = [each for each in stack.resources if each.type not in RULE_KINDS | kinds.EGRESS_RULE]
    return {urn for other in others for urns in other.edges.properties.values() for urn in urns if urn != other.urn}


@stack_rule(
    "sg-rules-not-mixed",
    GROUP,
    "medium",
    "A group's rules are written in one way.",
    why="Inline rules and rules of their own undo each other at every update.",
    mend="Take ingress and egress out of the group, and keep the rules that are resources of their own.",
)
def rules_not_mixed(group: Node, _: Terms, stack: Stack) -> Verdict:
    written = Node(group.resource.declared)
    inline = [path for path in ("ingress", "egress") if written.items(path)]
    if not inline:
        return COMPLIANT
    own = [
        each
        for kind in (RULE_KINDS, kinds.EGRESS_RULE)
        for each in stack.users(kind, "securityGroupId", group.resource, ID)
    ]
    if not own:
        return COMPLIANT
    return Verdict("violation", inline[0], f"is written inline, and {own[0].name} is a rule of its own")


@stack_rule(
    "vpc-default-sg-closed",
    kinds.VPC,
    "high",
    "The default group of a VPC is closed.",
    why="What names no group gets it, and it lets everything in it talk to everything else.",
    mend="Add an aws.ec2.DefaultSecurityGroup for the VPC, without rules.",
    anchors="SH EC2.2; CKV CKV2_AWS_12; AVD 0173; CIS 6.5; Prw ec2_securitygroup_default_restrict_traffic",
    tier=2,
)
def default_group_closed(vpc: Node, _: Terms, stack: Stack) -> Verdict:
    for group in map(Node, stack.users(kinds.DEFAULT_SECURITY_GROUP, "vpcId", vpc.resource, ID)):
        opened = [path for path in ("ingress", "egress") if group.items(path)]
        if opened:
            return Verdict("violation", "", f"has the default group {group.resource.name}, with {opened[0]} rules")
        return COMPLIANT
    return Verdict("violation", "", "has a default group that nothing closes")


@stack_rule(
    "vpc-flow-logs",
    kinds.VPC,
    "medium",
    "A VPC's traffic is logged.",
    why="After an incident the flow log tells who talked to whom.",
    mend="Add an aws.ec2.FlowLog for the VPC.",
    anchors="SH EC2.6; CKV CKV2_AWS_11; Nag VPC7; AVD 0178; CIS 4.7; Prw vpc_flow_logs_enabled",
    tier=2,
    relaxed=("dev",),
)
def flow_logs(vpc: Node, _: Terms, stack: Stack) -> Verdict:
    if stack.users(kinds.FLOW_LOG, "vpcId", vpc.resource, ID):
        return COMPLIANT
    return Verdict("violation", "", "has no flow log in this stack")


@rule(
    "subnet-no-auto-public-ip",
    kinds.SUBNET,
    "medium",
    "Subnets give no public addresses by themselves.",
    why="Whatever starts in such a subnet is on the internet without anybody asking.",
    mend="Set mapPublicIpOnLaunch to false; load balancers and NAT gateways do not need it.",
    anchors="SH EC2.15; CKV CKV_AWS_130; AVD 0164; Prw vpc_subnet_no_public_ip_by_default",
)
def no_auto_public_ip(subnet: Node, _: Terms) -> Verdict:
    path = "mapPublicIpOnLaunch"
    return subnet.violates(path) if subnet.flag(path) else COMPLIANT


@rule(
    "no-default-vpc",
    kinds.DEFAULT_VPC,
    "high",
    "The account's default VPC is not used.",
    why="All its subnets are public, and everything that names no network is in it.",
    mend="Make a VPC (awsx.ec2.Vpc), or name one.",
    anchors="CKV CKV_AWS_148; AVD 0101",
    tier=2,
)
def no_default_vpc(_: Node, __: Terms) -> Verdict:
    return Verdict("violation", "", "is the default VPC")


@stack_rule(
    "vpc-endpoints",
    kinds.VPC,
    "medium",
    "AWS's services are reached inside the network.",
    why="Images and logs that go through NAT cost by the gigabyte, and leave the network.",
    mend="Add VPC endpoints for ecr.api, ecr.dkr, s3 and logs, and for the services of the setting endpoints.",
    anchors="SH EC2.55, EC2.56, EC2.10; Prw vpc_endpoint_for_ec2_enabled",
    tier=2,
    level="advisory",
)
def endpoints(vpc: Node, terms: Terms, stack: Stack) -> Verdict:
    needed = (*topology.TO_START, *terms.settings.endpoints)
    missing = topology.missing_endpoints(needed, [vpc.resource], stack)
    if not missing:
        return COMPLIANT
    return Verdict("violation", "", f"has no endpoint for {', '.join(missing)}")


@stack_rule(
    "vpc-subnets-spread",
    kinds.VPC,
    "medium",
    "A VPC has public and private subnets, in two zones at least.",
    why="In one zone everything fails together; without private subnets everything is on the internet.",
    mend="Add subnets in another zone, private ones among them.",
    anchors="Prw vpc_subnet_different_az, vpc_subnet_separate_private_public",
    tier=2,
)
def subnets_spread(vpc: Node, _: Terms, stack: Stack) -> Verdict:
    subnets = stack.users(kinds.SUBNET, "vpcId", vpc.resource, ID)
    if not subnets:
        return not_applicable("its subnets are managed elsewhere")
    if len(topology.zones_of(subnets)) < topology.TWO_ZONES:
        return Verdict("violation", "", "has subnets in fewer than two zones")
    private = [subnet for subnet in subnets if not topology.is_public(subnet, stack)]
    return COMPLIANT if private else Verdict("violation", "", "has public subnets only")


@rule(
    "nacl-sane",
    kinds.NETWORK_ACL | kinds.NETWORK_ACL_RULE,
    "low",
    "Network ACLs do not let administration in from the whole internet.",
    why="A second lock that stands open is none.",
    mend="Deny 22 and 3389 from 0.0.0.0/0, and attach the ACL to subnets.",
    anchors=(
        "SH EC2.16, EC2.21; Nag VPC3; CKV CKV2_AWS_1, CKV_AWS_352; AVD 0102, 0105; CIS 6.2; Prw "
        "ec2_networkacl_allow_ingress_any_port, ec2_networkacl_allow_ingress_tcp_port_22, "
        "ec2_networkacl_allow_ingress_tcp_port_3389"
    ),
    tier=3,
)
def nacl_sane(acl: Node, _: Terms) -> Verdict:
    alone = acl.resource.type in kinds.NETWORK_ACL_RULE
    rules = ([] if acl.flag("egress") else [acl]) if alone else acl.items("ingress")
    for each in rules:
        allows = (each.text("ruleAction") or each.text("action")).lower() == "allow"
        ranges = (each.text("cidrBlock"), each.text("ipv6CidrBlock"))
        first, last = ports_of(each)
        if allows and any(map(is_world, ranges)) and any(first <= port <= last for port in (22, 3389)):
            return each.violates("cidrBlock")
    if not alone and not acl.has("subnetIds[0]"):
        return acl.violates("subnetIds")
    return COMPLIANT


@stack_rule(
    "vpc-block-public-access",
    kinds.VPC,
    "low",
    "The account blocks public access to its networks.",
    why="One option holds for every VPC of the region, those of tomorrow too.",
    mend="Add aws.vpc.BlockPublicAccessOptions with internetGatewayBlockMode block-bidirectional or block-ingress.",
    anchors="SH EC2.172",
    tier=3,
)
def block_public_access(_: Node, __: Terms, stack: Stack) -> Verdict:
    modes = [Node(each).text("internetGatewayBlockMode") for each in stack.of(kinds.BLOCK_PUBLIC_ACCESS)]
    if any(mode.startswith("block-") for mode in modes):
        return COMPLIANT
    return Verdict("violation", "", "is in a region whose public access this stack does not block")


@stack_rule(
    "nat-default-route",
    kinds.SUBNET,
    "low",
    "Private subnets lead out through NAT.",
    why="Otherwise nothing in them can be updated from outside.",
    mend="Add a route for 0.0.0.0/0 to a NAT gateway.",
    anchors="CKV CKV2_AWS_35",
    tier=3,
)
def nat_default_route(subnet: Node, _: Terms, stack: Stack) -> Verdict:
    if topology.is_public(subnet.resource, stack):
        return not_applicable("it is public")
    if topology.leads_out(subnet.resource, stack):
        return COMPLIANT
    return Verdict("violation", "", "has no default route through NAT")
