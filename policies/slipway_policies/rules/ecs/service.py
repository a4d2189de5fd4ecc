"""Services: how tasks are replaced, how many run, who may look into them."""

import re
from collections.abc import Mapping

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

SERVICE = kinds.SERVICE
NOT_PROD = ("dev", "staging")
SPOT = "FARGATE_SPOT"
VERSION = re.compile(r"^(\d+)\.(\d+)\.(\d+)$")


def _controller(service: Node) -> str:
    return service.text("deploymentController.type", "ECS")


def _is_daemon(service: Node) -> bool:
    return service.text("schedulingStrategy", "REPLICA") == "DAEMON"


@rule(
    "ecs-no-public-ip",
    SERVICE,
    "high",
    "Tasks have no public address.",
    why="A task with a public address is reached beside the load balancer.",
    mend=(
        "Set networkConfiguration.assignPublicIp to false, and let private subnets reach out through NAT "
        "or VPC endpoints."
    ),
    anchors="SH ECS.2; CKV CKV_AWS_333; Prw ecs_service_no_assign_public_ip",
)
def no_public_ip(service: Node, _: Terms) -> Verdict:
    path = "networkConfiguration.assignPublicIp"
    return service.violates(path) if service.flag(path) else COMPLIANT


@rule(
    "ecs-taskset-no-public-ip",
    kinds.TASK_SET,
    "high",
    "Tasks of a task set have no public address.",
    why="A task with a public address is reached beside the load balancer.",
    mend="Set networkConfiguration.assignPublicIp to false.",
    anchors="SH ECS.16; Prw ecs_task_set_no_assign_public_ip",
    tier=2,
)
def taskset_no_public_ip(task_set: Node, _: Terms) -> Verdict:
    path = "networkConfiguration.assignPublicIp"
    return task_set.violates(path) if task_set.flag(path) else COMPLIANT


@rule(
    "ecs-fargate-platform",
    SERVICE,
    "medium",
    "Fargate runs its latest platform version.",
    why="An older platform gets no new security patches.",
    mend="Take platformVersion out, or set it to LATEST.",
    anchors="SH ECS.10; CKV CKV_AWS_332; Prw ecs_service_fargate_latest_platform_version",
)
def fargate_platform(service: Node, _: Terms) -> Verdict:
    version = service.text("platformVersion", "LATEST")
    if version == "LATEST":
        return COMPLIANT
    parts = VERSION.match(version)
    newest = parts is not None and tuple(map(int, parts.groups())) >= (1, 4, 0)
    return COMPLIANT if newest else service.violates("platformVersion")


@rule(
    "ecs-circuit-breaker",
    SERVICE,
    "medium",
    "A deployment that fails is rolled back.",
    why="Without the circuit breaker ECS starts failing tasks again and again, and the deployment never ends.",
    mend="Set deploymentCircuitBreaker.enable and .rollback to true.",
)
def circuit_breaker(service: Node, _: Terms) -> Verdict:
    if _controller(service) != "ECS":
        return not_applicable("ECS does not control its deployments")
    for path in ("deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.rollback"):
        if not service.flag(path):
            return service.violates(path)
    return COMPLIANT


@rule(
    "ecs-rolling-safe",
    SERVICE,
    "medium",
    "A deployment stops no task before its successor is healthy.",
    why=(
        "Below 100 percent a deployment takes capacity away while it runs; with no room above, it cannot move at all."
    ),
    mend="Set deploymentMinimumHealthyPercent to 100 and deploymentMaximumPercent to 200.",
    relaxed=("dev",),
)
def rolling_safe(service: Node, _: Terms) -> Verdict:
    if _controller(service) != "ECS":
        return not_applicable("ECS does not control its deployments")
    if _is_daemon(service):
        return not_applicable("a daemon's task stops before its successor starts")
    least = service.number("deploymentMinimumHealthyPercent", 100) or 0
    most = service.number("deploymentMaximumPercent", 200) or 0
    if least < 100:  # noqa: PLR2004 - all of them
        return service.violates("deploymentMinimumHealthyPercent")
    return COMPLIANT if most > least else service.violates("deploymentMaximumPercent")


@stack_rule(
    "ecs-desired-count",
    SERVICE,
    "medium",
    "At least two tasks run.",
    why="With one task every failure, and every restart, is an outage.",
    mend="Set desiredCount, and minCapacity of the scalable target, to 2 or more.",
    relaxed=NOT_PROD,
)
def desired_count(service: Node, _: Terms, stack: Stack) -> Verdict:
    if _is_daemon(service):
        return not_applicable("a daemon has one task on each instance")
    if not service.has("loadBalancers[0]"):
        return not_applicable("it has no load balancer: nobody waits for its answer")
    for target in scalable_targets(service, stack):
        if (target.number("minCapacity") or 0) < 2:  # noqa: PLR2004 - two of them
            return Verdict(
                "violation",
                "desiredCount",
                f"is scaled by {target.resource.name}, with a minCapacity below 2",
            )
        return COMPLIANT
    return COMPLIANT if (service.number("desiredCount", 1) or 0) >= 2 else service.violates("desiredCount")  # noqa: PLR2004 - two of them


def scalable_targets(service: Node, stack: Stack) -> list[Node]:
    """The scalable targets of a service: made from it, or with its name at the end of resourceId."""
    return stack.kept("scalable targets", lambda: _targets(stack)).get(service.resource.urn, [])


def _targets(stack: Stack) -> Mapping[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for target in stack.of(kinds.SCALABLE_TARGET):
        for service in _scaled(target, stack):
            found.setdefault(service.urn, []).append(Node(target))
    return found


def _scaled(target: Resource, stack: Stack) -> list[Resource]:
    known = target.props.get("resourceId")
    name = known.rpartition("/")[2] if isinstance(known, str) else ""
    return stack.sources(target, "resourceId", SERVICE) or stack.named(SERVICE, name, ("name",))


@rule(
    "ecs-exec-off",
    SERVICE,
    "medium",
    "Nobody opens a shell in a running container.",
    why="ECS Exec is a way in beside the pipeline, and what is typed there changes what runs.",
    mend="Take enableExecuteCommand out.",
    relaxed=NOT_PROD,
)
def exec_off(service: Node, _: Terms) -> Verdict:
    return service.violates("enableExecuteCommand") if service.flag("enableExecuteCommand") else COMPLIANT


@stack_rule(
    "ecs-autoscaled",
    SERVICE,
    "medium",
    "The number of tasks follows the load.",
    why="A fixed number is too small at the peak and too large at night.",
    mend="Add an aws.appautoscaling.Target with maxCapacity above minCapacity, and a Policy for it.",
    relaxed=NOT_PROD,
)
def autoscaled(service: Node, _: Terms, stack: Stack) -> Verdict:
    if _is_daemon(service):
        return not_applicable("a daemon has one task on each instance")
    targets = scalable_targets(service, stack)
    if not targets:
        return Verdict("violation", "desiredCount", "is scaled by no scalable target of this stack")
    target = targets[0]
    least, most = target.number("minCapacity") or 0, target.number("maxCapacity") or 0
    fewest = 1 if service.has("loadBalancers[0]") else 0
    if not fewest <= least < most:
        return Verdict(
            "violation",
            "desiredCount",
            f"is scaled from {least:g} to {most:g} by {target.resource.name}",
        )
    if stack.users(kinds.SCALING_POLICY, "resourceId", target.resource, ("id", "resourceId")):
        return COMPLIANT
    return Verdict(
        "violation",
        "desiredCount",
        f"has the scalable target {target.resource.name}, which has no policy",
    )


@stack_rule(
    "ecs-ignore-desired-count",
    SERVICE,
    "medium",
    "A deployment does not reset what scaling chose.",
    why="Each update would set the number of tasks back, at the peak of the day too.",
    mend='Add ignore_changes=["desiredCount"] to the options of the service.',
    tier=2,
)
def ignore_desired_count(service: Node, _: Terms, stack: Stack) -> Verdict:
    if not scalable_targets(service, stack):
        return not_applicable("it is not scaled")
    if {"desiredCount", "*"} & set(service.resource.ignore_changes):
        return COMPLIANT
    return Verdict("violation", "desiredCount", "is set again by every update")


@rule(
    "ecs-propagate-tags",
    SERVICE,
    "low",
    "Tasks carry the tags of their service.",
    why="Costs and alarms are found by tags, and tasks get none by themselves.",
    mend="Set propagateTags to SERVICE.",
    tier=2,
)
def propagate_tags(service: Node, _: Terms) -> Verdict:
    given = service.text("propagateTags", "NONE")
    return COMPLIANT if given in ("SERVICE", "TASK_DEFINITION") else service.violates("propagateTags")


@rule(
    "ecs-deployment-alarms",
    SERVICE,
    "low",
    "An alarm stops a bad deployment.",
    why="A release that answers with errors is healthy to ECS.",
    mend="Set alarms.enable with the names of alarms.",
    tier=3,
    relaxed=NOT_PROD,
)
def deployment_alarms(service: Node, _: Terms) -> Verdict:
    return COMPLIANT if service.flag("alarms.enable") else service.violates("alarms.enable")


@rule(
    "ecs-az-rebalancing",
    SERVICE,
    "low",
    "Tasks spread over the zones again after a failure.",
    why="After a zone's failure the tasks stay where they fled to.",
    mend="Set availabilityZoneRebalancing to ENABLED.",
    tier=3,
)
def az_rebalancing(service: Node, _: Terms) -> Verdict:
    path = "availabilityZoneRebalancing"
    return COMPLIANT if service.text(path) == "ENABLED" else service.violates(path)


@rule(
    "ecs-grace-period",
    SERVICE,
    "low",
    "A starting task is not killed by the load balancer.",
    why="Without a grace period a slow start is stopped as unhealthy, again and again.",
    mend="Set healthCheckGracePeriodSeconds to the longest start.",
    tier=2,
)
def grace_period(service: Node, _: Terms) -> Verdict:
    if not service.items("loadBalancers"):
        return not_applicable("it has no load balancer")
    path = "healthCheckGracePeriodSeconds"
    return COMPLIANT if service.number(path) is not None else service.violates(path)


@rule(
    "ecs-spot-guard",
    SERVICE | kinds.CLUSTER_PROVIDERS,
    "medium",
    "Not every task is on Spot.",
    why="AWS takes Spot capacity back with two minutes' notice, from all tasks at once if it must.",
    mend="Give FARGATE a base of 1 or more beside FARGATE_SPOT.",
    tier=2,
    relaxed=NOT_PROD,
)
def spot_guard(node: Node, _: Terms) -> Verdict:
    path = "capacityProviderStrategies" if node.resource.type in SERVICE else "defaultCapacityProviderStrategies"
    shares = node.items(path)
    if not any(share.text("capacityProvider") == SPOT for share in shares):
        return COMPLIANT
    steady = [share for share in shares if share.text("capacityProvider") != SPOT]
    held = any((share.number("base") or 0) > 0 or (share.number("weight") or 0) > 0 for share in steady)
    return COMPLIANT if held else node.violates(path, shown="has FARGATE_SPOT alone")
