"""Namespace: where the services of a stack find each other.

Always: a Cloud Map HTTP namespace, in which Service Connect keeps their endpoints; it makes no DNS zone. Needs nothing.
"""

from typing import Annotated, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions
from pydantic import Field

from settings.options import complete, options


@options()
class NamespaceArgs(TypedDict):
    """Arguments of `Namespace`."""

    namespace_name: Annotated[str, Field(pattern=r"^(?!arn:)[!-~]{1,1024}$")]
    """Name of the namespace, typed by people; unique in the account and region."""


class Namespace(pulumi.ComponentResource):
    """A namespace of Service Connect."""

    arn: Output[str]
    """Its ARN."""

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Namespace", name, {}, opts)
        args = complete(NamespaceArgs, args, name)
        namespace = aws.servicediscovery.HttpNamespace(
            name,
            name=args["namespace_name"],
            description="Services that call each other",
            opts=ResourceOptions(parent=self),
        )
        self.arn = namespace.arn
        self.register_outputs({"arn": self.arn})
