from typing import Any

from components.service_alarms import ServiceAlarms
from tests.components.declared import Made, changes, declare


def made(**asked: Any) -> Made:
    wiring: dict[str, Any] = {
        "alarm_name": "shop-prod-web",
        "topic_arn": "arn:topic",
        "balancer_arn_suffix": "app/shop/1",
        "target_group_arn_suffix": "targetgroup/web/2",
        "cluster_name": "shop-prod",
        "service_name": "web",
        "error_percent": 1,
        "insights": True,
    }
    return declare(lambda: ServiceAlarms("web", {**wiring, **asked}))


ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm web"
TARGETS = {"LoadBalancer": "app/shop/1", "TargetGroup": "targetgroup/web/2"}
SERVICE = {"ClusterName": "shop-prod", "ServiceName": "web"}


def alarm(name: str, description: str, periods: int, datapoints: int, *queries: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"shop-prod-web-{name}",
        "alarmDescription": f"web: {description}",
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 1 if name == "5xx" else 0,
        "evaluationPeriods": periods,
        "datapointsToAlarm": datapoints,
        "metricQueries": list(queries),
        "treatMissingData": "notBreaching",
        "alarmActions": ["arn:topic"],
        "okActions": ["arn:topic"],
    }


def metric(
    id_: str, namespace: str, name: str, stat: str, dimensions: dict[str, str], *, returned: bool = False
) -> dict[str, Any]:
    asked = {"namespace": namespace, "metricName": name, "period": 60, "stat": stat, "dimensions": dimensions}
    return {"id": id_, "metric": asked, "returnData": returned}


def test_errors_unhealthy_targets_and_missing_tasks_raise_an_alarm():
    balancer, insights = "AWS/ApplicationELB", "ECS/ContainerInsights"
    share = "IF(requests > 0, 100 * FILL(errors, 0) / requests, 0)"
    assert made().children == {
        f"{ALARM}-5xx": alarm(
            "5xx",
            "more than 1 % of the answers are 5xx",
            3,
            2,
            {"id": "share", "expression": share, "label": "5xx answers, %", "returnData": True},
            metric("errors", balancer, "HTTPCode_Target_5XX_Count", "Sum", TARGETS),
            metric("requests", balancer, "RequestCount", "Sum", TARGETS),
        ),
        f"{ALARM}-unhealthy": alarm(
            "unhealthy",
            "a task fails its health check for five minutes",
            5,
            5,
            metric("unhealthy", balancer, "UnHealthyHostCount", "Maximum", TARGETS, returned=True),
        ),
        f"{ALARM}-missing": alarm(
            "missing",
            "fewer tasks run than are wanted for ten minutes",
            10,
            10,
            {"id": "missing", "expression": "desired - running", "label": "tasks missing", "returnData": True},
            metric("desired", insights, "DesiredTaskCount", "Maximum", SERVICE),
            metric("running", insights, "RunningTaskCount", "Minimum", SERVICE),
        ),
    }


def test_tasks_are_counted_only_where_insights_count_them():
    assert changes(made(), made(insights=False)) == {f"{ALARM}-missing": ...}


def test_a_share_of_errors():
    changed = changes(made(), made(error_percent=5))
    assert changed == {
        f"{ALARM}-5xx": {"threshold": 5, "alarmDescription": "web: more than 5 % of the answers are 5xx"}
    }


def test_the_name_that_a_deployment_watches_is_plain():
    assert made().component.errors == "shop-prod-web-5xx"
    assert made().outputs == {"errors": "shop-prod-web-5xx"}
