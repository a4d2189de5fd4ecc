"""A service: its image, its task, its place behind the load balancer, its size."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pulumi import Input
from pydantic import Field

from settings import fargate
from settings.cluster import CapacityShare, strategy_problems
from settings.options import Problem, distinct, one_of, options
from settings.scaling import ScalingOptions

Architecture = Annotated[str, one_of("X86_64", "ARM64")]
"""A CPU architecture, in the words of ECS."""
Port = Annotated[int, Field(ge=1, le=65535)]
"""A port of a container."""
Priority = Annotated[int, Field(ge=1, le=50000)]
"""Priority of a listener rule ("Quotas for your Application Load Balancers")."""

SCRATCH = "/tmp"  # noqa: S108 - a path inside the container
LOG_RETENTION = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""Days that CloudWatch Logs accepts (API reference: PutRetentionPolicy)."""

EXEC_WRITES = "ECS Exec's agent writes to the container's root file system: set task.readOnlyRoot to false"
"""Why ECS Exec and a read-only root exclude each other ("Monitor Amazon ECS containers with ECS Exec")."""


def _built_or_referenced(given: "ImageOptions") -> Iterator[Problem]:
    if given["reference"] is None:
        return
    for key, built in (("target", given["target"]), ("args", given["args"])):
        if built:
            yield Problem(key, built, "has no meaning with a reference: nothing is built")


@options(_built_or_referenced)
class ImageOptions(TypedDict):
    """The container image: built here, or built elsewhere."""

    context: NotRequired[Annotated[str, Field(default="app", min_length=1)]]
    """Folder of the build context, seen from the project's folder. Its `.dockerignore` counts."""
    dockerfile: NotRequired[Annotated[str, Field(default="Dockerfile", min_length=1)]]
    """The Dockerfile, seen from the context."""
    target: NotRequired[Annotated[str | None, Field(default=None)]]
    """Stage of the Dockerfile to build; the last one when left out."""
    args: NotRequired[Annotated[dict[str, str], Field(default_factory=dict)]]
    """Build arguments. They stay in the state and the image's history: no secrets."""
    reference: NotRequired[
        Annotated[
            str | None,
            Field(
                default=None,
                pattern=r"^[^\s:@/]+(/[^\s:@]+|:\d+/[^\s:@]+)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
            ),
        ]
    ]
    """An image built elsewhere, with its tag or digest: nothing is built, and nothing needs Docker."""


@options()
class ContainerHealthCheck(TypedDict):
    """A command that ECS runs inside the container."""

    command: Annotated[list[str], Field(min_length=1)]
    """The command and its arguments; exit code 0 is healthy."""
    interval: NotRequired[Annotated[int, Field(default=10, ge=5, le=300)]]
    """Seconds between two runs."""
    timeout: NotRequired[Annotated[int, Field(default=5, ge=2, le=60)]]
    """Seconds after which a run has failed."""
    retries: NotRequired[Annotated[int, Field(default=3, ge=1, le=10)]]
    """Failures in a row that make the container unhealthy."""
    start_period: NotRequired[Annotated[int, Field(default=30, ge=0, le=300)]]
    """Seconds at the start in which failures do not count."""


@options()
class Statement(TypedDict):
    """An IAM statement that allows the application something."""

    actions: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")]], Field(min_length=1)]
    """What it may do, such as `s3:GetObject`."""
    resources: Annotated[list[Annotated[str, Field(pattern=r"^arn:|^\*$")]], Field(min_length=1)]
    """On what, as ARNs."""


def _is_a_fargate_size(given: "TaskOptions") -> Iterator[Problem]:
    cpu, memory = given["cpu"], given["memory"]
    if not fargate.is_valid(cpu, memory):
        near = fargate.nearest(cpu, memory)
        yield Problem(
            "cpu",
            f"{cpu}/{memory}",
            f"Fargate has no such pair of cpu and memory; the nearest is cpu: {near[0]}, memory: {near[1]}",
        )


def _named_once(given: "TaskOptions") -> Iterator[Problem]:
    for name in sorted(given["environment"].keys() & given["secrets"].keys()):
        yield Problem(
            f"secrets.{name}",
            given["secrets"][name],
            "is in environment too: one of them would be lost",
        )


def _legal_retention(given: "TaskOptions") -> Iterator[Problem]:
    days = given["log_retention_days"]
    if days not in LOG_RETENTION and days != 0:
        near = min(LOG_RETENTION, key=lambda legal: abs(legal - days))
        yield Problem(
            "logRetentionDays",
            days,
            f"CloudWatch Logs has no such retention; the nearest is {near}, and 0 keeps for ever",
        )


def _a_secret_for_each_key(given: "TaskOptions") -> Iterator[Problem]:
    if given["secret_keys"] and not given["secrets"]:
        yield Problem("secretKeys", given["secret_keys"], "has no meaning without secrets")


@options(_is_a_fargate_size, _named_once, _legal_retention, _a_secret_for_each_key)
class TaskOptions(TypedDict):
    """What runs: one task definition."""

    cpu: NotRequired[Annotated[int, Field(default=256)]]
    """CPU units of the task; 1024 are one vCPU."""
    memory: NotRequired[Annotated[int, Field(default=512)]]
    """Memory of the task in MiB."""
    port: NotRequired[Annotated[Port, Field(default=8080)]]
    """Port that the container listens on."""
    environment: NotRequired[Annotated[dict[str, Input[str]], Field(default_factory=dict)]]
    """Environment variables, in plain text: no secrets."""
    secrets: NotRequired[
        Annotated[
            dict[str, Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:(ssm|secretsmanager):")]],
            Field(default_factory=dict),
        ]
    ]
    """Environment variables filled by ECS from a Secrets Manager secret or an SSM parameter, by ARN."""
    secret_keys: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/")]],
            distinct(),
            Field(default_factory=list),
        ]
    ]
    """KMS keys that the secrets are encrypted with, by ARN, where they are not AWS's own: ECS may decrypt with exactly
    these ("Amazon ECS task execution IAM role")."""
    health_check: NotRequired[Annotated[ContainerHealthCheck | None, Field(default=None)]]
    """ECS's own check of the container, beside the load balancer's."""
    stop_timeout: NotRequired[Annotated[int, Field(default=30, ge=1, le=120)]]
    """Seconds between SIGTERM and SIGKILL."""
    user: NotRequired[
        Annotated[str, Field(default="10001:10001", pattern=r"^(?!0(:|$))(?!root(:|$))[\w-]+(:[\w-]+)?$")]
    ]
    """User (and group) that the container runs as; root is refused."""
    scratch: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^/[\w./-]+$")]],
            distinct(),
            Field(default_factory=lambda: [SCRATCH]),
        ]
    ]
    """Writable, empty folders."""
    read_only_root: NotRequired[Annotated[bool, Field(default=True)]]
    """Everything of the container's file system but `scratch` is read-only."""
    permissions: NotRequired[Annotated[list[Statement], Field(default_factory=list)]]
    """What the application may do on AWS: statements of the task role."""
    managed_policies: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::(aws|\d{12}):policy/")]],
            distinct(),
            Field(default_factory=list),
        ]
    ]
    """Managed policies for the task role, by ARN."""
    log_retention_days: NotRequired[Annotated[int, Field(default=30, ge=0)]]
    """Days that CloudWatch Logs keeps the lines; 0 keeps them for ever."""


def _some_condition(given: "RoutingOptions") -> Iterator[Problem]:
    if not given["paths"] and not given["hosts"]:
        yield Problem("paths", given["paths"], "a service needs a path or a host")
    if len(given["paths"]) + len(given["hosts"]) > 5:  # noqa: PLR2004 - "Quotas for your Application Load Balancers": condition values per rule
        yield Problem("paths", given["paths"], "a rule has room for 5 values of paths and hosts together")


@options(_some_condition)
class RoutingOptions(TypedDict):
    """Which requests come to the service."""

    paths: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^/", max_length=128)]],
            Field(default_factory=lambda: ["/*"]),
        ]
    ]
    """Path patterns, with `*` and `?`."""
    hosts: NotRequired[
        Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(default_factory=list)]
    ]
    """Host names, with `*` and `?`."""
    priority: NotRequired[Annotated[Priority | None, Field(default=None)]]
    """Priority of the listener rule; computed from the conditions when left out, the more exact first."""


def _timeout_fits(given: "HealthCheckOptions") -> Iterator[Problem]:
    if given["timeout"] >= given["interval"]:
        yield Problem("timeout", given["timeout"], f"must be below the interval of {given['interval']} s")


@options(_timeout_fits)
class HealthCheckOptions(TypedDict):
    """How the load balancer decides whether a task may serve."""

    path: NotRequired[Annotated[str, Field(default="/healthz", pattern=r"^/")]]
    """Path that is asked for."""
    interval: NotRequired[Annotated[int, Field(default=15, ge=5, le=300)]]
    """Seconds between two checks."""
    timeout: NotRequired[Annotated[int, Field(default=5, ge=2, le=120)]]
    """Seconds after which a check has failed."""
    healthy: NotRequired[Annotated[int, Field(default=2, ge=2, le=10)]]
    """Good answers in a row that make a task healthy."""
    unhealthy: NotRequired[Annotated[int, Field(default=3, ge=2, le=10)]]
    """Failures in a row that make a task unhealthy."""
    codes: NotRequired[Annotated[str, Field(default="200-299", pattern=r"^\d{3}([,-]\d{3})*$")]]
    """HTTP status codes that count as good."""


def _valid_strategy(given: "RunningOptions") -> Iterator[Problem]:
    return strategy_problems(given["capacity"], "capacity")


def _count_in_range(given: "RunningOptions") -> Iterator[Problem]:
    scaling, count = given["scaling"], given["desired_count"]
    if scaling and not scaling["min"] <= count <= scaling["max"]:
        yield Problem("desiredCount", count, f"is outside scaling, {scaling['min']} to {scaling['max']}")


@options(_valid_strategy, _count_in_range)
class RunningOptions(TypedDict):
    """How tasks are reached, counted and replaced: what an ECS service is told."""

    routing: NotRequired[Annotated[RoutingOptions, Field(default_factory=dict, validate_default=True)]]
    """Which requests it gets."""
    health_check: NotRequired[Annotated[HealthCheckOptions, Field(default_factory=dict, validate_default=True)]]
    """When it counts as healthy."""
    grace_period: NotRequired[Annotated[int, Field(default=60, ge=0, le=3600)]]
    """Seconds after a task's start in which failing load balancer checks do not count."""
    deregistration_delay: NotRequired[Annotated[int, Field(default=30, ge=0, le=3600)]]
    """Seconds that a leaving task may use to finish its requests."""
    desired_count: NotRequired[Annotated[int, Field(default=2, ge=0, le=5000)]]
    """Tasks to run. With scaling: the number at the first deployment only."""
    capacity: NotRequired[Annotated[list[CapacityShare], Field(default_factory=list)]]
    """Capacity provider strategy; the cluster's when left out."""
    scaling: NotRequired[Annotated[ScalingOptions | None, Field(default=None)]]
    """Scale by load; a fixed number of tasks when left out."""
    exec_enabled: NotRequired[Annotated[bool, Field(default=False)]]
    """ECS Exec: who has the right to `ecs:ExecuteCommand` may open a shell in a running container, and what is typed is
    logged in a log group of the cluster. Needs `task.readOnlyRoot: false`."""


def _time_to_start(given: "ServiceOptions") -> Iterator[Problem]:
    check = given["task"]["health_check"]
    if check and check["start_period"] > given["grace_period"]:
        why = (
            f"is shorter than the container's own start period of {check['start_period']} s: "
            "the load balancer would end a task that still starts"
        )
        yield Problem("gracePeriod", given["grace_period"], why)


def _exec_can_write(given: "ServiceOptions") -> Iterator[Problem]:
    if given["exec_enabled"] and given["task"]["read_only_root"]:
        yield Problem("execEnabled", given["exec_enabled"], EXEC_WRITES)


@options(_time_to_start, _exec_can_write, extends=RunningOptions)
class ServiceOptions(RunningOptions):
    """One service."""

    image: NotRequired[Annotated[ImageOptions, Field(default_factory=dict, validate_default=True)]]
    """What is run."""
    task: NotRequired[Annotated[TaskOptions, Field(default_factory=dict, validate_default=True)]]
    """How it is run."""
    architecture: NotRequired[Annotated[Architecture, Field(default="X86_64")]]
    """CPU architecture of the image's build and of the task, together."""
