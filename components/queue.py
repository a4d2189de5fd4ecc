"""Queue: what a worker works off.

Always: an encrypted SQS queue, one for the letters that nobody could read, and a policy for each that refuses what
comes without TLS. Needs nothing.
"""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from components import names
from components.account import Account
from settings.options import complete, options
from settings.queue import QueueOptions
from settings.task import Statement

DAY = 86400
DEAD_LETTER_DAYS = 14
"""As long as SQS keeps anything (API reference: CreateQueue)."""
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
        self._arn, self._key = _arn(place, self.queue_name), args["kms_key"]
        dead = self._queue(
            names.dead_letters(name),
            self.dead_name,
            args,
            message_retention_seconds=DEAD_LETTER_DAYS * DAY,
            # Nothing but this queue sends here.
            redrive_allow_policy=_text({"redrivePermission": "byQueue", "sourceQueueArns": [self._arn]}),
        )
        redrive = {"deadLetterTargetArn": _arn(place, self.dead_name), "maxReceiveCount": args["max_receives"]}
        self._queue(
            name,
            self.queue_name,
            args,
            needs=dead,
            message_retention_seconds=args["retention_days"] * DAY,
            visibility_timeout_seconds=args["visibility_timeout"],
            receive_wait_time_seconds=LONG_POLL,
            redrive_policy=_text(redrive),
        )
        self.register_outputs({"queue_name": self.queue_name, "dead_name": self.dead_name, "url": self.url})

    def permissions(self) -> list[Statement]:
        """What who works it off may do."""
        verbs = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
        found: list[Statement] = [{"actions": [f"sqs:{verb}" for verb in verbs], "resources": [self._arn]}]
        if self._key:
            found.append({"actions": ["kms:Decrypt"], "resources": [self._key]})
        return found

    def _queue(
        self, name: str, queue_name: str, args: QueueArgs, needs: pulumi.Resource | None = None, **told: int | str
    ) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            name,
            name=queue_name,
            kms_master_key_id=args["kms_key"],
            sqs_managed_sse_enabled=None if args["kms_key"] else True,
            **told,  # pyright: ignore[reportArgumentType] - each by its own name
            # The texts name the other queue without an edge to it.
            opts=ResourceOptions(parent=self, protect=args["protect"], depends_on=[needs] if needs else []),
        )
        document = _only_over_tls(_arn(args["account"], queue_name))
        aws.sqs.QueuePolicy(name, queue_url=queue.id, policy=document, opts=ResourceOptions(parent=self))
        return queue


def _arn(place: Account, name: str) -> str:
    return f"arn:{place['partition']}:sqs:{place['region']}:{place['id']}:{name}"


def _only_over_tls(arn: str) -> str:
    """The one statement of a queue's policy ("Amazon SQS security best practices"): it takes, and gives nothing."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _text({"Version": "2012-10-17", "Statement": [statement]})


def _text(document: Mapping[str, object]) -> str:
    return json.dumps(document, sort_keys=True)
