"""Queue: what a worker works off.

Always: an encrypted SQS queue, one for the letters that nobody could read, and a policy for each that refuses what
comes without TLS. Needs nothing.
"""

import json

import pulumi
from pulumi import ResourceOptions

from components import names
from components.account import Account
from components.encrypted_queue import DAY, DEAD_LETTER_DAYS, QueueWiring, encrypted_queue, queue_arn
from settings.options import complete, options
from settings.queue import QueueOptions
from settings.task import Statement

LONG_POLL = 20
"""Seconds that a call waits for a message: the most that SQS has, so that an empty queue costs fewest calls."""


@options(extends=QueueOptions)
class QueueArgs(QueueOptions):
    """Arguments of `Queue`."""

    account: Account
    """Where it is."""
    queue_name: str
    """Name of the queue, typed by people; shortened to what SQS takes."""
    protect: bool
    """Refuse to delete it with the messages in it."""


class Queue(pulumi.ComponentResource):
    """An SQS queue with its dead letters."""

    queue_name: str
    """Its name."""
    dead_name: str
    """Name of the queue of its dead letters."""
    url: str
    """Its address: plain text, known at the first preview."""

    def __init__(self, name: str, args: QueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Queue", name, {}, opts)
        args = complete(QueueArgs, args, name)
        place = args["account"]
        self.queue_name = names.queue(args["queue_name"])
        self.dead_name = names.dead_letters(self.queue_name)
        self.url = f"https://sqs.{place['region']}.{place['dns_suffix']}/{place['id']}/{self.queue_name}"
        self._arn, self._key = queue_arn(place, self.queue_name), args["kms_key"]
        options: QueueWiring = {"account": place, "kms_key": args["kms_key"], "protect": args["protect"], "needs": []}
        dead = encrypted_queue(
            names.dead_letters(name),
            self.dead_name,
            options,
            self,
            message_retention_seconds=DEAD_LETTER_DAYS * DAY,
            # Nothing but this queue sends here.
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self._arn]}, sort_keys=True
            ),
        )
        redrive = {"deadLetterTargetArn": queue_arn(place, self.dead_name), "maxReceiveCount": args["max_receives"]}
        encrypted_queue(
            name,
            self.queue_name,
            # The texts name the other queue without an edge to it.
            {**options, "needs": [dead]},
            self,
            message_retention_seconds=args["retention_days"] * DAY,
            visibility_timeout_seconds=args["visibility_timeout"],
            receive_wait_time_seconds=LONG_POLL,
            redrive_policy=json.dumps(redrive, sort_keys=True),
        )
        self.register_outputs({"queue_name": self.queue_name, "dead_name": self.dead_name, "url": self.url})

    def permissions(self) -> list[Statement]:
        """What who works it off may do."""
        verbs = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
        found: list[Statement] = [{"actions": [f"sqs:{verb}" for verb in verbs], "resources": [self._arn]}]
        if self._key:
            found.append({"actions": ["kms:Decrypt"], "resources": [self._key]})
        return found
