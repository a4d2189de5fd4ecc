"""QueueScaling: as many tasks as a queue's messages are worth.

Always: a scalable target and a target tracking policy that holds the backlog of a task. Optional, for a service that
may have no task: a step that starts the first one, and a step that ends the last ones, each with its alarm. Needs a
service.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components.scalable_target import scalable_target
from components.tracking_policy import Configuration, CustomMetric, tracking_policy
from settings.options import complete, options
from settings.queue import QueueOptions

SCALE_IN, SCALE_OUT = 300, 60
"""Seconds between two steps down, and between two steps up."""
MINUTE = 60
QUIET_MINUTES = 5
"""Minutes without any message, after which no task is left."""
Kind = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgs
Stat = (
    aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatArgs
)
Metric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricArgs  # fmt: skip  # noqa: E501 - its name
Dimension = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricDimensionArgs  # fmt: skip  # noqa: E501 - its name
Step = aws.appautoscaling.PolicyStepScalingPolicyConfigurationArgs
Adjustment = aws.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustmentArgs
Query = aws.cloudwatch.MetricAlarmMetricQueryArgs
QueryMetric = aws.cloudwatch.MetricAlarmMetricQueryMetricArgs


@options(extends=QueueOptions)
class QueueScalingArgs(QueueOptions):
    """Arguments of `QueueScaling`."""

    queue_name: str
    """The queue."""
    cluster_name: str
    """The service's cluster."""
    service_name: Input[str]
    """The service."""


class _Series:
    """A metric of the queue or the service, for policies and alarms alike."""

    def __init__(self, id_: str, namespace: str, metric: str, stat: str, dimensions: dict[str, Input[str]]) -> None:
        self.id, self.namespace, self.metric, self.stat, self.dimensions = id_, namespace, metric, stat, dimensions

    def tracked(self) -> Kind:
        dimensions = [Dimension(name=name, value=value) for name, value in sorted(self.dimensions.items())]
        metric = Metric(namespace=self.namespace, metric_name=self.metric, dimensions=dimensions)
        return Kind(id=self.id, metric_stat=Stat(metric=metric, stat=self.stat), return_data=False)

    def asked(self) -> Query:
        metric = QueryMetric(
            namespace=self.namespace,
            metric_name=self.metric,
            stat=self.stat,
            dimensions=self.dimensions,
            period=MINUTE,
        )
        return Query(id=self.id, metric=metric, return_data=False)


class QueueScaling(pulumi.ComponentResource):
    """What changes the number of tasks of one worker."""

    target_id: Output[str]
    """Id of the scalable target."""

    def __init__(self, name: str, args: QueueScalingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:QueueScaling", name, {}, opts)
        args = complete(QueueScalingArgs, args, name)
        target = scalable_target(name, args["cluster_name"], args["service_name"], args["min"], args["max"], self)
        queue: dict[str, Input[str]] = {"QueueName": args["queue_name"]}
        service: dict[str, Input[str]] = {"ClusterName": args["cluster_name"], "ServiceName": args["service_name"]}
        waiting = _Series("waiting", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", queue)
        in_work = _Series("inWork", "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "Maximum", queue)
        # Each running task tells its CPU once a minute ("Amazon ECS CloudWatch metrics": the number of running tasks),
        # so no Container Insights are needed.
        tasks = _Series("tasks", "AWS/ECS", "CPUUtilization", "SampleCount", service)
        self._hold(name, args, target, [waiting, in_work, tasks])
        if args["min"] == 0:
            self._first(name, target, [waiting, tasks])
            self._none(name, target, [waiting, in_work])
        self.target_id = target.id
        self.register_outputs({"target_id": self.target_id})

    def _hold(
        self, name: str, args: QueueScalingArgs, target: aws.appautoscaling.Target, series: list[_Series]
    ) -> None:
        """What is in work counts too: tasks are not taken away from under it."""
        backlog = Kind(id="backlog", expression="(waiting + inWork) / tasks", label="messages per task")
        tracked = Configuration(
            customized_metric_specification=CustomMetric(metrics=[*(one.tracked() for one in series), backlog]),
            target_value=args["backlog_per_task"],
            scale_in_cooldown=SCALE_IN,
            scale_out_cooldown=SCALE_OUT,
        )
        tracking_policy(f"{name}-backlog", tracked, target, self)

    def _first(self, name: str, target: aws.appautoscaling.Target, series: list[_Series]) -> None:
        """From none to one. No task, no backlog of a task: target tracking has nothing to hold."""
        policy = self._exactly(
            f"{name}-first", 1, Adjustment(metric_interval_lower_bound="0", scaling_adjustment=1), target
        )
        self._alarm(
            f"{name}-first",
            policy,
            "messages wait, and no task runs",
            Query(id="unserved", expression="IF(FILL(tasks, 0) < 1, waiting, 0)", label="unserved", return_data=True),
            series,
            comparison="GreaterThanOrEqualToThreshold",
            periods=1,
        )

    def _none(self, name: str, target: aws.appautoscaling.Target, series: list[_Series]) -> None:
        """To none, once nothing waits and nothing is in work."""
        policy = self._exactly(
            f"{name}-none", 0, Adjustment(metric_interval_upper_bound="0", scaling_adjustment=0), target
        )
        self._alarm(
            f"{name}-none",
            policy,
            "nothing waits, and nothing is in work",
            Query(id="left", expression="waiting + inWork", label="messages", return_data=True),
            series,
            comparison="LessThanThreshold",
            periods=QUIET_MINUTES,
        )

    def _exactly(
        self, name: str, count: int, step: Adjustment, target: aws.appautoscaling.Target
    ) -> aws.appautoscaling.Policy:
        return aws.appautoscaling.Policy(
            name,
            policy_type="StepScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            step_scaling_policy_configuration=Step(
                adjustment_type="ExactCapacity",
                cooldown=SCALE_OUT if count else SCALE_IN,
                metric_aggregation_type="Maximum",
                step_adjustments=[step],
            ),
            opts=ResourceOptions(parent=self),
        )

    def _alarm(
        self,
        name: str,
        policy: aws.appautoscaling.Policy,
        description: str,
        told: Query,
        series: list[_Series],
        *,
        comparison: str,
        periods: int,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=f"sets off the scaling policy {name}: {description}",
            metric_queries=[told, *(one.asked() for one in series)],
            comparison_operator=comparison,
            threshold=1,
            evaluation_periods=periods,
            alarm_actions=[policy.arn],
            opts=ResourceOptions(parent=self),
        )
