"""A container: what holds for a service's own one and for those beside it."""

import re
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pulumi import Input
from pydantic import Field

from settings import secret
from settings.options import Problem, distinct, one_of, options
from settings.volume import MountOptions, Path, VolumeName

Port = Annotated[int, Field(ge=1, le=65535)]
"""A port of a container."""
Condition = Annotated[str, one_of("START", "COMPLETE", "SUCCESS", "HEALTHY")]
"""What a container waits for, in the words of ECS."""
REFERENCE = r"^[^\s:@/]+(/[^\s:@]+|:\d+/[^\s:@]+)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$"
"""Reference of an image with its registry."""
ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.[^/]+/(?P<name>[^:@]+)")
"""Reference of an image in ECR."""
SCRATCH = "/tmp"  # noqa: S108 - a path inside the container


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


def _named_once(given: "ContainerOptions") -> Iterator[Problem]:
    for name in sorted(given["environment"].keys() & given["secrets"].keys()):
        yield Problem(
            f"secrets.{name}",
            given["secrets"][name],
            "is in environment too: one of them would be lost",
        )


def _readable_secrets(given: "ContainerOptions") -> Iterator[Problem]:
    return secret.text_problems(given["secrets"])


def _one_volume_a_path(given: "ContainerOptions") -> Iterator[Problem]:
    taken = {path.rstrip("/"): "scratch" for path in given["scratch"]}
    for name, mount in sorted(given["mounts"].items()):
        path = mount["path"].rstrip("/")
        if path in taken:
            yield Problem(f"mounts.{name}.path", mount["path"], f"is the path of {taken[path]} too")
        taken[path] = f"mounts.{name}"


@options(_named_once, _readable_secrets, _one_volume_a_path)
class ContainerOptions(TypedDict):
    """What every container of a task may be told."""

    environment: NotRequired[Annotated[dict[str, Input[str]], Field(default_factory=dict)]]
    """Environment variables, in plain text: no secrets."""
    secrets: NotRequired[Annotated[dict[str, str], Field(default_factory=dict)]]
    """Environment variables that ECS fills at a task's start: from the ARN of an SSM parameter, or from a secret of
    Secrets Manager, by ARN or by its name in `createdSecrets`. `:JSON-KEY:VERSION-STAGE:VERSION-ID` may follow a
    secret, each part of it empty or not: with a version id, another version is another task definition, so that a new
    value rolls the tasks."""
    health_check: NotRequired[Annotated[ContainerHealthCheck | None, Field(default=None)]]
    """ECS's own check of the container, beside the load balancer's."""
    depends_on: NotRequired[Annotated[dict[str, Condition], Field(default_factory=dict)]]
    """Containers of the task that this one waits for at its start: each by name, until it has begun (`START`), ended
    (`COMPLETE`), ended with exit code 0 (`SUCCESS`) or passed its health check (`HEALTHY`). They stop in the opposite
    order ("Container dependency" in "Amazon ECS task definition parameters for Fargate"). The service's own container
    has the service's name."""
    stop_timeout: NotRequired[Annotated[int, Field(default=30, ge=1, le=120)]]
    """Seconds between SIGTERM and SIGKILL."""
    user: NotRequired[
        Annotated[str, Field(default="10001:10001", pattern=r"^(?!0(:|$))(?!root(:|$))[\w-]+(:[\w-]+)?$")]
    ]
    """User (and group) that the container runs as; root is refused."""
    scratch: NotRequired[
        Annotated[
            list[Path],
            distinct(),
            Field(default_factory=lambda: [SCRATCH]),
        ]
    ]
    """Writable, empty folders of the container's own. The image says whose they are: a folder that its Dockerfile does
    not name in VOLUME belongs to root ("Bind mounts", Amazon ECS Developer Guide)."""
    mounts: NotRequired[Annotated[dict[VolumeName, MountOptions], Field(default_factory=dict)]]
    """Volumes of the task that it sees, by name. A new one belongs to root: what an image has at this path, with its
    owner, is copied into it where the Dockerfile names the path in `VOLUME` ("Bind mounts")."""
    read_only_root: NotRequired[Annotated[bool, Field(default=True)]]
    """Everything of the container's file system but `scratch` and `mounts` is read-only."""


def _cached_in_ecr(given: "ForeignOptions") -> Iterator[Problem]:
    if given["through_cache"] and not ECR.match(given["image"]):
        yield Problem("throughCache", given["through_cache"], f"{given['image']} is no image of a private ECR registry")


@options(_cached_in_ecr, extends=ContainerOptions)
class ForeignOptions(ContainerOptions):
    """A container beside the service's own, of an image that is built elsewhere."""

    image: Annotated[str, Field(pattern=REFERENCE)]
    """Its image, built elsewhere. To pass the policy pack the reference needs a digest (`…@sha256:…`) and a private
    registry. The right to pull from ECR is given, for exactly this repository."""
    through_cache: NotRequired[Annotated[bool, Field(default=False)]]
    """Its image comes through a pull-through cache of ECR: the task may have exactly this repository made and filled by
    the first pull ("IAM permissions required to sync an upstream registry with an Amazon ECR private registry")."""
    command: NotRequired[Annotated[list[str], Field(default_factory=list)]]
    """Command that it runs; the image's own when left out."""
    memory_reservation: NotRequired[Annotated[int | None, Field(default=None, ge=6)]]
    """MiB of the task's memory that are kept for it; none when left out."""


@options(extends=ForeignOptions)
class SidecarOptions(ForeignOptions):
    """A container beside the service's own: a proxy, an agent, or a job before it.

    Containers of a task share the network: one reaches the other at `localhost`.
    """

    port: NotRequired[Annotated[Port | None, Field(default=None)]]
    """Port that it listens on, if any."""
    essential: NotRequired[Annotated[bool, Field(default=False)]]
    """The task stops when it stops."""
