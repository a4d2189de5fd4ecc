"""A task: what runs, how large, with which rights."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.container import ContainerOptions, Port, SidecarOptions
from settings.log_router import FIRELENS_PORT, ROUTER, LogRouterOptions
from settings.options import Problem, distinct, options
from settings.secret import CreatedName, CreatedSecretOptions, secret_source
from settings.volume import VolumeName, VolumeOptions

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


SIDECARS = 9
"""Containers that may be beside the service's own ("Amazon ECS service quotas": 10 in a task definition)."""


@options()
class Statement(TypedDict):
    """An IAM statement that allows the application something."""

    actions: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")]], Field(min_length=1)]
    """What it may do, such as `s3:GetObject`."""
    resources: Annotated[list[Annotated[str, Field(pattern=r"^arn:|^\*$")]], Field(min_length=1)]
    """On what, as ARNs."""


def _legal_retention(given: "TaskOptions") -> Iterator[Problem]:
    days = given["log_retention_days"]
    if days not in LOG_RETENTION and days != 0:
        near = min(LOG_RETENTION, key=lambda legal: abs(legal - days))
        yield Problem(
            "logRetentionDays",
            days,
            f"CloudWatch Logs has no such retention; the nearest is {near}, and 0 keeps for ever",
        )


def every_container(given: "TaskOptions") -> dict[str, ContainerOptions]:
    """The containers, each by what leads to its options in a task's."""
    beside = {f"sidecars.{name}.": one for name, one in given["sidecars"].items()}
    routing = {"logRouter.": given["log_router"]} if given["log_router"] else {}
    return {"": given, **beside, **routing}


def every_secret(given: "TaskOptions") -> Iterator[tuple[str, str]]:
    """What is filled in by ECS: its place in the options, and what it is filled from."""
    for place, one in every_container(given).items():
        yield from ((f"{place}secrets.{name}", text) for name, text in sorted(one["secrets"].items()))
    if router := given["log_router"]:
        yield from (
            (f"logRouter.secretOptions.{name}", text) for name, text in sorted(router["secret_options"].items())
        )


def _a_secret_for_each_key(given: "TaskOptions") -> Iterator[Problem]:
    if given["secret_keys"] and not any(every_secret(given)):
        yield Problem("secretKeys", given["secret_keys"], "has no meaning without secrets")


def _created_before_use(given: "TaskOptions") -> Iterator[Problem]:
    for place, text in every_secret(given):
        found = secret_source(text)
        if found and found.created and found.source not in given["created_secrets"]:
            yield Problem(place, text, "is no ARN, and no name in createdSecrets")


def _mounts_of_volumes(given: "TaskOptions") -> Iterator[Problem]:
    unused = set(given["volumes"])
    for place, one in every_container(given).items():
        mounts = one["mounts"]
        unused -= mounts.keys()
        for name in sorted(mounts.keys() - given["volumes"].keys()):
            yield Problem(f"{place}mounts.{name}", mounts[name]["path"], f"there is no volume {name!r} in volumes")
        for name, mount in sorted(mounts.items()):
            if not mount["read_only"] and _is_read_only(given["volumes"].get(name)):
                why = f"volume {name!r} is read-only: set readOnly here too"
                yield Problem(f"{place}mounts.{name}.readOnly", mount["read_only"], why)
    for name in sorted(unused):
        yield Problem(f"volumes.{name}", given["volumes"][name], "no container mounts it")


def _is_read_only(volume: VolumeOptions | None) -> bool:
    return bool(volume and volume["efs"] and volume["efs"]["read_only"])


def _own_ports(given: "TaskOptions") -> Iterator[Problem]:
    """Containers of a task share its network, so its ports too (awsvpc network mode)."""
    taken = {FIRELENS_PORT: "FireLens's port"} if given["log_router"] else {}
    if given["port"] in taken:
        yield Problem("port", given["port"], f"is {taken[given['port']]} too: the containers of a task share its ports")
    taken[given["port"]] = "port"
    for name, one in sorted(given["sidecars"].items()):
        place, port = f"sidecars.{name}.port", one["port"]
        if port in taken:
            yield Problem(place, port, f"is {taken[port]} too: the containers of a task share its ports")
        elif port:
            taken[port] = place


def _room_for_reservations(given: "TaskOptions") -> Iterator[Problem]:
    beside = [*given["sidecars"].values(), *([given["log_router"]] if given["log_router"] else [])]
    asked = sum(one["memory_reservation"] or 0 for one in beside)
    if asked > given["memory"]:
        yield Problem("memory", given["memory"], f"is less than the {asked} MiB that sidecars reserve")


def _room_for_the_router(given: "TaskOptions") -> Iterator[Problem]:
    if ROUTER in given["sidecars"]:
        yield Problem(f"sidecars.{ROUTER}", ROUTER, "is the log router's name: logRouter declares it")
    if given["log_router"] and len(given["sidecars"]) == SIDECARS:
        why = f"a task has room for 10 containers: the service's, the log router and {SIDECARS - 1} sidecars"
        yield Problem("sidecars", len(given["sidecars"]), why)


@options(
    _legal_retention,
    _a_secret_for_each_key,
    _created_before_use,
    _own_ports,
    _room_for_reservations,
    _mounts_of_volumes,
    _room_for_the_router,
    extends=ContainerOptions,
)
class TaskOptions(ContainerOptions):
    """What runs: one task definition."""

    cpu: NotRequired[Annotated[int, Field(default=256, ge=128, le=196608)]]
    """CPU units of the task; 1024 are one vCPU. On Fargate, a size that it offers."""
    memory: NotRequired[Annotated[int, Field(default=512, ge=6)]]
    """Memory of the task in MiB. On Fargate, a size that it offers with this CPU."""
    port: NotRequired[Annotated[Port, Field(default=8080)]]
    """Port that the container listens on."""
    created_secrets: NotRequired[Annotated[dict[CreatedName, CreatedSecretOptions], Field(default_factory=dict)]]
    """Secrets of Secrets Manager that are made here without a value, as `PROJECT-STACK/SERVICE/NAME`: see
    `docs/secrets.md` for how to fill them."""
    secret_keys: NotRequired[
        Annotated[
            list[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/")]],
            distinct(),
            Field(default_factory=list),
        ]
    ]
    """KMS keys that the secrets are encrypted with, by ARN, where they are not AWS's own: ECS may decrypt with exactly
    these ("Amazon ECS task execution IAM role")."""
    sidecars: NotRequired[
        Annotated[
            dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w-]{0,254}$")], SidecarOptions],
            Field(default_factory=dict, max_length=SIDECARS),
        ]
    ]
    """Containers beside the service's own, by name."""
    log_router: NotRequired[Annotated[LogRouterOptions | None, Field(default=None)]]
    """Send the lines of all containers elsewhere by FireLens; to the log group when left out."""
    volumes: NotRequired[Annotated[dict[VolumeName, VolumeOptions], Field(default_factory=dict)]]
    """Folders that containers share, by name: each sees those that its `mounts` name."""
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
