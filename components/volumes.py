"""Volumes of a task definition, and what a task has to be allowed for them."""

from collections.abc import Iterable, Mapping

from pulumi_aws.ecs import (
    TaskDefinitionVolumeArgs,
    TaskDefinitionVolumeEfsVolumeConfigurationArgs,
    TaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfigArgs,
)

from components.account import Account
from settings.volume import EfsOptions, VolumeOptions


def volumes(scratch: Iterable[str], named: Mapping[str, VolumeOptions]) -> list[TaskDefinitionVolumeArgs]:
    """The volumes in their one order: scratch first, then the named ones."""
    return [
        *(TaskDefinitionVolumeArgs(name=name) for name in scratch),
        *(_volume(name, named[name]["efs"]) for name in sorted(named)),
    ]


def efs_statements(place: Account, named: Mapping[str, VolumeOptions]) -> list[dict[str, object]]:
    """What the task's role may do: mount each file system through its access point, and write to it if asked."""
    asked = [named[name]["efs"] for name in sorted(named)]
    return [_mounting(place, efs) for efs in asked if efs]


def _volume(name: str, efs: EfsOptions | None) -> TaskDefinitionVolumeArgs:
    if not efs:
        return TaskDefinitionVolumeArgs(name=name)
    through = TaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfigArgs(
        access_point_id=efs["access_point_id"], iam="ENABLED"
    )
    return TaskDefinitionVolumeArgs(
        name=name,
        efs_volume_configuration=TaskDefinitionVolumeEfsVolumeConfigurationArgs(
            file_system_id=efs["file_system_id"], transit_encryption="ENABLED", authorization_config=through
        ),
    )


def _mounting(place: Account, efs: EfsOptions) -> dict[str, object]:
    """One statement, as "Use IAM to control access to Amazon EFS" and "Using access points in IAM policies" have it."""
    start = f"arn:{place['partition']}:elasticfilesystem:{place['region']}:{place['id']}"
    write = [] if efs["read_only"] else ["elasticfilesystem:ClientWrite"]
    through = f"{start}:access-point/{efs['access_point_id']}"
    return {
        "Effect": "Allow",
        "Action": ["elasticfilesystem:ClientMount", *write],
        "Resource": f"{start}:file-system/{efs['file_system_id']}",
        "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": through}},
    }
