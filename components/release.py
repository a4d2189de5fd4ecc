"""Release: the truth about a release.

Always: the release record, an SSM parameter that is written only when what runs is what was declared.
Its hook follows the deployment first; a refused record stays unwritten, so that every later preview
shows it and every later `up` asks again. Needs a service.
"""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
from pulumi import Input, Output, ResourceHook, ResourceOptions

from components.account import Account
from components.record import Settle, record
from release.record import ReleaseRecord
from settings.options import complete, options


@options()
class ReleaseArgs(TypedDict):
    """Arguments of `Release`."""

    account: Account
    """Where the release is."""
    parameter_name: str
    """Name of the record."""
    cluster_name: str
    """The service's cluster."""
    service_name: Input[str]
    """The service."""
    task_definition_arn: Input[str]
    """The revision that was declared."""
    image: str
    """The image that was declared."""
    container: str
    """The container whose end is told of."""
    time_limit: int
    """Seconds after which a release that is not live has failed."""


class Release(pulumi.ComponentResource):
    """The record of a service's last good release."""

    parameter_name: Output[str]
    """Name of the SSM parameter."""
    version: Output[int]
    """Its version, which each good release raises: known once the release is live."""

    def __init__(
        self,
        name: str,
        args: ReleaseArgs,
        settle: Settle,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:Release", name, {}, opts)
        args = complete(ReleaseArgs, args, name)
        written = record(
            name,
            args["parameter_name"],
            "The last good release: Slipway writes it when what runs is what was declared",
            _text(args),
            hook=ResourceHook(f"{name}-follow", settle),
            needs=needs,
            parent=self,
        )
        self.parameter_name, self.version = written.name, written.version
        self.register_outputs({"parameter_name": self.parameter_name, "version": self.version})


def _text(args: ReleaseArgs) -> Output[str]:
    def written(known: list[str]) -> str:
        service, task_definition = known
        return ReleaseRecord(
            account=args["account"]["id"],
            region=args["account"]["region"],
            cluster=args["cluster_name"],
            service=service,
            task_definition=task_definition,
            image=args["image"],
            container=args["container"],
            time_limit_seconds=args["time_limit"],
        ).to_json()

    return Output.all(args["service_name"], args["task_definition_arn"]).apply(written)
