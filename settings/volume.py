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
class VolumeOptions(TypedDict):
    """A volume: empty at the task's start, and gone with the task."""
