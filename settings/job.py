"""Tasks that run to their end, from a service's own image: before a release, and by the clock."""

import json
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, options
from settings.schedule import Expression, Timezone

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


@options()
class ScheduledTaskOptions(TypedDict):
    """A task that runs by the clock, such as a nightly cleanup."""

    command: Command
    """What is run, in place of the image's own command: the same task definition, network and rights as the service."""
    schedule: Expression
    """When: `cron(minutes hours day-of-month month day-of-week year)`, `at(yyyy-mm-ddThh:mm:ss)` or `rate(value unit)`
    ("Schedule types in EventBridge Scheduler")."""
    timezone: NotRequired[Annotated[Timezone, Field(default="UTC")]]
    """IANA name of the time zone that `cron` and `at` are read in, such as `Europe/Berlin`."""
    retries: NotRequired[Annotated[int, Field(default=3, ge=0, le=185)]]
    """Times that the start is tried again when ECS refuses it. A task that has begun is not run again, however it ends.
    """
    retry_seconds: NotRequired[Annotated[int, Field(default=3600, ge=60, le=86400)]]
    """Seconds after its time until which it may still start; what could not is kept for 14 days."""
    enabled: NotRequired[Annotated[bool, Field(default=True)]]
    """Whether it runs; a schedule that is switched off stays as it is."""
