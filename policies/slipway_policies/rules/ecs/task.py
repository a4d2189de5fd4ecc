"""Task definitions: what a task may reach on its host, which roles it has, how large it is."""

from slipway_policies import kinds
from slipway_policies.documents import containers
from slipway_policies.fargate import memory_for, units
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, UndecidedError, Verdict, not_applicable

TASK = kinds.TASK_DEFINITION


def _volumes(task: Node) -> list[Node]:
    return task.items("volumes")


def _efs(task: Node) -> list[Node]:
    return [volume for volume in _volumes(task) if volume.has("efsVolumeConfiguration")]


@rule(
    "ecs-no-host-network",
    TASK,
    "medium",
    "Tasks have a network of their own.",
    why=(
        "In the host's network a container reaches every port of the instance, its metadata included, "
        "and has no security group."
    ),
    mend="Set networkMode to awsvpc.",
    anchors="SH ECS.17; Prw ecs_task_definitions_host_networking_mode_users",
)
def no_host_network(task: Node, _: Terms) -> Verdict:
    return task.violates("networkMode") if task.text("networkMode") == "host" else COMPLIANT


@rule(
    "ecs-no-host-pid",
    TASK,
    "high",
    "Tasks do not see the host's processes.",
    why="With the host's process namespace a container reads the memory and the environment of its neighbours.",
    mend="Take pidMode out, or set it to task.",
    anchors="SH ECS.3; CKV CKV_AWS_335; Prw ecs_task_definitions_host_namespace_not_shared",
)
def no_host_pid(task: Node, _: Terms) -> Verdict:
    return task.violates("pidMode") if task.text("pidMode") == "host" else COMPLIANT


@rule(
    "ecs-no-host-ipc",
    TASK,
    "high",
    "Tasks do not share the host's memory segments.",
    why="With the host's IPC namespace a container reads what its neighbours share.",
    mend="Take ipcMode out, or set it to none or task.",
)
def no_host_ipc(task: Node, _: Terms) -> Verdict:
    return task.violates("ipcMode") if task.text("ipcMode") == "host" else COMPLIANT


@rule(
    "ecs-no-host-paths",
    TASK,
    "high",
    "Tasks mount no folder of their host.",
    why="A folder of the host outlives the task and is shared by all; the Docker socket is the host itself.",
    mend="Use a Docker volume, EFS or ephemeral storage instead of hostPath.",
    each=_volumes,
)
def no_host_paths(volume: Node, _: Terms) -> Verdict:
    return volume.violates("hostPath") if volume.has("hostPath") else COMPLIANT


def _roles_apart(task: Node, _: Terms, stack: Stack) -> Verdict:
    """Compares the roles that the two ARNs are made from."""
    execution = stack.sources(task.resource, "executionRoleArn", kinds.ROLE)
    own = stack.sources(task.resource, "taskRoleArn", kinds.ROLE)
    if execution and own:
        return _compared(execution, own)
    raise UndecidedError("executionRoleArn", "is not known, and not made from a role of this stack")


def _compared(execution: list[Resource], own: list[Resource]) -> Verdict:
    if {role.urn for role in execution} & {role.urn for role in own}:
        return Verdict("violation", "taskRoleArn", "is the execution role")
    return COMPLIANT


@rule(
    "ecs-role-split",
    TASK,
    "medium",
    "The program and ECS have different roles.",
    why="With one role for both the program can read every secret that ECS reads for it, and pull any image.",
    mend="Give taskRoleArn a role of its own.",
    anchors="CKV CKV_AWS_249",
    proof=_roles_apart,
)
def role_split(task: Node, _: Terms) -> Verdict:
    if not task.has("taskRoleArn") or not task.has("executionRoleArn"):
        return COMPLIANT
    same = task.text("taskRoleArn") == task.text("executionRoleArn")
    return task.violates("taskRoleArn") if same else COMPLIANT


@rule(
    "ecs-task-role-present",
    TASK,
    "low",
    "The program has a role.",
    why="Without one, on EC2 it falls back to the instance's role.",
    mend="Set taskRoleArn, to a role without permissions if it needs none.",
    tier=3,
)
def task_role_present(task: Node, _: Terms) -> Verdict:
    return COMPLIANT if task.has("taskRoleArn") else task.violates("taskRoleArn")


@rule(
    "ecs-efs-tls",
    TASK,
    "high",
    "EFS is mounted through TLS.",
    why="Without it files travel the network in plain text.",
    mend="Set efsVolumeConfiguration.transitEncryption to ENABLED.",
    anchors="SH ECS.18; CKV CKV_AWS_97; AVD 0035",
    each=_efs,
)
def efs_tls(volume: Node, _: Terms) -> Verdict:
    path = "efsVolumeConfiguration.transitEncryption"
    return COMPLIANT if volume.text(path) == "ENABLED" else volume.violates(path)


@rule(
    "ecs-efs-iam",
    TASK,
    "medium",
    "EFS asks the task's role.",
    why="Without IAM and an access point every task in the network may mount the whole file system.",
    mend="Set authorizationConfig.iam to ENABLED, and accessPointId.",
    tier=2,
    each=_efs,
)
def efs_iam(volume: Node, _: Terms) -> Verdict:
    path = "efsVolumeConfiguration.authorizationConfig"
    if volume.text(f"{path}.iam") != "ENABLED":
        return volume.violates(f"{path}.iam")
    return COMPLIANT if volume.has(f"{path}.accessPointId") else volume.violates(f"{path}.accessPointId")


@stack_rule(
    "ecs-health-check",
    TASK,
    "low",
    "Containers that no load balancer asks have a health check.",
    why="ECS replaces a task that has stopped, not one that hangs.",
    mend="Add healthCheck to the container definition.",
    tier=2,
    each=containers,
)
def health_check(container: Node, _: Terms, stack: Stack) -> Verdict:
    if not container.flag("essential", default=True):
        return not_applicable("it is not essential")
    services = stack.users(kinds.SERVICE, "taskDefinition", container.resource)
    if any(Node(service).has("loadBalancers[0]") for service in services):
        return not_applicable("a load balancer asks its task")
    return COMPLIANT if container.has("healthCheck") else container.violates("healthCheck")


@rule(
    "ecs-fargate-size-valid",
    TASK,
    "high",
    "A Fargate task has a size that Fargate offers.",
    why="ECS refuses another pair of CPU and memory during the update.",
    mend=(
        "Use a pair of the Amazon ECS developer guide (Task CPU and memory), and give the containers no "
        "more than the task has."
    ),
)
def fargate_size_valid(task: Node, _: Terms) -> Verdict:
    if "FARGATE" not in task.texts("requiresCompatibilities"):
        return not_applicable("it is not for Fargate")
    cpu, memory = units(task.text("cpu")), units(task.text("memory"))
    sizes = memory_for(cpu)
    if cpu is None or not sizes:
        return task.violates("cpu")
    if memory is None or memory not in sizes:
        return Verdict("violation", "memory", f"is {task.text('memory') or 'not set'} with a cpu of {cpu:g}")
    return _fits(task, cpu, memory)


def _fits(task: Node, cpu: float, memory: float) -> Verdict:
    every = containers(task)
    for path, room in (("cpu", cpu), ("memory", memory)):
        asked = sum(each.number(path) or 0 for each in every)
        if asked > room:
            return Verdict("violation", path, f"is {room:g}, and the containers ask for {asked:g}")
    return COMPLIANT


@rule(
    "ecs-fargate-size-cap",
    TASK,
    "low",
    "A task is no larger than agreed.",
    why="A slip of one digit costs money every hour.",
    mend="Make the task smaller, or raise maxCpu.",
    tier=3,
)
def fargate_size_cap(task: Node, terms: Terms) -> Verdict:
    return task.violates("cpu") if (units(task.text("cpu")) or 0) > terms.settings.max_cpu else COMPLIANT


@rule(
    "ecs-fault-injection-off",
    TASK,
    "medium",
    "Faults are not injected.",
    why="With it AWS FIS may cut the task's network on purpose, and so may whoever may use FIS.",
    mend="Take enableFaultInjection out.",
    tier=3,
    relaxed=("dev", "staging"),
)
def fault_injection_off(task: Node, _: Terms) -> Verdict:
    return task.violates("enableFaultInjection") if task.flag("enableFaultInjection") else COMPLIANT
