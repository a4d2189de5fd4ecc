"""Job: a task that has to end well before a service is made or changed.

Always: its record, an SSM parameter that is written when the task has ended with exit code 0. Its hook runs the task;
the service waits for the record. Needs a task definition and the service's security group.
"""

from collections.abc import Sequence

import pulumi
from pulumi import Input, Output, ResourceHook, ResourceOptions

from components.account import Account
from components.record import Settle, record
from release.record import JobRecord
from settings.job import BeforeReleaseOptions
from settings.options import complete, options


@options(extends=BeforeReleaseOptions)
class JobArgs(BeforeReleaseOptions):
    """Arguments of `Job`."""

    account: Account
    """Where it runs."""
    parameter_name: str
    """Name of the record."""
    cluster_name: str
    """The service's cluster."""
    service_name: str
    """The service that waits for it."""
    task_definition_arn: Input[str]
    """The revision that it runs, and that is about to be released."""
    container: str
    """The container that gets its command."""
    subnet_ids: Input[list[str]]
    """Subnets of the service's tasks."""
    security_group_id: Input[str]
    """Security group of the service's tasks."""
    capacity_provider: str
    """What it runs on: never Spot, which may be taken back in the middle of a change."""


class Job(pulumi.ComponentResource):
    """The record of a service's last task before a release."""

    parameter_name: Output[str]
    """Name of the SSM parameter: known once the task has ended well."""

    def __init__(
        self,
        name: str,
        args: JobArgs,
        settle: Settle,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:Job", name, {}, opts)
        args = complete(JobArgs, args, name)
        written = record(
            f"{name}-before-release",
            args["parameter_name"],
            "The last task before a release: Slipway writes it when the task has ended well",
            _text(args),
            hook=ResourceHook(f"{name}-run", settle),
            needs=needs,
            parent=self,
        )
        self.parameter_name = written.name
        self.register_outputs({"parameter_name": self.parameter_name})


def _text(args: JobArgs) -> Output[str]:
    def written(known: list[object]) -> str:
        task_definition, subnets, group = known
        return JobRecord(
            account=args["account"]["id"],
            region=args["account"]["region"],
            cluster=args["cluster_name"],
            service=args["service_name"],
            task_definition=str(task_definition),
            container=args["container"],
            time_limit_seconds=args["time_limit"],
            command=args["command"],
            subnets=sorted(map(str, subnets)),  # pyright: ignore[reportArgumentType] - Output.all forgets the types
            security_groups=[str(group)],
            capacity_provider=args["capacity_provider"],
        ).to_json()

    return Output.all(args["task_definition_arn"], args["subnet_ids"], args["security_group_id"]).apply(written)
