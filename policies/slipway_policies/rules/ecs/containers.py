"""Containers: each container definition is judged by itself."""

import re

from slipway_policies import kinds
from slipway_policies.documents import containers
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.secrets import looks_secret
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable, strictest

TASK = kinds.TASK_DEFINITION
ROOT = ("root", "0")
WINDOWS = "runtimePlatform.operatingSystemFamily"
REFERENCE = re.compile(
    r"^arn:aws[a-z-]*:(ssm:[a-z0-9-]+:\d{12}:parameter/.+|secretsmanager:[a-z0-9-]+:\d{12}:secret:.+)$"
)
PARAMETER = re.compile(r"^[\w./-]+$")


@rule(
    "ecs-no-privileged",
    TASK,
    "high",
    "No container is privileged.",
    why="A privileged container is root on its host: it reaches every other container and the instance's role.",
    mend="Take privileged out; add single capabilities by linuxParameters where one is needed.",
    anchors="SH ECS.4; CKV CKV_AWS_334; Prw ecs_task_definitions_no_privileged_containers",
    each=containers,
)
def no_privileged(container: Node, _: Terms) -> Verdict:
    return container.violates("privileged") if container.flag("privileged") else COMPLIANT


@rule(
    "ecs-readonly-rootfs",
    TASK,
    "high",
    "Containers cannot write to their root file system.",
    why="Whoever breaks in can neither replace the program nor leave one behind.",
    mend="Set readonlyRootFilesystem to true, and mount a volume where the program must write.",
    anchors="SH ECS.5; CKV CKV_AWS_336; Prw ecs_task_definitions_containers_readonly_access",
    each=containers,
)
def readonly_rootfs(container: Node, _: Terms) -> Verdict:
    if _on_windows(container):
        return not_applicable("Windows containers have no read-only root file system")
    return COMPLIANT if container.flag("readonlyRootFilesystem") else container.violates("readonlyRootFilesystem")


@rule(
    "ecs-nonroot-linux",
    TASK,
    "medium",
    "Containers do not run as root.",
    why="Root inside a container is one kernel bug away from root outside.",
    mend="Set user to a numeric user of the image, such as 10001:10001.",
    anchors="SH ECS.20",
    each=containers,
)
def nonroot_linux(container: Node, _: Terms) -> Verdict:
    if _on_windows(container):
        return not_applicable("it is a Windows container")
    user = container.text("user").split(":")[0].strip()
    is_root = not user or user in ROOT or (user.isdigit() and int(user) == 0)
    return container.violates("user") if is_root else COMPLIANT


@rule(
    "ecs-nonadmin-windows",
    TASK,
    "medium",
    "Windows containers do not run as administrator.",
    why="ContainerAdministrator may change anything in the container, and is the default.",
    mend="Set user to ContainerUser, or to a user of the image.",
    anchors="SH ECS.21",
    tier=3,
    level="mandatory",
    each=containers,
)
def nonadmin_windows(container: Node, _: Terms) -> Verdict:
    if not _on_windows(container):
        return not_applicable("it is a Linux container")
    user = container.text("user").lower()
    return container.violates("user") if user in ("", "containeradministrator") else COMPLIANT


@rule(
    "ecs-env-no-secrets",
    TASK,
    "high",
    "No secret is in plain text.",
    why="Whoever may describe a task definition reads its environment, its commands and its log options.",
    mend=(
        "Put the value into Secrets Manager or a SecureString parameter, and name its ARN in secrets; or "
        "add the name to plainNames."
    ),
    anchors="SH ECS.8; Nag ECS2; AVD 0036; Prw ecs_task_definitions_no_environment_secrets",
    each=containers,
)
def env_no_secrets(container: Node, terms: Terms) -> Verdict:
    def told(value: Node, name: str = "") -> Verdict:
        why = looks_secret(name.replace("-", "_"), value.text(""), terms.settings)
        return value.violates("", shown=f"(of {name}) {why}" if name else why) if why else COMPLIANT

    return strictest(
        lambda place: place(),
        [
            lambda: strictest(lambda each: told(each.at("value"), each.text("name")), container.items("environment")),
            lambda: strictest(told, container.items("command")),
            lambda: strictest(told, container.items("entryPoint")),
            lambda: strictest(lambda each: told(each[1], each[0]), container.entries("logConfiguration.options")),
        ],
    )


@rule(
    "ecs-secret-refs-valid",
    TASK,
    "medium",
    "Secrets are referred to by ARN.",
    why="A wrong reference stops the task before its first line, at the next deployment or the next restart.",
    mend=(
        "Use the ARN of a Secrets Manager secret or of an SSM parameter; a parameter's name works in the same region."
    ),
    tier=2,
    each=containers,
)
def secret_refs_valid(container: Node, _: Terms) -> Verdict:
    listed = container.items("secrets") + container.items("logConfiguration.secretOptions")
    return strictest(_refers, listed) if listed else not_applicable("it has no secrets")


def _refers(secret: Node) -> Verdict:
    source = secret.text("valueFrom")
    if REFERENCE.match(source) or (PARAMETER.match(source) and not source.startswith("arn:")):
        return COMPLIANT
    return secret.violates("valueFrom", shown="is no ARN of a secret or of a parameter")


@rule(
    "ecs-log-configured",
    TASK,
    "high",
    "Containers write their logs somewhere.",
    why="Without a log driver nobody can tell why a task stopped.",
    mend="Set logConfiguration.logDriver to one of logDrivers, such as awslogs.",
    anchors="SH ECS.9; Nag ECS7; Prw ecs_task_definitions_logging_enabled",
    each=containers,
)
def log_configured(container: Node, terms: Terms) -> Verdict:
    driver = container.text("logConfiguration.logDriver")
    return COMPLIANT if driver in terms.settings.log_drivers else container.violates("logConfiguration.logDriver")


@rule(
    "ecs-log-nonblocking",
    TASK,
    "low",
    "A slow log does not stop the program.",
    why="In blocking mode a container waits for its log driver, and CloudWatch Logs can be slow.",
    mend="Take the log option mode out, or set it to non-blocking, with max-buffer-size for what may be lost (25m).",
    anchors="Prw ecs_task_definitions_logging_block_mode",
    tier=2,
    each=containers,
)
def log_nonblocking(container: Node, _: Terms) -> Verdict:
    if container.text("logConfiguration.logDriver") != "awslogs":
        return not_applicable("its driver is not awslogs")
    # ECS's own default since June 2025 (Amazon ECS developer guide, "Default log driver mode").
    mode = container.text("logConfiguration.options.mode", "non-blocking")
    return COMPLIANT if mode == "non-blocking" else container.violates("logConfiguration.options.mode")


@stack_rule(
    "ecs-log-group-managed",
    TASK,
    "medium",
    "Logs go to a log group that the stack manages.",
    why="A group that ECS or somebody else makes has no retention, no key and no owner.",
    mend="Name an aws.cloudwatch.LogGroup of this stack in awslogs-group, and leave awslogs-create-group out.",
    each=containers,
)
def log_group_managed(container: Node, _: Terms, stack: Stack) -> Verdict:
    options = "logConfiguration.options"
    if container.text("logConfiguration.logDriver") != "awslogs":
        return not_applicable("its driver is not awslogs")
    if container.flag(f"{options}.awslogs-create-group"):
        return container.violates(f"{options}.awslogs-create-group")
    name = container.text(f"{options}.awslogs-group")
    if stack.named(kinds.LOG_GROUP, name, ("name",)):
        return COMPLIANT
    made_from = stack.sources(container.resource, "containerDefinitions", kinds.LOG_GROUP)
    return COMPLIANT if name and made_from else container.violates(f"{options}.awslogs-group")


@rule(
    "ecs-capabilities",
    TASK,
    "medium",
    "Containers have no capability that they do not need.",
    why="Each added capability is a part of root.",
    mend="Take linuxParameters.capabilities.add out, and put ALL into drop.",
    tier=2,
    level="advisory",
    each=containers,
)
def capabilities(container: Node, _: Terms) -> Verdict:
    path = "linuxParameters.capabilities"
    if container.texts(f"{path}.add"):
        return container.violates(f"{path}.add")
    return COMPLIANT if "ALL" in container.texts(f"{path}.drop") else container.violates(f"{path}.drop")


def _on_windows(container: Node) -> bool:
    return Node(container.resource).text(WINDOWS).upper().startswith("WINDOWS")
