"""A service: its image, its task, its place behind the load balancer, its size."""

from collections.abc import Iterator, Mapping
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings import fargate
from settings.cluster import GIVEN_BY, Architecture, CapacityShare, launch_type, strategy_problems
from settings.connect import ConnectOptions
from settings.container import REFERENCE
from settings.job import BeforeReleaseOptions, ScheduledTaskOptions
from settings.log_router import fargate_problems
from settings.options import Problem, distinct, options
from settings.queue import QueueOptions
from settings.scaling import Key, ScalingOptions
from settings.task import TaskOptions

Priority = Annotated[int, Field(ge=1, le=50000)]
"""Priority of a listener rule ("Quotas for your Application Load Balancers")."""

EXEC_WRITES = "ECS Exec's agent writes to the container's root file system: set task.readOnlyRoot to false"
"""Why ECS Exec and a read-only root exclude each other ("Monitor Amazon ECS containers with ECS Exec")."""


PROMOTED_FROM = r"^(\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.[a-z0-9.-]+/)?[a-z0-9]+([._/-][a-z0-9]+)*$"
"""A repository of ECR, with its registry or in the stack's own."""


def _built_or_referenced(given: "ImageOptions") -> Iterator[Problem]:
    if given["promote_from"] and given["reference"]:
        yield Problem("promoteFrom", given["promote_from"], "has no meaning with a reference: name one of them")
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
    reference: NotRequired[Annotated[str | None, Field(default=None, pattern=REFERENCE)]]
    """An image built elsewhere, with its tag or digest: nothing is built, and nothing needs Docker."""
    promote_from: NotRequired[Annotated[str | None, Field(default=None, pattern=PROMOTED_FROM)]]
    """Run what another stack has built of the same content: its repository, such as `slipway-dev/web`, in another
    account or region with the registry before it (`ACCOUNT.dkr.ecr.REGION.amazonaws.com/slipway-dev/web`). Nothing is
    built, nothing needs Docker, and the image is pinned by its digest; without one of this content the preview fails.
    Context, target, arguments and architecture have to be those that the other stack has."""


def is_built(image: ImageOptions) -> bool:
    """Whether the image is built here."""
    return not (image["reference"] or image["promote_from"])


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


def _fed_by_one(given: "RunningOptions") -> Iterator[Problem]:
    """Requests or messages: what scales on both would be held by neither."""
    scaling, routing, queue = given["scaling"], given["routing"], given["queue"]
    if queue and routing:
        yield Problem("routing", routing["paths"], "a service with a queue is behind no load balancer: leave it out")
    if queue and scaling:
        why = "a service with a queue is scaled by it: leave scaling out, and give queue.min and queue.max"
        yield Problem("scaling", scaling["max"], why)
    if scaling and scaling["requests"] and not routing:
        yield Problem("scaling.requests", scaling["requests"], "no requests come to a service without routing")
    if queue and not queue["min"] <= given["desired_count"] <= queue["max"]:
        yield Problem("desiredCount", given["desired_count"], f"is outside queue, {queue['min']} to {queue['max']}")


def _routed(so_far: dict[str, object]) -> dict[str, object] | None:
    """A service that says nothing else gets all requests, unless it has a queue."""
    return None if so_far.get("queue") else {}


@options(_valid_strategy, _count_in_range, _fed_by_one)
class RunningOptions(TypedDict):
    """How tasks are reached, counted and replaced: what an ECS service is told."""

    queue: NotRequired[Annotated[QueueOptions | None, Field(default=None)]]
    """A queue that it works off, in the place of requests: a worker, scaled by its backlog."""
    routing: NotRequired[Annotated[RoutingOptions | None, Field(default_factory=_routed, validate_default=True)]]
    """Which requests it gets; null for a service without a load balancer, as is one with a queue."""
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
    before_release: NotRequired[Annotated[BeforeReleaseOptions | None, Field(default=None)]]
    """A task that has to end well before the service is made or changed: it runs once for each new task definition."""
    scheduled_tasks: NotRequired[Annotated[dict[Key, ScheduledTaskOptions], Field(default_factory=dict)]]
    """Tasks that run by the clock, by name: letters and digits, 32 characters at most."""
    connect: NotRequired[Annotated[ConnectOptions | None, Field(default=None)]]
    """Other services of the stack may call it, without the load balancer."""
    calls: NotRequired[Annotated[list[str], distinct(), Field(default_factory=list)]]
    """Services of the stack that it calls, by name; each has `connect`. Their security groups let its tasks in, and its
    own container is told each address: that of `orders-api` as `ORDERS_API_URL`."""
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


def placement_problems(
    service: ServiceOptions, cluster_strategy: list[CapacityShare], architectures: Mapping[str, str]
) -> Iterator[Problem]:
    """What keeps a service from running where it is to: `architectures` are those of the cluster's instances."""
    task, kind = service["task"], launch_type(service["capacity"] or cluster_strategy)
    if kind not in GIVEN_BY:
        yield from fargate.size_problems(task["cpu"], task["memory"], "task.cpu")
        yield from fargate_problems(task["log_router"], "task.logRouter")
    elif kind not in architectures:
        yield Problem("capacity", kind, f"the cluster has no instances: give cluster.{GIVEN_BY[kind]}")
    elif service["architecture"] != architectures[kind]:
        there = f"cluster.{GIVEN_BY[kind]}.architecture is {architectures[kind]}"
        why = f"it runs on {kind}, where {there}: make both the same"
        yield Problem("architecture", service["architecture"], why)
