"""A volume: a folder that containers of a task share."""

from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import options

Path = Annotated[str, Field(pattern=r"^/[\w./-]+$")]
"""A folder inside a container."""
VolumeName = Annotated[str, Field(pattern=r"^(?!([\w-]+-)?scratch-\d+$)[A-Za-z0-9][\w-]{0,254}$")]
"""Name of a volume; those of scratch folders are taken."""


@options()
class MountOptions(TypedDict):
    """Where a container sees a volume."""

    path: Path
    """The folder in the container."""
    read_only: NotRequired[Annotated[bool, Field(default=False)]]
    """The container may not write to it."""


@options()
class EfsOptions(TypedDict):
    """A folder of an EFS file system, by its access point: it outlives the task, and all tasks share it.

    It is mounted through TLS, with the rights of the task's role. The file system's security group has to let that of
    the tasks in on TCP port 2049: the stack's output `securityGroups` has its id by the service's name.
    """

    file_system_id: Annotated[str, Field(pattern=r"^fs-[0-9a-f]{8,40}$")]
    """Id of the file system, which has a mount target in each Availability Zone of the tasks."""
    access_point_id: Annotated[str, Field(pattern=r"^fsap-[0-9a-f]{8,40}$")]
    """Id of the access point: it says which folder is seen, and as which user. The task's role may mount through this
    one and no other ("Use IAM to control access to Amazon EFS")."""
    read_only: NotRequired[Annotated[bool, Field(default=False)]]
    """The task may not write to it, whatever its containers ask for: its role has no right to."""


@options()
class VolumeOptions(TypedDict):
    """A volume: empty at the task's start and gone with the task, unless something that stays is behind it."""

    efs: NotRequired[Annotated[EfsOptions | None, Field(default=None)]]
    """The EFS file system behind it."""
