"""Cluster: what runs the tasks.

Always: an ECS cluster with Fargate and Fargate Spot, a default strategy, Container Insights, and a log
group for `ecs exec`; nothing for an existing cluster. Optional: EC2 instances and ECS Managed Instances, which need a
network.
"""

from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceHook, ResourceHookBinding, ResourceOptions

from components.account import Account, elsewhere
from components.ec2_capacity import Ec2Capacity, Ec2CapacityArgs
from components.managed_instances import ManagedInstances, ManagedInstancesArgs
from components.names import capacity_provider
from components.record import Settle
from settings.cluster import EC2, MANAGED, CapacityShare, ClusterOptions, ExistingCluster, architectures
from settings.options import Problem, complete, options

EXEC_LOG_DAYS = 90


def _existing_here(given: "ClusterArgs") -> Iterator[Problem]:
    if given["existing"] and (why := elsewhere(given["account"], given["existing"]["arn"])):
        yield Problem("existing.arn", given["existing"]["arn"], why)


@options(_existing_here, extends=ClusterOptions)
class ClusterArgs(ClusterOptions):
    """Arguments of `Cluster`."""

    cluster_name: str
    """Name of a new cluster, typed by people."""
    account: Account
    """Where it is."""
    vpc_id: Input[str]
    """VPC of its instances, if it has any."""
    subnet_ids: Input[list[str]]
    """Subnets of its instances: private ones."""
    protect: bool
    """Protect its instances: see `Ec2Capacity`."""


class Cluster(pulumi.ComponentResource):
    """An ECS cluster."""

    arn: Output[str]
    """Its ARN."""
    cluster_name: str
    """Its name."""
    shared: bool
    """Whether something else manages it: others may have services of the same names on it."""
    exec_log_group_name: str
    """Name of the log group that ECS Exec writes to."""
    insights: bool
    """Whether Container Insights count its tasks."""
    strategy: list[CapacityShare]
    """The strategy of services that name none."""
    ec2_provider: str
    """Name of the capacity provider that `EC2` in a strategy stands for; empty without instances."""
    ec2_architecture: str
    """CPU architecture of its instances; empty without."""
    managed_provider: str
    """Name of the capacity provider that `MANAGED_INSTANCES` in a strategy stands for; empty without such instances."""
    managed_architecture: str
    """CPU architecture of its managed instances; empty without."""

    def __init__(self, name: str, args: ClusterArgs, ready: Settle, opts: ResourceOptions | None = None) -> None:
        """`ready` returns when each capacity provider that the association names is one that ECS takes."""
        super().__init__("slipway:index:Cluster", name, {}, opts)
        args = complete(ClusterArgs, args, name)
        self.strategy, there = args["strategy"], architectures(args)
        self.ec2_architecture, self.managed_architecture = there.get(EC2, ""), there.get(MANAGED, "")
        self.managed_provider = ""
        self.shared = args["existing"] is not None
        if args["existing"]:
            self._use(args["existing"])
        else:
            self._create(name, args, ready)
        self.register_outputs(
            {
                "arn": self.arn,
                "cluster_name": self.cluster_name,
                "shared": self.shared,
                "exec_log_group_name": self.exec_log_group_name,
                "insights": self.insights,
                "strategy": self.strategy,
                "ec2_provider": self.ec2_provider,
                "ec2_architecture": self.ec2_architecture,
                "managed_provider": self.managed_provider,
                "managed_architecture": self.managed_architecture,
            }
        )

    def _use(self, existing: ExistingCluster) -> None:
        self.arn = Output.from_input(existing["arn"])
        self.cluster_name = existing["arn"].rpartition("/")[2]
        self.exec_log_group_name = existing["exec_log_group"] or _exec_log_group(self.cluster_name)
        self.insights = existing["container_insights"]
        self.ec2_provider = existing["ec2"]["provider"] if existing["ec2"] else ""

    def _create(self, name: str, args: ClusterArgs, ready: Settle) -> None:
        child = ResourceOptions(parent=self)
        self.insights = args["container_insights"] != "disabled"
        self.cluster_name = args["cluster_name"]
        self.exec_log_group_name = _exec_log_group(self.cluster_name)
        exec_log = aws.cloudwatch.LogGroup(
            f"{name}-exec",
            name=self.exec_log_group_name,
            retention_in_days=EXEC_LOG_DAYS,
            opts=child,
        )
        logging = aws.ecs.ClusterConfigurationExecuteCommandConfigurationArgs(
            logging="OVERRIDE",
            log_configuration=aws.ecs.ClusterConfigurationExecuteCommandConfigurationLogConfigurationArgs(
                cloud_watch_log_group_name=exec_log.name
            ),
        )
        cluster = aws.ecs.Cluster(
            name,
            name=self.cluster_name,
            settings=[aws.ecs.ClusterSettingArgs(name="containerInsights", value=args["container_insights"])],
            configuration=aws.ecs.ClusterConfigurationArgs(execute_command_configuration=logging),
            opts=child,
        )
        self.ec2_provider = capacity_provider("ec2", self.cluster_name) if args["ec2"] else ""
        if args["managed_instances"]:
            self.managed_provider = capacity_provider("managed", self.cluster_name)
        own = {EC2: self.ec2_provider, MANAGED: self.managed_provider}
        providers = aws.ecs.ClusterCapacityProviders(
            name,
            cluster_name=cluster.name,
            capacity_providers=[
                "FARGATE",
                "FARGATE_SPOT",
                *self._instances(name, args, cluster),
                *self._managed(name, args, cluster),
            ],
            default_capacity_provider_strategies=[
                aws.ecs.ClusterCapacityProvidersDefaultCapacityProviderStrategyArgs(
                    capacity_provider=own.get(share["provider"], share["provider"]),
                    base=share["base"],
                    weight=share["weight"],
                )
                for share in self.strategy
            ],
            opts=self._once_active(name, ready) if args["managed_instances"] else child,
        )
        # A service may name a provider only once the cluster has it, so the ARN waits for both.
        self.arn = Output.all(cluster.arn, providers.id).apply(lambda both: str(both[0]))

    def _instances(self, name: str, args: ClusterArgs, cluster: aws.ecs.Cluster) -> list[Output[str]]:
        """The capacity provider of the cluster's instances, if it is to have any."""
        if not args["ec2"]:
            return []
        wiring: Ec2CapacityArgs = {
            **args["ec2"],
            "account": args["account"],
            "cluster_name": args["cluster_name"],
            "vpc_id": args["vpc_id"],
            "subnet_ids": args["subnet_ids"],
            "protect": args["protect"],
        }
        return [Ec2Capacity(f"{name}-ec2", wiring, [cluster], ResourceOptions(parent=self)).provider_name]

    def _managed(self, name: str, args: ClusterArgs, cluster: aws.ecs.Cluster) -> list[Output[str]]:
        """The capacity provider of the cluster's managed instances, if it is to have any."""
        if not args["managed_instances"]:
            return []
        wiring: ManagedInstancesArgs = {
            **args["managed_instances"],
            "account": args["account"],
            "cluster_name": args["cluster_name"],
            "vpc_id": args["vpc_id"],
            "subnet_ids": args["subnet_ids"],
        }
        return [ManagedInstances(f"{name}-managed", wiring, [cluster], ResourceOptions(parent=self)).provider_name]

    def _once_active(self, name: str, ready: Settle) -> ResourceOptions:
        """ECS makes such a provider after it has answered, and associates none before (pulumi-aws #6061)."""
        hook = ResourceHook(f"{name}-active", ready)
        return ResourceOptions(parent=self, hooks=ResourceHookBinding(before_create=[hook], before_update=[hook]))


def _exec_log_group(cluster_name: str) -> str:
    return f"/{cluster_name}/exec"
