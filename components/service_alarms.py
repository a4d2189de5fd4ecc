"""ServiceAlarms: what tells that a service is in trouble.

Always: an alarm on 5xx answers and one on unhealthy targets. Optional: one on fewer tasks running than wanted, which
needs Container Insights. Needs a target group and a topic.
"""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from settings.options import complete, options

MINUTE = 60
Query = aws.cloudwatch.MetricAlarmMetricQueryArgs
Metric = aws.cloudwatch.MetricAlarmMetricQueryMetricArgs


@options()
class Watch(TypedDict):
    """How a service is watched."""

    alarm_name: str
    """Start of the alarms' names, typed by people."""
    topic_arn: Input[str]
    """The topic that they tell."""
    error_percent: int
    """Share of 5xx answers, in percent, that is too many."""
    insights: bool
    """Whether the cluster has Container Insights, which count the tasks."""


@options(extends=Watch)
class ServiceAlarmsArgs(Watch):
    """Arguments of `ServiceAlarms`."""

    balancer_arn_suffix: Input[str]
    """The balancer, as metrics name it."""
    target_group_arn_suffix: Input[str]
    """The target group, as metrics name it."""
    cluster_name: str
    """The service's cluster."""
    service_name: str
    """The service."""


class ServiceAlarms(pulumi.ComponentResource):
    """The alarms of one service."""

    errors: str
    """Name of the alarm on 5xx answers, known at preview: a deployment is rolled back by it."""

    def __init__(self, name: str, args: ServiceAlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ServiceAlarms", name, {}, opts)
        args = complete(ServiceAlarmsArgs, args, name)
        self.errors = f"{args['alarm_name']}-5xx"
        targets = {"LoadBalancer": args["balancer_arn_suffix"], "TargetGroup": args["target_group_arn_suffix"]}
        self._errors(name, args, targets)
        self._unhealthy(name, args, targets)
        if args["insights"]:
            self._missing(name, args)
        self.register_outputs({"errors": self.errors})

    def _errors(self, name: str, args: ServiceAlarmsArgs, targets: dict[str, Input[str]]) -> None:
        share = "IF(requests > 0, 100 * FILL(errors, 0) / requests, 0)"
        queries = [
            Query(id="share", expression=share, label="5xx answers, %", return_data=True),
            _query("errors", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", targets),
            _query("requests", "AWS/ApplicationELB", "RequestCount", "Sum", targets),
        ]
        self._alarm(
            f"{name}-5xx",
            self.errors,
            f"more than {args['error_percent']} % of the answers are 5xx",
            args,
            queries,
            threshold=args["error_percent"],
            periods=3,
            datapoints=2,
        )

    def _unhealthy(self, name: str, args: ServiceAlarmsArgs, targets: dict[str, Input[str]]) -> None:
        query = _query("unhealthy", "AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", targets, returned=True)
        self._alarm(
            f"{name}-unhealthy",
            f"{args['alarm_name']}-unhealthy",
            "a task fails its health check for five minutes",
            args,
            [query],
            threshold=0,
            periods=5,
            datapoints=5,
        )

    def _missing(self, name: str, args: ServiceAlarmsArgs) -> None:
        """Fewer tasks than wanted for ten minutes: no capacity, Spot taken back, or tasks that keep dying."""
        service: dict[str, Input[str]] = {"ClusterName": args["cluster_name"], "ServiceName": args["service_name"]}
        queries = [
            Query(id="missing", expression="desired - running", label="tasks missing", return_data=True),
            _query("desired", "ECS/ContainerInsights", "DesiredTaskCount", "Maximum", service),
            _query("running", "ECS/ContainerInsights", "RunningTaskCount", "Minimum", service),
        ]
        self._alarm(
            f"{name}-missing",
            f"{args['alarm_name']}-missing",
            "fewer tasks run than are wanted for ten minutes",
            args,
            queries,
            threshold=0,
            periods=10,
            datapoints=10,
        )

    def _alarm(
        self,
        name: str,
        alarm_name: str,
        description: str,
        args: ServiceAlarmsArgs,
        queries: Sequence[Query],
        *,
        threshold: int,
        periods: int,
        datapoints: int,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            name=alarm_name,
            alarm_description=f"{args['service_name']}: {description}",
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            metric_queries=queries,
            # No requests, no data: silence is no trouble.
            treat_missing_data="notBreaching",
            alarm_actions=[args["topic_arn"]],
            ok_actions=[args["topic_arn"]],
            opts=ResourceOptions(parent=self),
        )


def _query(
    id_: str, namespace: str, metric: str, stat: str, dimensions: dict[str, Input[str]], *, returned: bool = False
) -> Query:
    asked = Metric(namespace=namespace, metric_name=metric, period=MINUTE, stat=stat, dimensions=dimensions)
    return Query(id=id_, metric=asked, return_data=returned)
