"""A one-off task: what runs once, to its end, from a service's own image."""

import json
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, options

Command = Annotated[list[str], Field(min_length=1)]
"""A command and its arguments, in place of the image's own."""
COMMAND_BYTES = 2048
"""What the record of a task has room for: an SSM parameter holds 4 KB (API reference: PutParameter)."""


def _fits_its_record(given: "BeforeReleaseOptions") -> Iterator[Problem]:
    size = len(json.dumps(given["command"]))
    if size > COMMAND_BYTES:
        why = f"has {size} characters as JSON, and room for {COMMAND_BYTES}: put a script into the image"
        yield Problem("command", given["command"], why)


@options(_fits_its_record)
class BeforeReleaseOptions(TypedDict):
    """A task that has to end well before a release begins, such as a database migration."""

    command: Command
    """What is run, in place of the image's own command: the same task definition, network and rights as the service.
    It has failed when its exit code is not 0, and then the service is not touched."""
    time_limit: NotRequired[Annotated[int, Field(default=900, ge=30, le=14400)]]
    """Seconds after which it is stopped and has failed."""
