"""Load balancers: who reaches them, what they keep, what they let through."""

from fnmatch import fnmatchcase

from slipway_policies import kinds, topology
from slipway_policies.node import Node
from slipway_policies.routing import ARN, listeners
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

BALANCER = kinds.LOAD_BALANCER
PUBLIC_TAG = "slipway:exposure"
NO_SUBNETS = "its subnets are managed elsewhere"


def _is_application(balancer: Node) -> bool:
    return balancer.text("loadBalancerType", "application") == "application"


@rule(
    "alb-drop-invalid-headers",
    BALANCER,
    "high",
    "Requests with malformed headers lose them.",
    why="Two servers that read a malformed header differently can be made to see two different requests.",
    mend="Set dropInvalidHeaderFields to true.",
    anchors="SH ELB.4; CKV CKV_AWS_131; AVD 0052",
)
def drop_invalid_headers(balancer: Node, _: Terms) -> Verdict:
    if not _is_application(balancer):
        return not_applicable("it is no application load balancer")
    path = "dropInvalidHeaderFields"
    return COMPLIANT if balancer.flag(path) else balancer.violates(path)


@rule(
    "alb-deletion-protection",
    BALANCER,
    "medium",
    "Load balancers cannot be deleted by accident.",
    why="Its replacement has another address, and every client's name points to the old one.",
    mend="Set enableDeletionProtection to true.",
    anchors="SH ELB.6; CKV CKV_AWS_150; Prw elbv2_deletion_protection",
    relaxed=("dev", "staging"),
)
def deletion_protection(balancer: Node, _: Terms) -> Verdict:
    path = "enableDeletionProtection"
    return COMPLIANT if balancer.flag(path) else balancer.violates(path)


@rule(
    "alb-access-logs",
    BALANCER,
    "medium",
    "Requests are logged.",
    why="After an incident the access log tells who asked for what.",
    mend="Set accessLogs.enabled and accessLogs.bucket.",
    anchors="SH ELB.5; CKV CKV_AWS_91; Nag ELB2; Prw elbv2_logging_enabled",
    relaxed=("dev", "staging"),
)
def access_logs(balancer: Node, _: Terms) -> Verdict:
    if balancer.text("loadBalancerType") == "gateway":
        return not_applicable("a gateway load balancer writes none")
    if not balancer.flag("accessLogs.enabled", default=False):
        return balancer.violates("accessLogs.enabled")
    return COMPLIANT if balancer.has("accessLogs.bucket") else balancer.violates("accessLogs.bucket")


@rule(
    "alb-connection-logs",
    BALANCER,
    "low",
    "Connections are logged.",
    why="What fails before the first request is in no access log.",
    mend="Set connectionLogs.enabled and connectionLogs.bucket.",
    tier=3,
)
def connection_logs(balancer: Node, _: Terms) -> Verdict:
    if not _is_application(balancer):
        return not_applicable("it is no application load balancer")
    return COMPLIANT if balancer.flag("connectionLogs.enabled") else balancer.violates("connectionLogs.enabled")


@rule(
    "alb-desync",
    BALANCER,
    "medium",
    "Ambiguous requests are not passed on.",
    why="In monitor mode a smuggled request reaches the application.",
    mend="Take desyncMitigationMode out, or set it to defensive or strictest.",
    anchors="SH ELB.12; CKV CKV_AWS_328; Prw elbv2_desync_mitigation_mode",
)
def desync(balancer: Node, _: Terms) -> Verdict:
    if not _is_application(balancer):
        return not_applicable("it is no application load balancer")
    path = "desyncMitigationMode"
    return COMPLIANT if balancer.text(path, "defensive") in ("defensive", "strictest") else balancer.violates(path)


def _in_two_zones(balancer: Node, _: Terms, stack: Stack) -> Verdict:
    subnets = topology.subnets_of(balancer.resource, "subnets", stack)
    if not subnets:
        return not_applicable(NO_SUBNETS)
    zones = topology.zones_of(subnets)
    if len(zones) >= topology.TWO_ZONES:
        return COMPLIANT
    return Verdict("violation", "subnets", f"is in {', '.join(sorted(zones)) or 'no known zone'} alone")


@stack_rule(
    "alb-multi-az",
    BALANCER,
    "medium",
    "Load balancers are in two Availability Zones at least.",
    why="The failure of a zone takes the load balancer's part in it.",
    mend="Name subnets of two zones or more.",
    anchors="SH ELB.13; Prw elbv2_is_in_multiple_az",
)
def multi_az(balancer: Node, terms: Terms, stack: Stack) -> Verdict:
    if balancer.has("subnetMappings"):
        few = len(balancer.items("subnetMappings")) < topology.TWO_ZONES
        return balancer.violates("subnetMappings") if few else COMPLIANT
    if not balancer.has("subnets"):
        return balancer.violates("subnets")
    found = _in_two_zones(balancer, terms, stack)
    if found.state != "not applicable":
        return found
    few = len(balancer.items("subnets")) < topology.TWO_ZONES
    return balancer.violates("subnets") if few else COMPLIANT


@rule(
    "alb-exposure-declared",
    BALANCER,
    "high",
    "A load balancer faces the internet only when somebody said so.",
    why="AWS makes a load balancer public unless it is told otherwise.",
    mend=f"Set internal to true; or name it in publicBalancers, or tag it {PUBLIC_TAG}=public.",
    anchors="AVD 0053; Prw elbv2_internet_facing",
)
def exposure_declared(balancer: Node, terms: Terms) -> Verdict:
    if balancer.flag("internal"):
        return COMPLIANT
    names = (balancer.resource.name, balancer.text("name"))
    if any(fnmatchcase(name, allowed) for name in names for allowed in terms.settings.public_balancers):
        return COMPLIANT
    tags = dict(balancer.entries("tags"))
    if PUBLIC_TAG in tags and tags[PUBLIC_TAG].text("") == "public":
        return COMPLIANT
    return balancer.violates("internal")


@stack_rule(
    "alb-has-security-group",
    BALANCER,
    "medium",
    "Load balancers have a security group of their own.",
    why="Without one they get the VPC's default group, which everything else may be in.",
    mend="Set securityGroups.",
    tier=2,
)
def has_security_group(balancer: Node, _: Terms, stack: Stack) -> Verdict:
    if not _is_application(balancer):
        return not_applicable("it is no application load balancer")
    if stack.sources(balancer.resource, "securityGroups", kinds.DEFAULT_SECURITY_GROUP):
        return Verdict("violation", "securityGroups", "has the default group of the VPC")
    return COMPLIANT if balancer.has("securityGroups[0]") else balancer.violates("securityGroups")


@stack_rule(
    "alb-waf",
    BALANCER,
    "medium",
    "Public load balancers have a firewall.",
    why="AWS WAF stops known attacks and floods before they reach a task.",
    mend="Add an aws.wafv2.WebAclAssociation for the load balancer.",
    anchors="SH ELB.16; CKV CKV2_AWS_28; Prw elbv2_waf_acl_attached",
    tier=2,
    relaxed=("dev", "staging"),
)
def waf(balancer: Node, _: Terms, stack: Stack) -> Verdict:
    if balancer.flag("internal"):
        return not_applicable("it is internal")
    if not _is_application(balancer):
        return not_applicable("it is no application load balancer")
    if stack.users(kinds.WEB_ACL_ASSOCIATION, "resourceArn", balancer.resource, ARN):
        return COMPLIANT
    return Verdict("violation", "", "has no web ACL in this stack")


@rule(
    "alb-not-classic",
    kinds.CLASSIC_BALANCER,
    "medium",
    "No classic load balancer is used.",
    why=(
        "It knows neither target groups nor today's TLS policies, and half of the security controls cannot hold for it."
    ),
    mend="Use an application load balancer (aws.lb.LoadBalancer).",
    anchors="Nag ELB1, ELB3, ELB4, ELB5; CKV CKV_AWS_92, CKV_AWS_127, CKV_AWS_138, CKV_AWS_213, CKV_AWS_376",
)
def not_classic(_: Node, __: Terms) -> Verdict:
    return Verdict("violation", "", "is a classic load balancer")


@stack_rule(
    "alb-has-listener",
    BALANCER,
    "low",
    "Every load balancer listens.",
    why="One without a listener costs money and serves nobody.",
    mend="Add an aws.lb.Listener, or take the load balancer out.",
    anchors="Prw elbv2_listeners_underneath",
    tier=2,
)
def has_listener(balancer: Node, _: Terms, stack: Stack) -> Verdict:
    if listeners(balancer.resource, stack):
        return COMPLIANT
    return Verdict("violation", "", "has no listener in this stack")


@rule(
    "nlb-cross-zone",
    BALANCER,
    "low",
    "A network load balancer shares its load among all zones.",
    why="Without it a zone with few targets gets as much as a zone with many.",
    mend="Set enableCrossZoneLoadBalancing to true.",
    anchors="CKV CKV_AWS_152; Prw elbv2_cross_zone_load_balancing_enabled",
    tier=3,
)
def cross_zone(balancer: Node, _: Terms) -> Verdict:
    if balancer.text("loadBalancerType", "application") not in ("network", "gateway"):
        return not_applicable("it is no network load balancer")
    path = "enableCrossZoneLoadBalancing"
    return COMPLIANT if balancer.flag(path) else balancer.violates(path)
