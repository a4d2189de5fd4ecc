"""The whole stack file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field

from settings.alarms import AlarmOptions
from settings.calls import call_problems
from settings.cluster import MANAGED, ClusterOptions, architectures, launch_type, machine_problems
from settings.dependencies import dependency_problems
from settings.load_balancer import LoadBalancerOptions
from settings.network import NetworkOptions
from settings.options import OptionsError, Problem, model_of, options, read
from settings.platform import REFERENCE, filled_in
from settings.public_repository import PublicRepositoryOptions
from settings.registry_rules import RegistryRulesOptions
from settings.repository import RepositoryOptions
from settings.secret import secret_source
from settings.service import ServiceOptions, placement_problems
from settings.task import every_secret

NAME = re.compile(r"(?!aws|ssm)[a-z0-9]+([_-][a-z0-9]+)*")
"""What ECR repositories, ECS clusters and task families, and SSM parameters can all be named after (API references:
CreateRepository, CreateCluster, RegisterTaskDefinition, PutParameter)."""
RULES_PER_BALANCER = 100
"""Listener rules that one load balancer may have ("Quotas for your Application Load Balancers")."""


SEALED = (
    "holds a secret, which would be in plain text in the state: keep it in Secrets Manager or SSM, and name it by ARN "
    "in task.secrets"
)


def _within_the_quota(given: "StackOptions") -> Iterator[Problem]:
    routed = [service for service in given["services"].values() if service["routing"]]
    if len(routed) > RULES_PER_BALANCER:
        yield Problem(
            "services",
            len(routed),
            f"one load balancer has room for {RULES_PER_BALANCER} services",
        )


def _reached_by_endpoints(given: "StackOptions") -> Iterator[Problem]:
    """With endpoints in place of NAT, a task starts only if what ECS needs for it has an endpoint."""
    network = given["network"]
    if network["egress"] != "endpoints":
        return
    there = {endpoint.rsplit(".", 1)[-1] for endpoint in network["endpoints"]}
    for path, value, kind in _endpoints_needed(given["services"], given["cluster"]):
        if kind not in there:
            yield Problem(path, value, f"nothing leads to {kind} from this network: add {kind!r} to network.endpoints")


def _endpoints_needed(
    services: dict[str, ServiceOptions], cluster: ClusterOptions
) -> Iterator[tuple[str, object, str]]:
    """Where something is asked for, what it is, and the AWS service behind it."""
    for path, given in (("cluster.ec2", cluster["ec2"]), ("cluster.managedInstances", cluster["managed_instances"])):
        if given:
            # What the agent on an instance talks to ("Amazon ECS interface VPC endpoints (AWS PrivateLink)").
            yield from ((path, "instances", kind) for kind in ("ecs", "ecs-agent", "ecs-telemetry"))
    for name, service in services.items():
        for place, text in every_secret(service["task"]):
            if found := secret_source(text):
                yield f"services.{name}.task.{place}", text, found.service
        if service["queue"]:
            yield f"services.{name}.queue", "a queue", "sqs"
        if service["exec_enabled"]:
            yield f"services.{name}.execEnabled", True, "ssmmessages"


def _containers_that_start(given: "StackOptions") -> Iterator[Problem]:
    for name, service in given["services"].items():
        for problem in dependency_problems(name, service["task"]):
            yield problem._replace(path=f"services.{name}.task.{problem.path}")


def _calls_that_arrive(given: "StackOptions") -> Iterator[Problem]:
    return call_problems(given["services"])


def _services_fit_their_capacity(given: "StackOptions") -> Iterator[Problem]:
    cluster = given["cluster"]
    for name, service in given["services"].items():
        for problem in placement_problems(service, cluster["strategy"], architectures(cluster)):
            yield problem._replace(path=f"services.{name}.{problem.path}")
        managed, task = cluster["managed_instances"], service["task"]
        if managed and launch_type(service["capacity"] or cluster["strategy"]) == MANAGED:
            for problem in machine_problems(task["cpu"], task["memory"], managed):
                yield problem._replace(path=f"services.{name}.task.{problem.path}")


def _in_the_vpc_of_what_is_shared(given: "StackOptions") -> Iterator[Problem]:
    """A balancer sends requests inside its VPC, and instances give tasks an interface in theirs."""
    if given["network"]["existing"]:
        return
    if balancer := given["load_balancer"]["existing"]:
        why = "its tasks have to be in the load balancer's VPC: give network.existing"
        yield Problem("loadBalancer.existing", balancer["listener_arn"], why)
    cluster = given["cluster"]["existing"]
    if cluster and cluster["ec2"]:
        why = "its tasks have to be in the instances' VPC: give network.existing"
        yield Problem("cluster.existing.ec2", cluster["ec2"]["provider"], why)


@options(
    _in_the_vpc_of_what_is_shared,
    _within_the_quota,
    _services_fit_their_capacity,
    _reached_by_endpoints,
    _containers_that_start,
    _calls_that_arrive,
)
class StackOptions(TypedDict):
    """The settings of a stack."""

    services: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,22}[a-z0-9]$")], ServiceOptions]
    """The services by name: lower case letters, digits and hyphens, 2 to 24 characters. None (`{}`) for a stack that
    others share."""
    platform: NotRequired[Annotated[str, Field(default="", pattern=rf"^$|{REFERENCE}")]]
    """`ORGANIZATION/PROJECT/STACK` of another stack of Slipway, whose network, cluster and load balancer this one
    shares. It stands in place of `network`, `loadBalancer` and all of `cluster` but `strategy`."""
    network: NotRequired[Annotated[NetworkOptions, Field(default_factory=dict, validate_default=True)]]
    """Where they live."""
    cluster: NotRequired[Annotated[ClusterOptions, Field(default_factory=dict, validate_default=True)]]
    """What runs them."""
    load_balancer: NotRequired[Annotated[LoadBalancerOptions, Field(default_factory=dict, validate_default=True)]]
    """What answers for them."""
    repository: NotRequired[Annotated[RepositoryOptions, Field(default_factory=dict, validate_default=True)]]
    """What keeps their images."""
    registry_rules: NotRequired[Annotated[RegistryRulesOptions, Field(default_factory=dict, validate_default=True)]]
    """What holds for all repositories of the account in its region: one stack names it; nothing when left out."""
    public_repositories: NotRequired[
        Annotated[
            dict[Annotated[str, Field(pattern=r"^(?=.{2,205}$)[a-z0-9]+([._/-][a-z0-9]+)*$")], PublicRepositoryOptions],
            Field(default_factory=dict),
        ]
    ]
    """Repositories of ECR Public by name: what is pushed there is published. No service runs from them."""
    alarms: NotRequired[Annotated[AlarmOptions, Field(default_factory=dict, validate_default=True)]]
    """What is watched, and who is told."""
    registry: NotRequired[Annotated[str, Field(default="", pattern=r"^$|^(127\.0\.0\.1|localhost):\d+$")]]
    """Host of an emulated registry on loopback; the account's own ECR when left out."""
    protect: NotRequired[Annotated[bool, Field(default=False)]]
    """Refuse to delete repositories, secrets, load balancer, its logs and keys: for stacks that people rely on."""


def full_name() -> str:
    """`PROJECT-STACK` of the running stack: start of every name that people type.

    Raises:
        OptionsError: AWS would refuse it.
    """
    name = f"{pulumi.get_project()}-{pulumi.get_stack()}"
    if not NAME.fullmatch(name):
        legal = (
            "lower case letters and digits in groups, a hyphen or underscore between two, not beginning with aws or ssm"
        )
        why = f"repositories, the cluster and parameters are named after it, so it has to be {legal}"
        raise OptionsError(
            f"Stack {pulumi.get_stack()!r} needs another name:", [Problem("project and stack", name, why)]
        )
    return name


def file() -> Path:
    """The running stack's file."""
    return Path(f"Pulumi.{pulumi.get_stack()}.yaml")


def load(config: pulumi.Config) -> StackOptions:
    """The settings of the running stack, from its configuration.

    Raises:
        OptionsError: all that is wrong with the stack file, each with its path.
    """
    fields = model_of(StackOptions).model_fields.values()
    keys = [str(field.alias) for field in fields]
    title = f"The configuration of stack {pulumi.get_stack()!r} is not valid:"
    if sealed := [key for key in keys if pulumi.runtime.config.is_config_secret(f"{config.name}:{key}")]:
        raise OptionsError(title, [Problem(key, "[secret]", SEALED) for key in sealed])
    given = {key: _value(config, key) for key in keys}
    told = {key: value for key, value in given.items() if value is not None}
    return read(StackOptions, filled_in(told, title) | _unknown(config, keys), title)


def _value(config: pulumi.Config, key: str) -> object:
    text = config.get(key)
    if text is None or key in ("registry", "platform"):
        return text
    return config.get_object(key)


def _unknown(config: pulumi.Config, known: list[str]) -> dict[str, object]:
    """The project's keys that no option claims: the engine lets them pass in silence."""
    prefix = f"{config.name}:"
    names = [full.removeprefix(prefix) for full in pulumi.runtime.config.CONFIG.get() if full.startswith(prefix)]
    return {name: config.get(name) for name in names if name not in known}
