"""An SQS queue that is encrypted, and its policy, which refuses what comes without TLS."""

import json
from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from components.account import Account

DAY = 86400
DEAD_LETTER_DAYS = 14
"""As long as SQS keeps anything (API reference: CreateQueue)."""


class QueueWiring(TypedDict):
    """What every queue of a component is told."""

    account: Account
    kms_key: str | None
    protect: bool
    needs: Sequence[pulumi.Resource]


def queue_arn(place: Account, name: str) -> str:
    """The ARN of a queue of this account."""
    return f"arn:{place['partition']}:sqs:{place['region']}:{place['id']}:{name}"


def encrypted_queue(
    name: str, queue_name: str, wiring: QueueWiring, parent: pulumi.Resource, **told: int | str
) -> aws.sqs.Queue:
    """Declare both; `told` are further arguments of the queue. With SQS's own key unless there is another."""
    queue = aws.sqs.Queue(
        name,
        name=queue_name,
        kms_master_key_id=wiring["kms_key"],
        sqs_managed_sse_enabled=None if wiring["kms_key"] else True,
        **told,  # pyright: ignore[reportArgumentType] - each by its own name
        opts=ResourceOptions(parent=parent, protect=wiring["protect"], depends_on=list(wiring["needs"])),
    )
    document = _only_over_tls(queue_arn(wiring["account"], queue_name))
    aws.sqs.QueuePolicy(name, queue_url=queue.id, policy=document, opts=ResourceOptions(parent=parent))
    return queue


def _only_over_tls(arn: str) -> str:
    """The one statement of a queue's policy ("Amazon SQS security best practices"): it takes, and gives nothing."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
