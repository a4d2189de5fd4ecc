"""AlarmTopic: where alarms are told.

Always: an encrypted SNS topic with a key of its own, for CloudWatch may not use AWS's. Optional: addresses that get the
messages. Needs nothing.
"""

import hashlib
import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from components.account import Account
from settings.alarms import AlarmOptions
from settings.options import complete, options

DAYS_TO_CALL_BACK = 30
"""Days in which a deleted key can be called back."""


@options(extends=AlarmOptions)
class AlarmTopicArgs(AlarmOptions):
    """Arguments of `AlarmTopic`."""

    account: Account
    """Where it is."""
    protect: bool
    """Refuse to delete its key."""


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic for alarms."""

    arn: Output[str]
    """Its ARN."""
    error_percent: int
    """Share of 5xx answers, in percent, that is too many for a service that tells this topic."""

    def __init__(self, name: str, args: AlarmTopicArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:AlarmTopic", name, {}, opts)
        args = complete(AlarmTopicArgs, args, name)
        child = ResourceOptions(parent=self)
        key = aws.kms.Key(
            name,
            description="Messages of CloudWatch alarms",
            enable_key_rotation=True,
            deletion_window_in_days=DAYS_TO_CALL_BACK,
            policy=json.dumps(_key_policy(args["account"]), sort_keys=True),
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )
        topic = aws.sns.Topic(name, kms_master_key_id=key.arn, opts=child)
        for email in args["emails"]:
            # A hash, so that an address taken out leaves the others' subscriptions alone, and none is in a URN.
            digest = hashlib.sha256(email.encode()).hexdigest()[:8]
            aws.sns.TopicSubscription(f"{name}-{digest}", topic=topic.arn, protocol="email", endpoint=email, opts=child)
        self.arn, self.error_percent = topic.arn, args["error_percent"]
        self.register_outputs({"arn": self.arn, "error_percent": self.error_percent})


def _key_policy(account: Account) -> dict[str, object]:
    """The account's own rights, and CloudWatch's ("Encrypting messages published to Amazon SNS with AWS KMS")."""
    owner = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{account['partition']}:iam::{account['id']}:root"},
        "Action": "kms:*",
        "Resource": "*",  # in a key's own policy: this key ("Key policies in AWS KMS")
    }
    alarms = {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account["id"]}},
    }
    return {"Version": "2012-10-17", "Statement": [owner, alarms]}
