"""What an ECS service is told of Service Connect: its namespace, the endpoint that it gives, where its proxy logs."""

from typing import TypedDict

from pulumi import Input
from pulumi_aws.ecs import (
    ServiceServiceConnectConfigurationArgs,
    ServiceServiceConnectConfigurationLogConfigurationArgs,
    ServiceServiceConnectConfigurationServiceArgs,
    ServiceServiceConnectConfigurationServiceClientAliasArgs,
)

from settings.connect import ConnectOptions
from settings.container import Port
from settings.options import options


@options()
class Mesh(TypedDict):
    """Where services meet, and where their proxies log."""

    namespace_arn: Input[str]
    """The Cloud Map namespace."""
    log_group_name: str
    """The service's own log group: its execution role may write there."""
    region: str
    """Where that is."""


def service_connect(
    name: str, port: Port, mesh: Mesh, endpoint: ConnectOptions | None
) -> ServiceServiceConnectConfigurationArgs:
    """The configuration of a service; its port mapping has this name too. Without an endpoint it only calls."""
    log = {
        "awslogs-group": mesh["log_group_name"],
        "awslogs-region": mesh["region"],
        "awslogs-stream-prefix": "connect",
        "mode": "non-blocking",
    }
    return ServiceServiceConnectConfigurationArgs(
        enabled=True,
        namespace=mesh["namespace_arn"],
        log_configuration=ServiceServiceConnectConfigurationLogConfigurationArgs(log_driver="awslogs", options=log),
        services=[_endpoint(name, port, endpoint)] if endpoint else None,
    )


def _endpoint(name: str, port: Port, endpoint: ConnectOptions) -> ServiceServiceConnectConfigurationServiceArgs:
    alias = ServiceServiceConnectConfigurationServiceClientAliasArgs(
        dns_name=endpoint["host"] or name, port=endpoint["port"] or port
    )
    return ServiceServiceConnectConfigurationServiceArgs(port_name=name, discovery_name=name, client_alias=[alias])
