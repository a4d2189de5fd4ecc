"""ScheduledTasks: what of a service runs by the clock.

Always: a schedule for each task, a role that may start these tasks and nothing else, and a queue for the starts that
failed. Needs a task definition, a cluster and the service's security group.
"""

import json
from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import names
from components.account import Account
from components.encrypted_queue import DAY, DEAD_LETTER_DAYS, encrypted_queue, queue_arn
from components.service_role import service_role
from settings.job import ScheduledTaskOptions
from settings.options import complete, options

Target = aws.scheduler.ScheduleTargetArgs
Parameters = aws.scheduler.ScheduleTargetEcsParametersArgs


@options()
class ScheduledTasksArgs(TypedDict):
    """Arguments of `ScheduledTasks`."""

    tasks: dict[str, ScheduledTaskOptions]
    """The tasks by name."""
    account: Account
    """Where they run."""
    cluster_name: str
    """The service's cluster."""
    family: str
    """Name of the task definition, of which the role may run every revision: a schedule is changed after the role."""
    task_definition_arn: Input[str]
    """The revision that they run."""
    role_arns: Input[list[str]]
    """The task's two roles, which the schedule passes on."""
    container: str
    """The container that gets their commands."""
    subnet_ids: Input[list[str]]
    """Subnets of the service's tasks."""
    security_group_id: Input[str]
    """Security group of the service's tasks."""
    capacity_provider: str
    """What they run on: never Spot, for nothing would run them again."""


class ScheduledTasks(pulumi.ComponentResource):
    """The schedules of one service."""

    missed_name: str
    """Name of the queue of the starts that failed."""

    def __init__(
        self,
        name: str,
        args: ScheduledTasksArgs,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:ScheduledTasks", name, {}, opts)
        args = complete(ScheduledTasksArgs, args, name)
        place = args["account"]
        self.missed_name = names.missed(args["family"])
        missed = queue_arn(place, self.missed_name)
        queue = encrypted_queue(
            names.missed(name),
            self.missed_name,
            {"account": place, "kms_key": None, "protect": False, "needs": []},
            self,
            message_retention_seconds=DEAD_LETTER_DAYS * DAY,
        )
        child = ResourceOptions(parent=self)
        role = service_role(f"{name}-scheduler", "scheduler", place, child)
        granted = aws.iam.RolePolicy(f"{name}-scheduler", role=role.id, policy=_policy(args, missed), opts=child)
        for key, task in sorted(args["tasks"].items()):
            aws.scheduler.Schedule(
                names.schedule(f"{name}-{key}"),
                description=f"{key} of {args['family']}",
                schedule_expression=task["schedule"],
                schedule_expression_timezone=task["timezone"],
                state="ENABLED" if task["enabled"] else "DISABLED",
                flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
                target=_target(args, task, role.arn, missed),
                opts=ResourceOptions(parent=self, depends_on=[*needs, queue, granted]),
            )
        self.register_outputs({"missed_name": self.missed_name})


def _target(args: ScheduledTasksArgs, task: ScheduledTaskOptions, role: Input[str], missed: str) -> Target:
    override = {"containerOverrides": [{"name": args["container"], "command": task["command"]}]}
    return Target(
        arn=_arn(args["account"], f"cluster/{args['cluster_name']}"),
        role_arn=role,
        input=json.dumps(override, sort_keys=True),
        retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
            maximum_event_age_in_seconds=task["retry_seconds"], maximum_retry_attempts=task["retries"]
        ),
        dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=missed),
        ecs_parameters=Parameters(
            task_definition_arn=args["task_definition_arn"],
            task_count=1,
            capacity_provider_strategies=[
                aws.scheduler.ScheduleTargetEcsParametersCapacityProviderStrategyArgs(
                    capacity_provider=args["capacity_provider"], weight=1
                )
            ],
            network_configuration=aws.scheduler.ScheduleTargetEcsParametersNetworkConfigurationArgs(
                subnets=args["subnet_ids"], security_groups=[args["security_group_id"]], assign_public_ip=False
            ),
        ),
    )


def _policy(args: ScheduledTasksArgs, missed: str) -> Output[str]:
    """What the schedules may do ("Amazon ECS scheduled tasks" and "Configuring a dead-letter queue")."""
    place = args["account"]
    in_cluster = {"ArnEquals": {"ecs:cluster": _arn(place, f"cluster/{args['cluster_name']}")}}
    run = {
        "Effect": "Allow",
        "Action": "ecs:RunTask",
        "Resource": _arn(place, f"task-definition/{args['family']}:*"),
        "Condition": in_cluster,
    }
    passed = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": args["role_arns"],
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    keep = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": missed}
    return Output.json_dumps({"Version": "2012-10-17", "Statement": [run, passed, keep]}, sort_keys=True)


def _arn(place: Account, rest: str) -> str:
    return f"arn:{place['partition']}:ecs:{place['region']}:{place['id']}:{rest}"
