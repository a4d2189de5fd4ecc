"""Volumes of a task definition."""

from collections.abc import Iterable, Mapping

from pulumi_aws.ecs import TaskDefinitionVolumeArgs

from settings.volume import VolumeOptions


def volumes(scratch: Iterable[str], named: Mapping[str, VolumeOptions]) -> list[TaskDefinitionVolumeArgs]:
    """The volumes in their one order: scratch first, then the named ones."""
    return [TaskDefinitionVolumeArgs(name=name) for name in (*scratch, *sorted(named))]
