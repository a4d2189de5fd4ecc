"""A task: what runs, how large, with which rights."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.container import ContainerOptions, Port, SidecarOptions
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


def _a_secret_for_each_key(given: "TaskOptions") -> Iterator[Problem]:
    every: list[ContainerOptions] = [given, *given["sidecars"].values()]
    if given["secret_keys"] and not any(one["secrets"] for one in every):
        yield Problem("secretKeys", given["secret_keys"], "has no meaning without secrets")


def _created_before_use(given: "TaskOptions") -> Iterator[Problem]:
    sidecars = {f"sidecars.{name}.": one["secrets"] for name, one in given["sidecars"].items()}
    for place, secrets in {"": given["secrets"], **sidecars}.items():
        for name, text in sorted(secrets.items()):
            found = secret_source(text)
            if found and found.created and found.source not in given["created_secrets"]:
                yield Problem(f"{place}secrets.{name}", text, "is no ARN, and no name in createdSecrets")


def _mounts_of_volumes(given: "TaskOptions") -> Iterator[Problem]:
    sidecars = {f"sidecars.{name}.": one["mounts"] for name, one in given["sidecars"].items()}
    unused = set(given["volumes"])
    for place, mounts in {"": given["mounts"], **sidecars}.items():
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
    taken = {given["port"]: "port"}
    for name, one in sorted(given["sidecars"].items()):
        place, port = f"sidecars.{name}.port", one["port"]
        if port in taken:
            yield Problem(place, port, f"is {taken[port]} too: the containers of a task share its ports")
        elif port:
            taken[port] = place


def _room_for_reservations(given: "TaskOptions") -> Iterator[Problem]:
    asked = sum(one["memory_reservation"] or 0 for one in given["sidecars"].values())
    if asked > given["memory"]:
        yield Problem("memory", given["memory"], f"is less than the {asked} MiB that sidecars reserve")


@options(
    _legal_retention,
    _a_secret_for_each_key,
    _created_before_use,
    _own_ports,
    _room_for_reservations,
    _mounts_of_volumes,
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
            # "Amazon ECS service quotas": 10 containers in a task definition.
            Field(default_factory=dict, max_length=9),
        ]
    ]
    """Containers beside the service's own, by name."""
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
