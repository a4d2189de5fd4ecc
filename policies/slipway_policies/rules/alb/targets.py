"""Target groups: how they ask whether a task is healthy, and whom they belong to."""

import re

from slipway_policies import kinds
from slipway_policies.documents import containers
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.routing import senders, services_of
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

GROUP = kinds.TARGET_GROUP
HTTP = ("HTTP", "HTTPS")
CODE = re.compile(r"\d{1,3}")
STOP_TIMEOUT = 30
"""Seconds that ECS gives a container when it says nothing (Amazon ECS developer guide, stopTimeout)."""


@rule(
    "tg-health-check",
    GROUP,
    "medium",
    "Targets are asked whether they are healthy.",
    why=(
        "Without a path of its own the check asks for /, which may be slow, or answer while the rest is broken; "
        "with errors among its codes a target that fails counts as healthy."
    ),
    mend="Set healthCheck.path, keep healthCheck.matcher below 400, and leave healthCheck.enabled alone.",
    anchors="CKV CKV_AWS_261",
)
def health_check(group: Node, _: Terms) -> Verdict:
    if group.text("targetType") == "lambda" or group.text("protocol", "HTTP") not in HTTP:
        return not_applicable("it does not speak HTTP")
    if not group.flag("healthCheck.enabled", default=True):
        return group.violates("healthCheck.enabled")
    if not group.text("healthCheck.path"):
        return group.violates("healthCheck.path")
    codes = map(int, CODE.findall(group.text("healthCheck.matcher")))
    return COMPLIANT if max(codes, default=200) < 400 else group.violates("healthCheck.matcher")  # noqa: PLR2004 - errors begin


@rule(
    "tg-health-check-encrypted",
    GROUP,
    "low",
    "Health checks are encrypted.",
    why="They tell about the inside of the application, in plain text.",
    mend="Set healthCheck.protocol to HTTPS, when the tasks speak it.",
    anchors="SH ELB.21",
    tier=3,
)
def health_check_encrypted(group: Node, _: Terms) -> Verdict:
    if group.text("targetType") == "lambda":
        return not_applicable("its target is a function")
    path = "healthCheck.protocol"
    return COMPLIANT if group.text(path, "HTTP") == "HTTPS" else group.violates(path)


@rule(
    "tg-encrypted",
    GROUP,
    "low",
    "Traffic to the targets is encrypted.",
    why="Inside the VPC it is in plain text, as TLS ends at the load balancer.",
    mend="Set protocol to HTTPS or TLS, when the tasks speak it.",
    anchors="SH ELB.22; CKV CKV_AWS_378",
    tier=3,
)
def encrypted(group: Node, _: Terms) -> Verdict:
    if group.text("targetType") in ("lambda", "alb") or group.text("protocol") == "GENEVE":
        return not_applicable("its targets encrypt by themselves")
    secure = group.text("protocol") in ("HTTPS", "TLS", "QUIC", "TCP_QUIC")
    return COMPLIANT if secure else group.violates("protocol")


@stack_rule(
    "tg-attached",
    GROUP,
    "medium",
    "Every target group gets requests.",
    why="ECS refuses a service whose target group no listener uses; another one is forgotten.",
    mend="Forward to it from a listener or a listener rule.",
)
def attached(group: Node, _: Terms, stack: Stack) -> Verdict:
    if senders(group.resource, stack):
        return COMPLIANT
    return Verdict("violation", "", "is used by no listener and no rule of this stack")


@stack_rule(
    "tg-target-type",
    GROUP,
    "high",
    "A target group holds what its tasks are.",
    why="ECS refuses a service in awsvpc mode with a target group of instances, and the other way round.",
    mend="Set targetType to ip for tasks in awsvpc mode, to instance for bridge and host.",
)
def target_type(group: Node, _: Terms, stack: Stack) -> Verdict:
    tasks = _tasks(group, stack)
    if not tasks:
        return not_applicable("no service of this stack uses it")
    for task in tasks:
        mode = Node(task).text("networkMode", "bridge")
        wanted = "ip" if mode == "awsvpc" else "instance"
        if group.text("targetType", "instance") != wanted:
            given = group.text("targetType", "instance")
            return Verdict("violation", "targetType", f"is {given}, and {task.name} is in {mode} mode")
    return COMPLIANT


@stack_rule(
    "tg-draining",
    GROUP,
    "low",
    "A task may finish its requests before it is killed.",
    why="A container that is killed before its connections drain answers the last ones with errors.",
    mend="Set deregistrationDelay to the stopTimeout of the container or less.",
    tier=3,
)
def draining(group: Node, _: Terms, stack: Stack) -> Verdict:
    delay = group.number("deregistrationDelay", 300) or 0
    for task in _tasks(group, stack):
        for container in containers(Node(task)):
            stop = container.number("stopTimeout", STOP_TIMEOUT) or 0
            if delay > stop:
                return Verdict(
                    "violation", "deregistrationDelay", f"is {delay:g} s, and {task.name} stops within {stop:g} s"
                )
    return COMPLIANT


def _tasks(group: Node, stack: Stack) -> list[Resource]:
    services = services_of(group.resource, stack)
    return [task for each in services for task in stack.linked(each, "taskDefinition", kinds.TASK_DEFINITION)]
