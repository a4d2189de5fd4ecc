import json
from typing import Any

from components.encrypted_queue import encrypted_queue, queue_arn
from tests.components.declared import PLACE, Outer, Thing, declare


def made(**asked: Any) -> dict[str, Any]:
    def make(opts: Any) -> None:
        needs = [Thing(name) for name in asked.pop("needs", [])]
        wiring: Any = {"account": PLACE, "kms_key": None, "protect": False, "needs": needs, **asked}
        encrypted_queue("jobs", "shop-jobs", wiring, opts.parent, message_retention_seconds=60)

    return declare(lambda: Outer(make)).children


def test_a_queue_is_encrypted_and_taken_over_tls_alone():
    found = made()
    queue = {"name": "shop-jobs", "sqsManagedSseEnabled": True, "messageRetentionSeconds": 60}
    assert found["aws:sqs/queue:Queue jobs"] == queue
    policy = found["aws:sqs/queuePolicy:QueuePolicy jobs"]
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert statement["Resource"] == queue_arn(PLACE, "shop-jobs") == "arn:aws:sqs:eu-central-1:123456789012:shop-jobs"


def test_a_key_protection_and_what_it_waits_for():
    queue = made(kms_key="arn:key", protect=True, needs=["other"])["aws:sqs/queue:Queue jobs"]
    assert "sqsManagedSseEnabled" not in queue
    assert (queue["kmsMasterKeyId"], queue["opts.protect"], queue["opts.needs"]) == ("arn:key", True, ["Thing.other"])
