"""What a service is tied to: its subnets, its security groups, its load balancer."""

from collections.abc import Callable

from slipway_policies import kinds, topology
from slipway_policies.documents import containers
from slipway_policies.groups import ingress_of, ranges_of
from slipway_policies.node import Node, show
from slipway_policies.resource import Resource
from slipway_policies.routing import senders, target_groups
from slipway_policies.rule import stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

SERVICE = kinds.SERVICE
SUBNETS = "networkConfiguration.subnets"
GROUPS = "networkConfiguration.securityGroups"
ELSEWHERE = "its subnets are managed elsewhere"


@stack_rule(
    "ecs-private-subnets",
    SERVICE,
    "high",
    "Tasks are in private subnets.",
    why="In a public subnet one wrong setting, or one open group, puts a task on the internet.",
    mend="Name subnets without a route to an internet gateway, and without mapPublicIpOnLaunch.",
)
def private_subnets(service: Node, _: Terms, stack: Stack) -> Verdict:
    def broken(subnet: Resource) -> str:
        return f"has the public subnet {subnet.name}" if topology.is_public(subnet, stack) else ""

    return _verdict(service, stack, broken)


@stack_rule(
    "ecs-egress-path",
    SERVICE,
    "high",
    "Tasks can reach the registry and the logs.",
    why="A task that cannot pull its image, or write its log, never starts.",
    mend="Route the subnets to a NAT gateway, or add VPC endpoints for ecr.api, ecr.dkr, s3 and logs.",
)
def egress_path(service: Node, _: Terms, stack: Stack) -> Verdict:
    public_address = service.flag("networkConfiguration.assignPublicIp")

    def broken(subnet: Resource) -> str:
        if topology.leads_out(subnet, stack) or (public_address and topology.is_public(subnet, stack)):
            return ""
        vpc = stack.linked(subnet, "vpcId", kinds.VPC, topology.ID)
        missing = ", ".join(topology.missing_endpoints(topology.TO_START, vpc, stack))
        return f"has {subnet.name}, with no way out and no endpoint for {missing}" if missing else ""

    return _verdict(service, stack, broken)


def _verdict(service: Node, stack: Stack, broken: Callable[[Resource], str]) -> Verdict:
    """What a rule about a service's subnets comes to."""
    if not topology.subnets_of(service.resource, SUBNETS, stack):
        return not_applicable(ELSEWHERE)
    why = topology.first_broken(service.resource, SUBNETS, stack, broken)
    return Verdict("violation", SUBNETS, why) if why else COMPLIANT


@stack_rule(
    "ecs-ingress-from-alb-only",
    SERVICE,
    "high",
    "Tasks are reached through the load balancer alone.",
    why="An address range in a task's security group is a way around the load balancer, its logs and its firewall.",
    mend="Let the ingress rules of the tasks' group name the load balancer's security group.",
)
def ingress_from_alb_only(service: Node, _: Terms, stack: Stack) -> Verdict:
    if not service.has("loadBalancers[0]"):
        return not_applicable("it has no load balancer")
    groups = stack.linked(service.resource, GROUPS, kinds.SECURITY_GROUP, topology.ID)
    for group in groups:
        for rule in ingress_of(group, stack):
            for each in ranges_of(rule):
                return Verdict("violation", GROUPS, f"has {group.name}, which lets {show(each.value)} in")
    if not service.has(GROUPS):
        return not_applicable("its group is managed elsewhere")
    return COMPLIANT if groups else not_applicable("its group is managed elsewhere")


@stack_rule(
    "ecs-multi-az",
    SERVICE,
    "medium",
    "Tasks are in two Availability Zones at least.",
    why="The failure of a zone takes every task in it.",
    mend="Name subnets of two zones or more.",
)
def multi_az(service: Node, _: Terms, stack: Stack) -> Verdict:
    if not service.has(SUBNETS):
        return not_applicable("its instances choose the zones")
    subnets = topology.subnets_of(service.resource, SUBNETS, stack)
    if not subnets:
        few = len(service.items(SUBNETS)) < topology.TWO_ZONES
        return service.violates(SUBNETS) if few else not_applicable(ELSEWHERE)
    zones = topology.zones_of(subnets)
    if len(zones) >= topology.TWO_ZONES:
        return COMPLIANT
    return Verdict("violation", SUBNETS, f"is in {', '.join(sorted(zones)) or 'no known zone'} alone")


@stack_rule(
    "ecs-lb-wiring",
    SERVICE,
    "high",
    "A service's load balancer reaches a container that is there.",
    why="ECS refuses a service whose target group no listener uses, or whose container or port does not exist.",
    mend="Name a container and a port of the task definition, and forward a listener to the target group.",
)
def lb_wiring(service: Node, _: Terms, stack: Stack) -> Verdict:
    entries = service.items("loadBalancers")
    if not entries:
        return not_applicable("it has no load balancer")
    for group in target_groups(service.resource, stack):
        if not senders(group, stack):
            return Verdict("violation", "loadBalancers", f"has the target group {group.name}, which no listener uses")
    for task in stack.linked(service.resource, "taskDefinition", kinds.TASK_DEFINITION):
        for entry in entries:
            wrong = _missing(entry, task)
            if wrong:
                return Verdict("violation", entry.path, wrong)
    return COMPLIANT


def _missing(entry: Node, task: Resource) -> str | None:
    name, port = entry.text("containerName"), entry.number("containerPort")
    for container in containers(Node(task)):
        if container.text("name") == name:
            ports = [mapping.number("containerPort") for mapping in container.items("portMappings")]
            return None if port in ports else f"names port {port or 0:g}, which {name!r} does not have"
    return f"names the container {name!r}, which {task.name} does not have"
