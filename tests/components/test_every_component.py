"""What holds for each component, whatever it is made of."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import Output, ResourceOptions

from components.alarm_topic import AlarmTopic
from components.app import App
from components.app_image import AppImage
from components.certificate import Certificate
from components.cluster import Cluster
from components.ec2_capacity import Ec2Capacity
from components.image_repository import ImageRepository
from components.job import Job
from components.load_balancer import LoadBalancer
from components.log_bucket import LogBucket
from components.managed_instances import ManagedInstances
from components.namespace import Namespace
from components.network import Network
from components.public_repository import PublicRepository
from components.queue import Queue
from components.queue_alarms import QueueAlarms
from components.queue_scaling import QueueScaling
from components.registry_rules import RegistryRules
from components.release import Release
from components.scaling import Scaling
from components.scheduled_tasks import ScheduledTasks
from components.service import Service
from components.service_alarms import ServiceAlarms
from components.task import Task
from settings.options import OptionsError
from tests.components.declared import PLACE, Made, Outer, Thing, changes, declare

PROJECT = Path(__file__).resolve().parents[2]
Make = Callable[[ResourceOptions | None], pulumi.ComponentResource]
SUBNETS = ["subnet-a", "subnet-b"]
PLACED = {"account": PLACE, "architecture": "X86_64", "repository_name": "shop-dev/web"}
IMAGE = {**PLACED, "registry": "", "pushed_tags": []}
RELEASE = {
    "account": PLACE,
    "parameter_name": "/shop-dev/web/release",
    "cluster_name": "shop-dev",
    "service_name": "web",
    "task_definition_arn": "arn:task",
    "image": "ghcr.io/shop/web:1",
    "container": "web",
    "time_limit": 900,
}
WATCH = {"alarm_name": "shop-dev-web", "topic_arn": "arn:topic", "error_percent": 1, "insights": True}
RUNS = {"cluster_name": "shop-dev", "service_name": "web"}
JOB = {
    "account": PLACE,
    "parameter_name": "/shop-dev/web/before-release",
    "cluster_name": "shop-dev",
    "service_name": "web",
    "task_definition_arn": "arn:task",
    "container": "web",
    "subnet_ids": SUBNETS,
    "security_group_id": "sg-web",
    "capacity_provider": "FARGATE",
    "command": ["migrate"],
}
CLOCKED = {
    "tasks": {"cleanup": {"command": ["cleanup"], "schedule": "rate(1 day)"}},
    "account": PLACE,
    "cluster_name": "shop-dev",
    "family": "shop-dev-web",
    "task_definition_arn": "arn:task",
    "role_arns": ["arn:role/execution", "arn:role/task"],
    "container": "web",
    "subnet_ids": SUBNETS,
    "security_group_id": "sg-web",
    "capacity_provider": "FARGATE",
}
SERVICE = {
    "account": PLACE,
    "job_parameter_name": "/shop-dev/web/before-release",
    "before_release": {"command": ["migrate"]},
    "watch": WATCH,
    "service_name": "web",
    "cluster_arn": "arn:cluster",
    "cluster_name": "shop-dev",
    "vpc_id": "vpc-1",
    "subnet_ids": SUBNETS,
    "balancer_group_id": "sg-balancer",
    "balancer_arn_suffix": "app/shop/1",
    "listener_arn": "arn:listener",
    "container": "web",
    "port": 8080,
    "capacity": [{"provider": "FARGATE"}],
    "priority": 7,
    "scaling": {},
}
BALANCER = {
    "account": PLACE,
    "domains": [{"name": "www.example.com", "zone": "example.com"}],
    "vpc_id": "vpc-1",
    "cidr": "10.0.0.0/16",
    "public_subnet_ids": SUBNETS,
    "private_subnet_ids": SUBNETS,
    "protect": False,
}
INSTANCES = {
    "account": PLACE,
    "cluster_name": "shop-dev",
    "vpc_id": "vpc-1",
    "subnet_ids": SUBNETS,
    "protect": False,
}
TASK = {
    **PLACED,
    "family": "shop-dev-web",
    "container": "web",
    "image": "ghcr.io/shop/web:1",
    "version": "1",
    "log_group_name": "/shop-dev/web",
    "permissions": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::shop/*"]}],
    "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
}
APP = {
    **IMAGE,
    "stack_name": "shop-dev",
    "repository": {"pull_accounts": ["111111111111"]},
    "protect": False,
    "priority": 7,
    "scaling": {},
    "image": {"context": str(PROJECT / "app")},
}


class Repository(pulumi.ComponentResource):
    """As much of a repository as an image needs."""

    def __init__(self) -> None:
        super().__init__("test:index:Repository", "web", {})
        self.registry_id = Output.from_input("123456789012")


def _app(args: Any, opts: ResourceOptions | None) -> App:
    place: Any = {
        "network": SimpleNamespace(vpc_id="vpc-1", private_subnet_ids=SUBNETS),
        "cluster": SimpleNamespace(
            arn="arn:cluster",
            cluster_name="shop-dev",
            insights=True,
            strategy=[{"provider": "FARGATE"}],
            shared=False,
            ec2_provider="",
            ec2_architecture="",
            managed_provider="",
            managed_architecture="",
        ),
        "alarms": SimpleNamespace(arn="arn:topic", error_percent=1),
        "namespace": None,
        "balancer": SimpleNamespace(
            security_group_id="sg", arn_suffix="app/shop/1", listener_arn="arn", url=Output.from_input("http://x")
        ),
    }
    return App("web", args, place, lambda _: None, [], opts)


MAKERS: dict[str, tuple[Any, Callable[[Any, ResourceOptions | None], pulumi.ComponentResource]]] = {
    "App": (APP, _app),
    "AppImage": (
        {**IMAGE, "context": str(PROJECT / "app")},
        lambda args, opts: AppImage("web", args, Repository(), opts),
    ),
    "AlarmTopic": (
        {"account": PLACE, "protect": False, "enabled": True, "emails": ["a@example.com"]},
        lambda args, opts: AlarmTopic("alarms", args, opts),
    ),
    "ServiceAlarms": (
        {**WATCH, "balancer_arn_suffix": "app/a", "target_group_arn_suffix": "tg/b", **RUNS},
        lambda args, opts: ServiceAlarms("web", args, opts),
    ),
    "Certificate": (
        {"domains": [{"name": "www.example.com", "zone_id": "Z1"}]},
        lambda args, opts: Certificate("balancer", args, opts),
    ),
    "Cluster": (
        {**INSTANCES, "ec2": {}, "managed_instances": {}},
        lambda args, opts: Cluster("cluster", args, lambda _: None, opts),
    ),
    "Ec2Capacity": (INSTANCES, lambda args, opts: Ec2Capacity("cluster-ec2", args, [], opts)),
    "ImageRepository": (
        {"repository_name": "shop-dev/web", "account": PLACE, "protect": False, "pull_accounts": ["111111111111"]},
        lambda args, opts: ImageRepository("web", args, opts),
    ),
    "Job": (JOB, lambda args, opts: Job("web", args, lambda _: None, [], opts)),
    "LoadBalancer": (BALANCER, lambda args, opts: LoadBalancer("balancer", args, opts)),
    "LogBucket": (
        {"account": PLACE, "days": 90, "protect": False},
        lambda args, opts: LogBucket("logs", args, opts),
    ),
    "ManagedInstances": (
        {key: value for key, value in INSTANCES.items() if key != "protect"},
        lambda args, opts: ManagedInstances("cluster-managed", args, [], opts),
    ),
    "Namespace": ({"namespace_name": "shop-dev"}, lambda args, opts: Namespace("namespace", args, opts)),
    "Network": (
        {"account": PLACE, "log_group_name": "/shop-dev/flow", "egress": "endpoints"},
        lambda args, opts: Network("network", args, opts),
    ),
    "PublicRepository": (
        {"repository_name": "shop/web", "protect": False},
        lambda args, opts: PublicRepository("web", args, opts),
    ),
    "RegistryRules": (
        {
            "account": PLACE,
            "stack_name": "shop-dev",
            "repository": {},
            "scanning": "BASIC",
            "replicate_to": ["eu-west-1"],
            "caches": {"quay": {"upstream": "quay.io"}},
        },
        lambda args, opts: RegistryRules("registry", args, opts),
    ),
    "Queue": (
        {"account": PLACE, "queue_name": "shop-dev-web", "protect": False},
        lambda args, opts: Queue("web", args, opts),
    ),
    "QueueAlarms": (
        {
            "alarm_name": "shop-dev-web",
            "topic_arn": "arn:topic",
            "queue_name": "q",
            "dead_name": "d",
            "oldest_message": 900,
        },
        lambda args, opts: QueueAlarms("web", args, opts),
    ),
    "QueueScaling": ({"queue_name": "q", **RUNS}, lambda args, opts: QueueScaling("web", args, opts)),
    "Release": (RELEASE, lambda args, opts: Release("web", args, lambda _: None, [], opts)),
    "Scaling": (
        {"cluster_name": "shop-dev", "service_name": "web", "resource_label": "a/b", "requests": 1},
        lambda args, opts: Scaling("web", args, opts),
    ),
    "ScheduledTasks": (CLOCKED, lambda args, opts: ScheduledTasks("web", args, [], opts)),
    "Service": (
        SERVICE,
        lambda args, opts: Service("web", args, SimpleNamespace(arn="arn:task"), lambda _: None, [], opts),
    ),
    "Task": (TASK, lambda args, opts: Task("web", args, [], opts)),
}
CALLS = {
    "getAuthorizationToken": {"userName": "AWS", "password": "a token"},
    "getZone": {"zoneId": "Z1"},
    "getVpc": {"cidrBlock": "10.0.0.0/16"},
    "getParameter": {"insecureValue": "ami-1"},
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Make:
    args, maker = MAKERS[request.param]
    return lambda opts: maker(args, opts)


def made(make: Make, opts: Callable[[], ResourceOptions | None] = lambda: None) -> Made:
    return declare(lambda: make(opts()), CALLS)


def test_each_file_has_its_tests():
    files = {path.stem for path in (PROJECT / "components").glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files - tests == set()


def test_each_component_is_here():
    texts = "".join(path.read_text() for path in (PROJECT / "components").glob("*.py"))
    assert texts.count("(pulumi.ComponentResource):") == len(MAKERS)


def test_a_component_inside_another_keeps_its_children_under_itself(make: Make):
    alone = made(make)
    inside = made(make, lambda: ResourceOptions(parent=Outer()))
    assert changes(alone, inside) == {}
    own = type(alone.component).__name__
    for key, child in inside.children.items():
        if "opts.parent" not in child:
            assert inside.urns[key].split("::")[2].startswith(f"slipway:index:{own}$")


def test_options_of_a_component_are_not_its_childrens(make: Make):
    def opts() -> ResourceOptions:
        return ResourceOptions(
            depends_on=[Thing("before")],
            ignore_changes=["name", "tags"],
            aliases=[pulumi.Alias(name="before")],
            replace_on_changes=["name"],
            delete_before_replace=True,
        )

    assert changes(made(make), made(make, opts)) == {}


def elsewhere() -> ResourceOptions:
    return ResourceOptions(providers=[aws.Provider("elsewhere", region="eu-west-1")])


def test_a_provider_reaches_every_child_and_every_look_up(make: Make):
    found = made(make, elsewhere)
    for key, child in found.children.items():
        if key.startswith("aws:"):
            assert child["opts.provider"].endswith("::elsewhere::aws.elsewhere.id"), key
        elif key.startswith("awsx:"):
            assert set(child["opts.providers"]) == {"aws"}
    for call in found.calls:
        assert call["provider"].endswith("::elsewhere::aws.elsewhere.id"), call["token"]


def test_the_look_up_of_an_existing_network_has_the_provider_too():
    existing = {"vpc_id": "vpc-1", "public_subnet_ids": SUBNETS, "private_subnet_ids": SUBNETS}
    args: Any = {"account": PLACE, "log_group_name": "", "existing": existing}
    (call,) = declare(lambda: Network("network", args, elsewhere()), CALLS).calls
    assert call["provider"].endswith("::elsewhere::aws.elsewhere.id")


APART = {
    "App": {"task", "service", "pace", "port", "queue", "recorded"},
    "Task": {"containers", "container_definitions"},
}
"""What is given or registered, not both: parts of an application, and a text that one unknown would make unknown."""


def test_what_a_component_gives_is_what_it_registers(make: Make):
    found = made(make)
    apart = APART.get(type(found.component).__name__, set())
    registered, given = (
        {key: value for key, value in every.items() if key not in apart} for every in (found.outputs, found.attributes)
    )
    assert registered == given
    assert None not in registered.values()


@pytest.mark.parametrize("name", MAKERS)
def test_an_unknown_argument_is_named(name: str):
    args, maker = MAKERS[name]
    with pytest.raises(OptionsError, match=r"\.nonsense: unknown key"):
        declare(lambda: maker({**args, "nonsense": 1}, None))
