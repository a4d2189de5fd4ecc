"""Service: tasks that run, answer and are replaced safely.

Always: an ECS service on a capacity provider strategy, and its closed security group. With routing: the group opened
for the balancer alone, a target group, a listener rule. Optional: scaling, by a queue too, alarms, Service Connect, a
task before each release, tasks by the clock. Needs a cluster, a balancer and a task.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, NotRequired

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions
from pydantic import Field

from components.account import Account
from components.job import Job, JobArgs
from components.load_balancer import ANYWHERE
from components.names import load_balancer
from components.queue_scaling import QueueScaling
from components.record import Settle
from components.scaling import Scaling
from components.scheduled_tasks import ScheduledTasks, ScheduledTasksArgs
from components.service_alarms import ServiceAlarms, Watch
from components.service_connect import Mesh, service_connect
from components.task import Task
from settings.cluster import EC2, GIVEN_BY, MANAGED, launch_type
from settings.container import Port
from settings.options import Problem, complete, options
from settings.service import Priority, RoutingOptions, RunningOptions

NOMINAL_PORT = 80
"""The target group's own port: ECS registers each task with the container's, and a constant one never
replaces the group (pulumi-aws #4220)."""


def _some_capacity(given: "ServiceArgs") -> Iterator[Problem]:
    if not given["capacity"]:
        yield Problem("capacity", given["capacity"], "names no capacity provider")
    kind = launch_type(given["capacity"])
    if not _provider(given, kind):
        yield Problem("capacity", kind, f"the cluster has no instances: give it {GIVEN_BY[kind]}")


def _somewhere_to_meet(given: "ServiceArgs") -> Iterator[Problem]:
    for key, value in (("connect", given["connect"]), ("calls", given["calls"])):
        if value and given["mesh"] is None:
            yield Problem(key, value, "needs a mesh: the namespace of Service Connect")


@options(_some_capacity, _somewhere_to_meet, extends=RunningOptions)
class ServiceArgs(RunningOptions):
    """Arguments of `Service`."""

    account: Account
    """Where it is."""
    service_name: str
    """Name of the service, typed by people."""
    job_parameter_name: str
    """Name of the record of the task before its releases, if it has one."""
    cluster_arn: Input[str]
    """Where it runs."""
    cluster_name: str
    """Name of that cluster."""
    vpc_id: Input[str]
    """VPC of the tasks."""
    subnet_ids: Input[list[str]]
    """Subnets of the tasks: private ones."""
    balancer_group_id: Input[str]
    """Security group of the balancer."""
    balancer_arn_suffix: Input[str]
    """The balancer, as metrics name it."""
    listener_arn: Input[str]
    """The listener that gets the rule."""
    container: str
    """Name of the container that answers."""
    port: Port
    """Port that it listens on."""
    ec2_provider: NotRequired[Annotated[str, Field(default="")]]
    """Name of the capacity provider that `EC2` in the strategy stands for."""
    managed_provider: NotRequired[Annotated[str, Field(default="")]]
    """Name of the capacity provider that `MANAGED_INSTANCES` in the strategy stands for."""
    priority: Priority | None
    """Priority of the listener rule; None without routing."""
    queue_name: NotRequired[Annotated[str, Field(default="")]]
    """Name of the queue that it works off; empty without one."""
    watch: Watch | None
    """Alarms, of which the one on 5xx answers rolls a deployment back; None for none."""
    mesh: NotRequired[Annotated[Mesh | None, Field(default=None)]]
    """Where it meets the services that it calls, or that call it; None for a service that does neither."""


class Service(pulumi.ComponentResource):
    """An ECS service, behind the load balancer or alone."""

    service: aws.ecs.Service
    """The service itself."""
    service_name: Output[str]
    """Its name."""
    security_group_id: Output[str]
    """The group of its tasks."""

    def __init__(
        self,
        name: str,
        args: ServiceArgs,
        task: Task,
        settle: Settle,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:Service", name, {}, opts)
        args = complete(ServiceArgs, args, name)
        group, let_in = self._group(name, args)
        targets = self._targets(name, args) if args["routing"] else None
        rules = [self._rule(name, args, args["routing"], targets)] if args["routing"] and targets else []
        alarms = self._alarms(name, args, targets)
        jobs = self._job(name, args, task, group, let_in, settle)
        self.service = aws.ecs.Service(
            name,
            name=args["service_name"],
            cluster=args["cluster_arn"],
            task_definition=task.arn,
            desired_count=args["desired_count"],
            capacity_provider_strategies=[
                aws.ecs.ServiceCapacityProviderStrategyArgs(
                    capacity_provider=_provider(args, share["provider"]),
                    base=share["base"],
                    weight=share["weight"],
                )
                for share in args["capacity"]
            ],
            # A change of strategy is made in place only with a new deployment (terraform-provider-aws #22823).
            force_new_deployment=True,
            deployment_circuit_breaker=aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            alarms=aws.ecs.ServiceAlarmsArgs(alarm_names=[alarms.errors], enable=True, rollback=True)
            if alarms
            else None,
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            health_check_grace_period_seconds=args["grace_period"] if targets else None,
            load_balancers=[
                aws.ecs.ServiceLoadBalancerArgs(
                    target_group_arn=targets.arn,
                    container_name=args["container"],
                    container_port=args["port"],
                )
            ]
            if targets
            else None,
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=args["subnet_ids"], security_groups=[group.id], assign_public_ip=False
            ),
            service_connect_configuration=service_connect(
                args["container"], args["port"], args["mesh"], args["connect"]
            )
            if args["mesh"]
            else None,
            propagate_tags="SERVICE",
            enable_ecs_managed_tags=True,
            enable_execute_command=args["exec_enabled"],
            # Release follows the deployment and tells why; the provider's own wait would come first and tell nothing.
            wait_for_steady_state=False,
            opts=ResourceOptions(
                parent=self,
                # A group without a listener is refused by ECS, and a task that is not let in is never healthy.
                depends_on=[*rules, *let_in, *([alarms] if alarms else []), *jobs, *needs],
                ignore_changes=["desiredCount"] if args["scaling"] or args["queue"] else [],
            ),
        )
        self.service_name, self.security_group_id = self.service.name, group.id
        self._scale(name, args, targets)
        self._schedule(name, args, task, group, [*let_in, *jobs])
        self.register_outputs(
            {
                "service": self.service,
                "service_name": self.service_name,
                "security_group_id": self.security_group_id,
            }
        )

    def _scale(self, name: str, args: ServiceArgs, targets: aws.lb.TargetGroup | None) -> None:
        child = ResourceOptions(parent=self)
        service = {"cluster_name": args["cluster_name"], "service_name": self.service_name}
        if args["queue"]:
            wiring = {"queue_name": args["queue_name"], **service}
            QueueScaling(name, {**args["queue"], **wiring}, child)  # pyright: ignore[reportArgumentType] - two halves of QueueScalingArgs
        if args["scaling"]:
            label = Output.concat(args["balancer_arn_suffix"], "/", targets.arn_suffix) if targets else ""
            wiring = {"resource_label": label, **service}
            Scaling(name, {**args["scaling"], **wiring}, child)  # pyright: ignore[reportArgumentType] - two halves of ScalingArgs

    def _group(self, name: str, args: ServiceArgs) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
        child = ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args["vpc_id"],
            description="Tasks: open for the load balancer only" if args["routing"] else "Tasks: open for nobody",
            opts=child,
        )
        # The registry, the log and what the application calls: where private subnets lead is the network's choice.
        out = aws.vpc.SecurityGroupEgressRule(
            f"{name}-out",
            security_group_id=group.id,
            description="registry, logs and what the application calls",
            cidr_ipv4=ANYWHERE,
            ip_protocol="-1",
            opts=child,
        )
        return group, [*(self._let_in(name, args, group) if args["routing"] else []), out]

    def _let_in(self, name: str, args: ServiceArgs, group: aws.ec2.SecurityGroup) -> list[pulumi.Resource]:
        child = ResourceOptions(parent=self)
        from_balancer = aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-balancer",
            security_group_id=group.id,
            referenced_security_group_id=args["balancer_group_id"],
            description="the load balancer",
            ip_protocol="tcp",
            from_port=args["port"],
            to_port=args["port"],
            opts=child,
        )
        to_tasks = aws.vpc.SecurityGroupEgressRule(
            f"{name}-from-balancer",
            security_group_id=args["balancer_group_id"],
            referenced_security_group_id=group.id,
            description=f"tasks of {args['service_name']}",
            ip_protocol="tcp",
            from_port=args["port"],
            to_port=args["port"],
            opts=child,
        )
        return [from_balancer, to_tasks]

    def _job(
        self,
        name: str,
        args: ServiceArgs,
        task: Task,
        group: aws.ec2.SecurityGroup,
        let_in: Sequence[pulumi.Resource],
        settle: Settle,
    ) -> list[pulumi.Resource]:
        """The task before each release, if there is one: where the service's own tasks run, with its rights."""
        if not args["before_release"]:
            return []
        wiring: JobArgs = {
            **args["before_release"],
            "account": args["account"],
            "parameter_name": args["job_parameter_name"],
            "cluster_name": args["cluster_name"],
            "service_name": args["service_name"],
            "task_definition_arn": task.arn,
            "container": args["container"],
            "subnet_ids": args["subnet_ids"],
            "security_group_id": group.id,
            "capacity_provider": _on_demand(args),
        }
        return [Job(name, wiring, settle, let_in, ResourceOptions(parent=self))]

    def _schedule(
        self,
        name: str,
        args: ServiceArgs,
        task: Task,
        group: aws.ec2.SecurityGroup,
        needs: Sequence[pulumi.Resource],
    ) -> None:
        """The tasks by the clock, if there are any: of the new revision once the task before its release is done."""
        if not args["scheduled_tasks"]:
            return
        wiring: ScheduledTasksArgs = {
            "tasks": args["scheduled_tasks"],
            "account": args["account"],
            "cluster_name": args["cluster_name"],
            "family": task.family,
            "task_definition_arn": task.arn,
            "role_arns": Output.all(task.execution_role_arn, task.task_role_arn),
            "container": args["container"],
            "subnet_ids": args["subnet_ids"],
            "security_group_id": group.id,
            "capacity_provider": _on_demand(args),
        }
        ScheduledTasks(name, wiring, needs, ResourceOptions(parent=self))

    def _targets(self, name: str, args: ServiceArgs) -> aws.lb.TargetGroup:
        check = args["health_check"]
        return aws.lb.TargetGroup(
            load_balancer(name),
            vpc_id=args["vpc_id"],
            target_type="ip",
            port=NOMINAL_PORT,
            protocol="HTTP",
            deregistration_delay=args["deregistration_delay"],
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=check["path"],
                interval=check["interval"],
                timeout=check["timeout"],
                healthy_threshold=check["healthy"],
                unhealthy_threshold=check["unhealthy"],
                matcher=check["codes"],
            ),
            opts=ResourceOptions(parent=self),
        )

    def _alarms(self, name: str, args: ServiceArgs, targets: aws.lb.TargetGroup | None) -> ServiceAlarms | None:
        """The alarms of a service that answers; those of a queue are beside it, and roll nothing back."""
        if args["watch"] is None or targets is None:
            return None
        return ServiceAlarms(
            name,
            {
                **args["watch"],
                "balancer_arn_suffix": args["balancer_arn_suffix"],
                "target_group_arn_suffix": targets.arn_suffix,
                "cluster_name": args["cluster_name"],
                "service_name": args["service_name"],
            },
            ResourceOptions(parent=self),
        )

    def _rule(
        self, name: str, args: ServiceArgs, routing: RoutingOptions, targets: aws.lb.TargetGroup
    ) -> aws.lb.ListenerRule:
        paths, hosts = routing["paths"], routing["hosts"]
        conditions: list[aws.lb.ListenerRuleConditionArgs] = []
        if paths:
            values = aws.lb.ListenerRuleConditionPathPatternArgs(values=paths)
            conditions.append(aws.lb.ListenerRuleConditionArgs(path_pattern=values))
        if hosts:
            names = aws.lb.ListenerRuleConditionHostHeaderArgs(values=hosts)
            conditions.append(aws.lb.ListenerRuleConditionArgs(host_header=names))
        return aws.lb.ListenerRule(
            name,
            listener_arn=args["listener_arn"],
            priority=args["priority"],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=targets.arn)],
            conditions=conditions,
            opts=ResourceOptions(parent=self),
        )


def _on_demand(args: ServiceArgs) -> str:
    """What a task runs on that nothing starts again."""
    return _provider(args, launch_type(args["capacity"]))


def _provider(args: ServiceArgs, asked: str) -> str:
    """The name of a capacity provider as ECS knows it."""
    return {EC2: args["ec2_provider"], MANAGED: args["managed_provider"]}.get(asked, asked)
