from typing import Any

import pulumi
import pytest

from components.scheduled_tasks import ScheduledTasks
from tests.components.declared import PLACE, Made, Thing, changes, declare, problems, text

MISSED = "arn:aws:sqs:eu-central-1:123456789012:shop-dev-web_missed"
CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop-dev"
CLEANUP = "aws:scheduler/schedule:Schedule web-cleanup"
ROLE, GRANTED = "aws:iam/role:Role web-scheduler", "aws:iam/rolePolicy:RolePolicy web-scheduler"


def tasks(needs: tuple[pulumi.Resource, ...] = (), more: Any = None, **asked: Any) -> ScheduledTasks:
    cleanup = {"command": ["cleanup", "--all"], "schedule": "cron(0 3 * * ? *)", **asked}
    wiring: Any = {
        "tasks": {"cleanup": cleanup, **(more or {})},
        "account": PLACE,
        "cluster_name": "shop-dev",
        "family": "shop-dev-web",
        "task_definition_arn": "arn:task:7",
        "role_arns": ["arn:role/execution", "arn:role/task"],
        "container": "main",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_id": "sg-web",
        "capacity_provider": "FARGATE",
    }
    return ScheduledTasks("web", wiring, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: tasks(**asked))


SCHEDULE: dict[str, Any] = {
    "description": "cleanup of shop-dev-web",
    "scheduleExpression": "cron(0 3 * * ? *)",
    "scheduleExpressionTimezone": "UTC",
    "state": "ENABLED",
    "flexibleTimeWindow": {"mode": "OFF"},
    "target": {
        "arn": CLUSTER,
        "roleArn": "Role.web-scheduler.arn",
        "input": text({"containerOverrides": [{"name": "main", "command": ["cleanup", "--all"]}]}),
        "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 3},
        "deadLetterConfig": {"arn": MISSED},
        "ecsParameters": {
            "taskDefinitionArn": "arn:task:7",
            "taskCount": 1,
            "capacityProviderStrategies": [{"capacityProvider": "FARGATE", "weight": 1}],
            "networkConfiguration": {
                "subnets": ["subnet-a", "subnet-b"],
                "securityGroups": ["sg-web"],
                "assignPublicIp": False,
            },
        },
    },
    "opts.needs": ["Queue.web_missed", "RolePolicy.web-scheduler"],
}


def test_a_task_by_the_clock_is_a_schedule_a_role_that_may_start_it_alone_and_a_queue_for_what_was_missed():
    found = made().children
    queue, policy = found.pop("aws:sqs/queue:Queue web_missed"), found.pop("aws:sqs/queuePolicy:QueuePolicy web_missed")
    assert queue == {"name": "shop-dev-web_missed", "sqsManagedSseEnabled": True, "messageRetentionSeconds": 1209600}
    assert policy["queueUrl"] == "Queue.web_missed.id"
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    allowed: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Action": "ecs:RunTask",
            "Resource": "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev-web:*",
            "Condition": {"ArnEquals": {"ecs:cluster": CLUSTER}},
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": ["arn:role/execution", "arn:role/task"],
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": MISSED},
    ]
    assert found == {
        CLEANUP: SCHEDULE,
        ROLE: {"assumeRolePolicy": text({"Version": "2012-10-17", "Statement": [trusted]})},
        GRANTED: {
            "role": "Role.web-scheduler.id",
            "policy": text({"Version": "2012-10-17", "Statement": allowed}),
        },
    }


def test_its_output():
    assert made().outputs == {"missed_name": "shop-dev-web_missed"}


def test_it_waits_for_what_its_tasks_need():
    needed = declare(lambda: tasks((Thing("migration"),)))
    needs = ["Queue.web_missed", "RolePolicy.web-scheduler", "Thing.migration"]
    assert changes(made(), needed) == {CLEANUP: {"opts.needs": needs}}


def test_another_task_is_another_schedule_with_the_same_role():
    other = {"report": {"command": ["report"], "schedule": "rate(1 hour)"}}
    assert changes(made(), made(more=other)).keys() == {"aws:scheduler/schedule:Schedule web-report"}


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"schedule": "rate(1 hour)"}, {"scheduleExpression": "rate(1 hour)"}),
        ({"timezone": "Europe/Berlin"}, {"scheduleExpressionTimezone": "Europe/Berlin"}),
        ({"enabled": False}, {"state": "DISABLED"}),
        (
            {"retries": 0, "retry_seconds": 60},
            {
                "target": {
                    **SCHEDULE["target"],
                    "retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0},
                }
            },
        ),
        (
            {"command": ["x"]},
            {
                "target": {
                    **SCHEDULE["target"],
                    "input": text({"containerOverrides": [{"name": "main", "command": ["x"]}]}),
                }
            },
        ),
    ],
)
def test_an_option_changes_what_it_says(asked: dict[str, Any], changed: dict[str, Any]):
    assert changes(made(), made(**asked)) == {CLEANUP: changed}


def test_a_bad_argument_is_named():
    (told,) = problems(lambda: tasks(schedule="daily"))
    assert told.startswith("web.tasks.cleanup.schedule: must be cron(…)")
