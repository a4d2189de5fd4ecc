"""QueueAlarms: what tells that a worker does not keep up.

Always: an alarm on the age of the oldest message, and one on dead letters. Needs a queue and a topic.
"""

from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from settings.options import complete, options

MINUTE = 60


@options()
class QueueAlarmsArgs(TypedDict):
    """Arguments of `QueueAlarms`."""

    alarm_name: str
    """Start of the alarms' names, typed by people."""
    topic_arn: Input[str]
    """The topic that they tell."""
    queue_name: str
    """The queue."""
    dead_name: str
    """The queue of its dead letters."""
    oldest_message: int
    """Seconds that a message may wait."""


class QueueAlarms(pulumi.ComponentResource):
    """The alarms of one queue."""

    names: list[str]
    """The names of the alarms."""

    def __init__(self, name: str, args: QueueAlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:QueueAlarms", name, {}, opts)
        args = complete(QueueAlarmsArgs, args, name)
        limit = args["oldest_message"]
        waits = f"a message waits longer than {limit} s"
        dead = "a message could not be worked off: it is among the dead letters"
        self.names = [
            self._alarm(name, args, "oldest", args["queue_name"], "ApproximateAgeOfOldestMessage", limit, waits),
            self._alarm(name, args, "dead", args["dead_name"], "ApproximateNumberOfMessagesVisible", 0, dead),
        ]
        self.register_outputs({"names": self.names})

    def _alarm(
        self, name: str, args: QueueAlarmsArgs, kind: str, queue: str, metric: str, threshold: int, description: str
    ) -> str:
        alarm_name = f"{args['alarm_name']}-{kind}"
        aws.cloudwatch.MetricAlarm(
            f"{name}-{kind}",
            name=alarm_name,
            alarm_description=f"{args['queue_name']}: {description}",
            namespace="AWS/SQS",
            metric_name=metric,
            dimensions={"QueueName": queue},
            statistic="Maximum",
            period=MINUTE,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            # A queue that nobody has used for six hours tells nothing: that is no trouble.
            treat_missing_data="notBreaching",
            alarm_actions=[args["topic_arn"]],
            ok_actions=[args["topic_arn"]],
            opts=ResourceOptions(parent=self),
        )
        return alarm_name
