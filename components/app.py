"""App: one application, from its Dockerfile to a service that answers.

Always: the image's repository (unless the image comes from elsewhere), the image, the task, the service
and its release record. Optional: a queue that it works off. Needs a network, a cluster and a load balancer.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, NotRequired, TypedDict, cast
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions
from pydantic import Field

from components.account import Account
from components.alarm_topic import AlarmTopic
from components.app_image import AppImage, AppImageArgs, Promoted
from components.cluster import Cluster
from components.image_repository import ImageRepository
from components.load_balancer import LoadBalancer
from components.namespace import Namespace
from components.network import Network
from components.queue import Queue, QueueArgs
from components.queue_alarms import QueueAlarms, QueueAlarmsArgs
from components.record import Settle
from components.release import Release
from components.service import Service
from components.service_alarms import Watch
from components.service_connect import Mesh
from components.task import Task, TaskArgs
from release.commands import Subject, commands
from release.record import Site
from release.timing import INSTANCE_ALLOWANCE, Pace
from settings.cluster import EC2, GIVEN_BY, MANAGED, CapacityShare, launch_type
from settings.dependencies import dependency_problems
from settings.options import OptionsError, Problem, complete, options, part
from settings.repository import RepositoryOptions
from settings.service import Priority, RoutingOptions, RunningOptions, ServiceOptions, is_built, placement_problems
from settings.task import TaskOptions

WILDCARD = re.compile(r"[*?]")


@options(extends=ServiceOptions)
class AppArgs(ServiceOptions):
    """Arguments of `App`."""

    account: Account
    """Where it is."""
    stack_name: str
    """`PROJECT-STACK`: start of every name that people type."""
    registry: str
    """Host of an emulated registry; the account's own ECR when empty."""
    repository: RepositoryOptions
    """What its image repository keeps."""
    protect: bool
    """Refuse to delete its images and secrets."""
    repository_name: str
    """Name of its image repository."""
    pushed_tags: list[str]
    """Tags that the repository already has."""
    promoted: NotRequired[Annotated[Promoted | None, Field(default=None)]]
    """The image of another stack that `image.promote_from` leads to."""
    priority: Priority | None
    """Priority of its listener rule; None for a service without one."""
    addresses: NotRequired[Annotated[dict[str, str], Field(default_factory=dict)]]
    """Addresses of the applications that it calls, by environment variable; its own `environment` comes before them."""


class Place(TypedDict):
    """What applications share."""

    network: Network
    cluster: Cluster
    balancer: LoadBalancer
    alarms: AlarmTopic | None
    namespace: Namespace | None


class App(pulumi.ComponentResource):
    """An application, built, run and followed."""

    url: Output[str] | None
    """Where it answers; None for a service without a load balancer."""
    queue: Queue | None
    """What it works off, if it is a worker."""
    image: str
    """The image that was declared."""
    task: Task
    """What runs."""
    service: Service
    """Where it runs."""
    pace: Pace
    """How long its releases take."""
    port: int
    """Port that its tasks listen on."""
    site: dict[str, str]
    """Where its releases are: account, region, cluster, service and release record."""
    commands: dict[str, str]
    """What people type on day two, by what it is for."""
    recorded: Output[int]
    """Version of its release record: known once the release is live."""

    def __init__(
        self,
        name: str,
        args: AppArgs,
        place: Place,
        settle: Settle,
        needs: Sequence["App"] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:App", name, {}, opts)
        args = complete(AppArgs, args, name, lambda given: _containers_start(name, given))
        _check_placement(name, args, place["cluster"])
        self.pace = _pace(args, place["cluster"])
        image = self._image(name, args)
        self.image = image.reference
        self.queue = self._queue(name, args)
        self.task = self._task(name, args, image, place["cluster"])
        self._queue_alarms(name, args, place["alarms"])
        self.port = args["task"]["port"]
        self.service = self._service(name, args, place, settle, needs)
        self.recorded = self._release(name, args, place, settle).version
        subject = _subject(name, args, place["cluster"])
        self.site, self.commands = subject.site._asdict(), commands(subject)
        routing = args["routing"]
        self.url = place["balancer"].url.apply(lambda url: _url(url, routing)) if routing else None
        self.register_outputs({"url": self.url, "image": self.image, "site": self.site, "commands": self.commands})

    def call(self, name: str, callee: "App") -> None:
        """Let its tasks reach those of another application: a rule on that one's group, made by who needs it.

        The rule stands between two groups and waits for nothing else, so applications may call each other.
        """
        aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=callee.service.security_group_id,
            referenced_security_group_id=self.service.security_group_id,
            description="a service that calls it",
            ip_protocol="tcp",
            from_port=callee.port,
            to_port=callee.port,
            opts=ResourceOptions(parent=self),
        )

    def _image(self, name: str, args: AppArgs) -> AppImage:
        child = ResourceOptions(parent=self)
        wiring: AppImageArgs = {
            **args["image"],
            "account": args["account"],
            "registry": args["registry"],
            "pushed_tags": args["pushed_tags"],
            "repository_name": args["repository_name"],
            "architecture": args["architecture"],
            "promoted": args["promoted"],
        }
        if not is_built(args["image"]):
            return AppImage(name, wiring, None, child)
        repository = ImageRepository(
            name,
            {
                **args["repository"],
                "repository_name": args["repository_name"],
                "account": args["account"],
                "protect": args["protect"],
            },
            child,
        )
        return AppImage(name, wiring, repository, child)

    def _queue(self, name: str, args: AppArgs) -> Queue | None:
        if not args["queue"]:
            return None
        wiring: QueueArgs = {
            **args["queue"],
            "account": args["account"],
            "queue_name": f"{args['stack_name']}-{name}",
            "protect": args["protect"],
        }
        return Queue(name, wiring, ResourceOptions(parent=self))

    def _queue_alarms(self, name: str, args: AppArgs, topic: AlarmTopic | None) -> None:
        if not (args["queue"] and self.queue and topic):
            return
        told: QueueAlarmsArgs = {
            "alarm_name": f"{args['stack_name']}-{name}",
            "topic_arn": topic.arn,
            "queue_name": self.queue.queue_name,
            "dead_name": self.queue.dead_name,
            "oldest_message": args["queue"]["oldest_message"],
        }
        QueueAlarms(name, told, ResourceOptions(parent=self))

    def _task(self, name: str, args: AppArgs, image: AppImage, cluster: Cluster) -> Task:
        wiring: TaskArgs = {
            **_fed({**args["task"], "environment": args["addresses"] | args["task"]["environment"]}, self.queue),
            "connect": args["connect"],
            "account": args["account"],
            "family": f"{args['stack_name']}-{name}",
            "container": name,
            "image": image.reference,
            "version": image.tag,
            "repository_name": args["repository_name"] if is_built(args["image"]) else None,
            "log_group_name": _log_group_name(name, args),
            "architecture": args["architecture"],
            "exec_log_group_name": cluster.exec_log_group_name if args["exec_enabled"] else None,
            "secret_prefix": f"{args['stack_name']}/{name}",
            "protect": args["protect"],
            "launch_type": launch_type(_strategy(args, cluster)),
        }
        needs = [image, *([self.queue] if self.queue else [])]
        return Task(name, wiring, needs, ResourceOptions(parent=self))

    def _service(self, name: str, args: AppArgs, place: Place, settle: Settle, needs: Sequence["App"]) -> Service:
        balancer, cluster = place["balancer"], place["cluster"]
        return Service(
            name,
            {
                **part(RunningOptions, args),
                "account": args["account"],
                "job_parameter_name": f"/{args['stack_name']}/{name}/before-release",
                "capacity": _strategy(args, cluster),
                "ec2_provider": cluster.ec2_provider,
                "managed_provider": cluster.managed_provider,
                # Names are unique on a cluster, and others may have the same services on a shared one.
                "service_name": _service_name(name, args, cluster),
                "cluster_arn": cluster.arn,
                "cluster_name": cluster.cluster_name,
                "vpc_id": place["network"].vpc_id,
                "subnet_ids": place["network"].private_subnet_ids,
                "balancer_group_id": balancer.security_group_id,
                "balancer_arn_suffix": balancer.arn_suffix,
                "listener_arn": balancer.listener_arn,
                "container": name,
                "port": args["task"]["port"],
                "priority": args["priority"],
                "queue_name": self.queue.queue_name if self.queue else "",
                "watch": _watch(f"{args['stack_name']}-{name}", place),
                "mesh": _mesh(name, args, place),
            },
            self.task,
            settle,
            [one.service.service for one in needs],
            ResourceOptions(parent=self),
        )

    def _release(
        self,
        name: str,
        args: AppArgs,
        place: Place,
        settle: Settle,
    ) -> Release:
        return Release(
            name,
            {
                "account": args["account"],
                "parameter_name": _record_name(name, args),
                "cluster_name": place["cluster"].cluster_name,
                "service_name": self.service.service_name,
                "task_definition_arn": self.task.arn,
                "image": self.image,
                "container": name,
                "time_limit": self.pace.limit,
            },
            settle,
            [self.service],
            ResourceOptions(parent=self),
        )


def _fed(task: TaskOptions, queue: Queue | None) -> TaskOptions:
    """The task with its queue's address in QUEUE_URL and the right to work it off."""
    if queue is None:
        return task
    return {
        **task,
        "environment": {"QUEUE_URL": queue.url} | task["environment"],
        "permissions": [*task["permissions"], *queue.permissions()],
    }


def _watch(alarm_name: str, place: Place) -> Watch | None:
    topic, insights = place["alarms"], place["cluster"].insights
    if topic is None:
        return None
    return {
        "alarm_name": alarm_name,
        "topic_arn": topic.arn,
        "error_percent": topic.error_percent,
        "insights": insights,
    }


def _mesh(name: str, args: AppArgs, place: Place) -> Mesh | None:
    if place["namespace"] is None or not (args["connect"] or args["calls"]):
        return None
    return {
        "namespace_arn": place["namespace"].arn,
        "log_group_name": _log_group_name(name, args),
        "region": args["account"]["region"],
    }


def _service_name(name: str, args: AppArgs, cluster: Cluster) -> str:
    """A cluster of its own has no other stack's services."""
    return f"{args['stack_name']}-{name}" if cluster.shared else name


def _log_group_name(name: str, args: AppArgs) -> str:
    return f"/{args['stack_name']}/{name}"


def _containers_start(name: str, args: AppArgs) -> Iterator[Problem]:
    """What the task would find, before anything is declared."""
    for problem in dependency_problems(name, args["task"]):
        yield problem._replace(path=f"task.{problem.path}")


def _pace(args: AppArgs, cluster: Cluster) -> Pace:
    if not args["routing"]:
        return _pace_alone(args, cluster)
    check = args["health_check"]
    return Pace(
        interval=check["interval"],
        timeout=check["timeout"],
        healthy=check["healthy"],
        unhealthy=check["unhealthy"],
        grace_period=args["grace_period"],
        deregistration_delay=args["deregistration_delay"],
        stop_timeout=args["task"]["stop_timeout"],
        desired_count=args["desired_count"],
        instance_start=_instance_start(args, cluster),
    )


def _subject(name: str, args: AppArgs, cluster: Cluster) -> Subject:
    scaling = args["scaling"] or args["queue"]
    account = args["account"]
    return Subject(
        site=Site(
            account["id"],
            account["region"],
            cluster.cluster_name,
            _service_name(name, args, cluster),
            _record_name(name, args),
        ),
        container=name,
        log_group=_log_group_name(name, args),
        desired_count=args["desired_count"],
        scaling=(scaling["min"], scaling["max"]) if scaling else None,
        provider={EC2: cluster.ec2_provider, MANAGED: cluster.managed_provider}.get(
            launch_type(_strategy(args, cluster))
        ),
        exec_enabled=args["exec_enabled"],
        routed=args["task"]["log_router"]["options"] if args["task"]["log_router"] else None,
    )


def _record_name(name: str, args: AppArgs) -> str:
    return f"/{args['stack_name']}/{name}/release"


def _pace_alone(args: AppArgs, cluster: Cluster) -> Pace:
    """Without a load balancer the container's own check tells when it is healthy, if it has one, and nothing drains."""
    check = args["task"]["health_check"]
    return Pace(
        interval=check["interval"] if check else 0,
        timeout=check["timeout"] if check else 0,
        healthy=1,
        unhealthy=check["retries"] if check else 0,
        grace_period=check["start_period"] if check else 0,
        deregistration_delay=0,
        stop_timeout=args["task"]["stop_timeout"],
        desired_count=args["desired_count"],
        instance_start=_instance_start(args, cluster),
    )


def _instance_start(args: AppArgs, cluster: Cluster) -> int:
    return INSTANCE_ALLOWANCE if launch_type(_strategy(args, cluster)) in GIVEN_BY else 0


def _strategy(args: AppArgs, cluster: Cluster) -> list[CapacityShare]:
    return args["capacity"] or cluster.strategy


def _check_placement(name: str, args: AppArgs, cluster: Cluster) -> None:
    there = {EC2: cluster.ec2_architecture, MANAGED: cluster.managed_architecture}
    found = list(placement_problems(args, cluster.strategy, {kind: each for kind, each in there.items() if each}))
    if found:
        problems = [problem._replace(path=f"{name}.{problem.path}") for problem in found]
        raise OptionsError(f"{name} cannot be made from these arguments:", problems)


def _url(balancer: str, routing: RoutingOptions) -> str:
    """Where the first of a service's paths answers: at its own host, if it has one without wildcards."""
    url = urlsplit(balancer)
    host = next((host for host in routing["hosts"] if not WILDCARD.search(host)), None)
    path = WILDCARD.split(routing["paths"][0])[0] if routing["paths"] else "/"
    port = f":{url.port}" if url.port else ""
    return url._replace(netloc=f"{host}{port}" if host else url.netloc, path=path).geturl()


def app_args(options_: ServiceOptions, wiring: dict[str, object]) -> AppArgs:
    """A service's options and what the stack adds to them."""
    return cast("AppArgs", {**options_, **wiring})
