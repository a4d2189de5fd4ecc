from typing import Any

from components.queue_alarms import QueueAlarms
from tests.components.declared import Made, declare

BOTH = {
    "namespace": "AWS/SQS",
    "statistic": "Maximum",
    "period": 60,
    "evaluationPeriods": 1,
    "comparisonOperator": "GreaterThanThreshold",
    "treatMissingData": "notBreaching",
    "alarmActions": ["arn:topic"],
    "okActions": ["arn:topic"],
}


def made(**asked: Any) -> Made:
    wiring: Any = {
        "alarm_name": "shop-dev-worker",
        "topic_arn": "arn:topic",
        "queue_name": "q",
        "dead_name": "q_dead",
        "oldest_message": 900,
        **asked,
    }
    return declare(lambda: QueueAlarms("worker", wiring))


def test_a_queue_tells_of_old_messages_and_dead_letters():
    assert made().children == {
        "aws:cloudwatch/metricAlarm:MetricAlarm worker-oldest": {
            **BOTH,
            "name": "shop-dev-worker-oldest",
            "alarmDescription": "q: a message waits longer than 900 s",
            "metricName": "ApproximateAgeOfOldestMessage",
            "dimensions": {"QueueName": "q"},
            "threshold": 900,
        },
        "aws:cloudwatch/metricAlarm:MetricAlarm worker-dead": {
            **BOTH,
            "name": "shop-dev-worker-dead",
            "alarmDescription": "q: a message could not be worked off: it is among the dead letters",
            "metricName": "ApproximateNumberOfMessagesVisible",
            "dimensions": {"QueueName": "q_dead"},
            "threshold": 0,
        },
    }


def test_its_output():
    assert made().outputs == {"names": ["shop-dev-worker-oldest", "shop-dev-worker-dead"]}
