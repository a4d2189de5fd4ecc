"""A queue: where a worker's messages come from, and how many workers they are worth."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, options


def _room_to_scale(given: "QueueOptions") -> Iterator[Problem]:
    if given["min"] > given["max"]:
        yield Problem("min", given["min"], f"is above max, {given['max']}")


@options(_room_to_scale)
class QueueOptions(TypedDict):
    """An SQS queue that a service works off.

    The application gets its address in `QUEUE_URL`, and the right to receive, to delete and to keep longer what is in
    exactly this queue.
    """

    visibility_timeout: NotRequired[Annotated[int, Field(default=60, ge=1, le=43200)]]
    """Seconds in which nobody else gets a message that was received: longer than the work on one takes. After it, the
    message comes again ("Amazon SQS visibility timeout")."""
    retention_days: NotRequired[Annotated[int, Field(default=4, ge=1, le=13)]]
    """Days that a message waits for somebody to work on it. The time among the dead letters counts from its first day
    on, and that is 14 days at most ("Using dead-letter queues in Amazon SQS")."""
    max_receives: NotRequired[Annotated[int, Field(default=5, ge=1, le=1000)]]
    """Times that a message is tried before it is a dead letter."""
    kms_key: NotRequired[
        Annotated[str | None, Field(default=None, pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/")]
    ]
    """A KMS key of your own, by ARN, for messages at rest; SQS's own key when left out. Who sends needs
    `kms:GenerateDataKey` and `kms:Decrypt` on it."""
    backlog_per_task: NotRequired[Annotated[int, Field(default=10, ge=1)]]
    """Messages, waiting or in work, that one task may have: the time that a message may wait, divided by the time that
    the work on one takes ("Scaling policy based on Amazon SQS")."""
    min: NotRequired[Annotated[int, Field(default=0, ge=0, le=5000)]]
    """Fewest tasks. With 0, an empty queue has none, and the first message starts one."""
    max: NotRequired[Annotated[int, Field(default=10, ge=1, le=5000)]]
    """Most tasks."""
    oldest_message: NotRequired[Annotated[int, Field(default=900, ge=60, le=1123200)]]
    """Age in seconds of the oldest message at which the alarm goes off, where the stack has alarms."""
