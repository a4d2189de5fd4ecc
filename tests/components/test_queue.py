from typing import Any

import pytest

from components.queue import Queue
from tests.components.declared import PLACE, Made, changes, declare, problems, text

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a"
ARN = "arn:aws:sqs:eu-central-1:123456789012:shop-dev-worker"
QUEUE, DEAD = "aws:sqs/queue:Queue worker", "aws:sqs/queue:Queue worker_dead"


def queue(**asked: Any) -> Queue:
    wiring: Any = {"account": PLACE, "queue_name": "shop-dev-worker", "protect": False, **asked}
    return Queue("worker", wiring)


def made(**asked: Any) -> Made:
    return declare(lambda: queue(**asked))


def over_tls(arn: str) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return text({"Version": "2012-10-17", "Statement": [statement]})


def test_a_queue_is_encrypted_taken_over_tls_alone_and_keeps_its_dead_letters():
    assert made().children == {
        QUEUE: {
            "name": "shop-dev-worker",
            "sqsManagedSseEnabled": True,
            "messageRetentionSeconds": 345600,
            "visibilityTimeoutSeconds": 60,
            "receiveWaitTimeSeconds": 20,
            "redrivePolicy": text({"deadLetterTargetArn": f"{ARN}_dead", "maxReceiveCount": 5}),
            "opts.needs": ["Queue.worker_dead"],
        },
        DEAD: {
            "name": "shop-dev-worker_dead",
            "sqsManagedSseEnabled": True,
            "messageRetentionSeconds": 1209600,
            "redriveAllowPolicy": text({"redrivePermission": "byQueue", "sourceQueueArns": [ARN]}),
        },
        "aws:sqs/queuePolicy:QueuePolicy worker": {"queueUrl": "Queue.worker.id", "policy": over_tls(ARN)},
        "aws:sqs/queuePolicy:QueuePolicy worker_dead": {
            "queueUrl": "Queue.worker_dead.id",
            "policy": over_tls(f"{ARN}_dead"),
        },
    }


def test_its_outputs_are_plain():
    assert made().outputs == {
        "queue_name": "shop-dev-worker",
        "dead_name": "shop-dev-worker_dead",
        "url": "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-dev-worker",
    }


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"visibility_timeout": 30}, {QUEUE: {"visibilityTimeoutSeconds": 30}}),
        ({"retention_days": 1}, {QUEUE: {"messageRetentionSeconds": 86400}}),
        (
            {"max_receives": 1},
            {QUEUE: {"redrivePolicy": text({"deadLetterTargetArn": f"{ARN}_dead", "maxReceiveCount": 1})}},
        ),
        ({"protect": True}, {QUEUE: {"opts.protect": True}, DEAD: {"opts.protect": True}}),
        (
            {"kms_key": KEY},
            {one: {"kmsMasterKeyId": KEY, "sqsManagedSseEnabled": ...} for one in (QUEUE, DEAD)},
        ),
        ({"min": 1, "max": 3, "backlog_per_task": 2, "oldest_message": 60}, {}),
    ],
)
def test_an_option_changes_what_it_says(asked: dict[str, Any], changed: dict[str, Any]):
    assert changes(made(), made(**asked)) == changed


def test_who_works_it_off_may_do_that_alone():
    received = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    own = {"actions": received, "resources": [ARN]}
    assert made().component.permissions() == [own]
    decrypt = {"actions": ["kms:Decrypt"], "resources": [KEY]}
    assert made(kms_key=KEY).component.permissions() == [own, decrypt]


def test_a_bad_argument_is_named():
    assert [one.split(":")[0] for one in problems(lambda: queue(max_receives=0))] == ["worker.max_receives"]
