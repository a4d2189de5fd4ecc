from components.alarm_topic import AlarmTopic
from tests.components.declared import PLACE, Made, changes, declare, text


def made(*emails: str, protect: bool = False) -> Made:
    args = {"account": PLACE, "enabled": True, "emails": list(emails), "protect": protect}
    return declare(lambda: AlarmTopic("alarms", args))  # type: ignore[arg-type]


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        },
    ],
}


def test_a_topic_is_encrypted_with_a_key_that_cloudwatch_may_use():
    one = made()
    assert one.children == {
        "aws:kms/key:Key alarms": {
            "description": "Messages of CloudWatch alarms",
            "enableKeyRotation": True,
            "deletionWindowInDays": 30,
            "policy": text(POLICY),
        },
        "aws:sns/topic:Topic alarms": {"kmsMasterKeyId": "Key.alarms.arn"},
    }
    assert one.outputs == {"arn": "Topic.alarms.arn", "error_percent": 1}


def test_a_protected_key_is_not_deleted():
    assert changes(made(), made(protect=True)) == {"aws:kms/key:Key alarms": {"opts.protect": True}}


def test_each_address_subscribes_under_a_name_that_depends_on_no_other():
    one, two = made("a@example.com"), made("b@example.com", "a@example.com")
    (name,) = changes(made(), one)
    assert changes(made(), one)[name] == {
        "topic": "Topic.alarms.arn",
        "protocol": "email",
        "endpoint": "a@example.com",
    }
    assert "example" not in name
    assert [change["endpoint"] for change in changes(one, two).values()] == ["b@example.com"]
