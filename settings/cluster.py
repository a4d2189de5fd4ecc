"""Where tasks run, and what is watched."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings import instance_type
from settings.options import Problem, distinct, one_of, options, set_beside

EC2 = "EC2"
"""What a strategy calls the instances of `cluster.ec2`: the capacity provider itself has a name of its own."""
MANAGED = "MANAGED_INSTANCES"
"""What a strategy calls the instances of `cluster.managedInstances`, in the word of task definitions."""
ALL_ON_DEMAND = 100
CPU_UNITS = 1024
"""Units of CPU in a vCPU."""
GIVEN_BY = {EC2: "ec2", MANAGED: "managedInstances"}
"""The cluster's option that gives a kind of instances."""
Architecture = Annotated[str, one_of("X86_64", "ARM64")]
"""A CPU architecture, in the words of ECS."""


@options()
class CapacityShare(TypedDict):
    """One capacity provider's part of a strategy."""

    provider: Annotated[str, one_of("FARGATE", "FARGATE_SPOT", EC2, MANAGED)]
    """The capacity provider; `EC2` stands for the instances of the cluster's `ec2`, `MANAGED_INSTANCES` for those of
    its `managedInstances`."""
    base: NotRequired[Annotated[int, Field(default=0, ge=0, le=100000)]]
    """Tasks that run on it before any weight counts; one provider of a strategy may have a base."""
    weight: NotRequired[Annotated[int, Field(default=1, ge=0, le=1000)]]
    """Its share of the tasks beyond the base."""


def strategy_problems(strategy: list[CapacityShare], path: str) -> Iterator[Problem]:
    """What is wrong with a strategy (API reference: CapacityProviderStrategyItem)."""
    providers = [share["provider"] for share in strategy]
    if len(set(providers)) < len(providers):
        yield Problem(path, providers, "names a provider twice")
    if sum(share["base"] > 0 for share in strategy) > 1:
        yield Problem(path, [share["base"] for share in strategy], "only one provider may have a base")
    if strategy and not any(share["weight"] for share in strategy):
        yield Problem(path, [share["weight"] for share in strategy], "one weight at least must be above 0")
    if len({_kind(provider) for provider in providers}) > 1:
        # "Amazon ECS clusters": a strategy has providers of one kind.
        why = "ECS takes EC2 alone, MANAGED_INSTANCES alone, or FARGATE and FARGATE_SPOT: one kind in a strategy"
        yield Problem(path, providers, why)


def launch_type(strategy: list[CapacityShare]) -> str:
    """What tasks of this strategy run on: `FARGATE`, Spot or not, `EC2`, or `MANAGED_INSTANCES`."""
    return _kind(strategy[0]["provider"]) if strategy else "FARGATE"


def _kind(provider: str) -> str:
    return provider if provider in (EC2, MANAGED) else "FARGATE"


def _types_of_the_architecture(given: "Ec2Options | ManagedInstancesOptions") -> Iterator[Problem]:
    for number, name in enumerate(given["instance_types"]):
        kind = instance_type.architecture(name)
        if kind != given["architecture"]:
            fits = " or ".join(instance_type.DEFAULT[given["architecture"]])
            why = f"is an {kind} type, and architecture is {given['architecture']}: name one such as {fits}"
            yield Problem(f"instanceTypes.{number}", name, why)


def _sizes_in_order(given: "Ec2Options") -> Iterator[Problem]:
    if given["min_size"] > given["max_size"]:
        yield Problem("minSize", given["min_size"], f"is above maxSize, {given['max_size']}")
    if given["on_demand_base"] > given["max_size"]:
        yield Problem("onDemandBase", given["on_demand_base"], f"is above maxSize, {given['max_size']}")
    if given["on_demand_base"] and given["on_demand_percentage"] == ALL_ON_DEMAND:
        why = "has no meaning while onDemandPercentage is 100: every instance is on demand"
        yield Problem("onDemandBase", given["on_demand_base"], why)


@options(_types_of_the_architecture, _sizes_in_order)
class Ec2Options(TypedDict):
    """Instances of one's own: an Auto Scaling group that ECS makes larger and smaller with the tasks."""

    architecture: NotRequired[Annotated[Architecture, Field(default="X86_64")]]
    """CPU architecture of image and instance types, that of every service on them."""
    os: NotRequired[Annotated[str, one_of("BOTTLEROCKET", "AL2023"), Field(default="BOTTLEROCKET")]]
    """Operating system: the newest ECS-optimised image of it, looked up by each run."""
    instance_types: NotRequired[
        Annotated[list[Annotated[str, Field(pattern=instance_type.PATTERN)]], distinct(), Field(default_factory=list)]
    ]
    """Types that may be launched, of one size, the preferred first; `m6i.large` and `m5.large` when left out, or
    `m7g.large` and `m6g.large` for `ARM64`."""
    min_size: NotRequired[Annotated[int, Field(default=0, ge=0, le=5000)]]
    """Fewest instances."""
    max_size: NotRequired[Annotated[int, Field(default=10, ge=1, le=5000)]]
    """Most instances. A release runs old and new tasks side by side: leave room for twice the tasks."""
    volume_size: NotRequired[Annotated[int, Field(default=30, ge=30, le=16384)]]
    """GiB of the volume with images and what containers write: the root of `AL2023`, the data volume of
    `BOTTLEROCKET`."""
    on_demand_percentage: NotRequired[Annotated[int, Field(default=ALL_ON_DEMAND, ge=0, le=100)]]
    """Percent of the instances beyond `onDemandBase` that are on demand; the others are Spot."""
    on_demand_base: NotRequired[Annotated[int, Field(default=0, ge=0, le=5000)]]
    """Instances that are on demand before the percentage counts."""
    target_capacity: NotRequired[Annotated[int, Field(default=100, ge=1, le=100)]]
    """Percent of the instances to keep in use; below 100 there is room for tasks that start before an instance does."""


def types_of(ec2: Ec2Options) -> list[str]:
    """The instance types that may be launched."""
    return ec2["instance_types"] or list(instance_type.DEFAULT[ec2["architecture"]])


def _ranges_in_order(given: "ManagedInstancesOptions") -> Iterator[Problem]:
    for least, most, key in (
        (given["min_vcpus"], given["max_vcpus"], "Vcpus"),
        (given["min_memory"], given["max_memory"], "Memory"),
    ):
        if most is not None and least > most:
            yield Problem(f"min{key}", least, f"is above max{key}, {most}")


@options(_types_of_the_architecture, _ranges_in_order)
class ManagedInstancesOptions(TypedDict):
    """ECS Managed Instances: machines in this account that AWS chooses, starts, patches and replaces."""

    architecture: NotRequired[Annotated[Architecture, Field(default="X86_64")]]
    """CPU architecture of image and machines, that of every service on them."""
    instance_types: NotRequired[
        Annotated[list[Annotated[str, Field(pattern=instance_type.FAMILY)]], distinct(), Field(default_factory=list)]
    ]
    """Types that ECS may choose from, `m7g.large` or `m7g.*`; any that fits the other options when left out."""
    min_vcpus: NotRequired[Annotated[int, Field(default=1, ge=1, le=448)]]
    """Fewest vCPUs of a machine."""
    max_vcpus: NotRequired[Annotated[int | None, Field(default=None, ge=1, le=448)]]
    """Most vCPUs of a machine; no bound when left out."""
    min_memory: NotRequired[Annotated[int, Field(default=1024, ge=512)]]
    """Least memory of a machine, in MiB."""
    max_memory: NotRequired[Annotated[int | None, Field(default=None, ge=512)]]
    """Most memory of a machine, in MiB; no bound when left out."""
    volume_size: NotRequired[Annotated[int, Field(default=80, ge=30, le=16384)]]
    """GiB of a machine's volume, for images and what containers write."""
    purchase: NotRequired[Annotated[str, one_of("ON_DEMAND", "SPOT"), Field(default="ON_DEMAND")]]
    """How machines are bought. Another one replaces the capacity provider: see the page on capacity."""
    monitoring: NotRequired[Annotated[str, one_of("BASIC", "DETAILED"), Field(default="BASIC")]]
    """Metrics of EC2 each five minutes, or each minute for its price."""


@options()
class ExistingEc2(TypedDict):
    """Instances of a cluster that something else manages."""

    provider: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
    """Name of their capacity provider, which `EC2` in a strategy stands for."""
    architecture: Architecture
    """CPU architecture of the instances."""


@options()
class ExistingCluster(TypedDict):
    """A cluster that something else manages, with Fargate and Fargate Spot among its capacity providers."""

    arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster/[A-Za-z0-9_-]{1,255}$")]
    """ARN of the cluster."""
    container_insights: NotRequired[Annotated[bool, Field(default=False)]]
    """Its Container Insights count tasks: an alarm may then tell that some are missing."""
    exec_log_group: NotRequired[Annotated[str | None, Field(default=None, min_length=1)]]
    """Name of the log group that its ECS Exec writes to; `/NAME/exec`, with the cluster's name, when left out."""
    ec2: NotRequired[Annotated[ExistingEc2 | None, Field(default=None)]]
    """Its instances; none when left out."""


def architectures(given: "ClusterOptions") -> dict[str, str]:
    """CPU architecture of each kind of instances that a cluster has, whoever manages them."""
    ec2 = given["existing"]["ec2"] if given["existing"] else given["ec2"]
    found = {EC2: ec2["architecture"]} if ec2 else {}
    managed = given["managed_instances"]
    return found | ({MANAGED: managed["architecture"]} if managed else {})


def machine_problems(cpu: int, memory: int, managed: ManagedInstancesOptions) -> Iterator[Problem]:
    """What keeps a task from fitting the largest machine that ECS may choose."""
    vcpus, most = managed["max_vcpus"], managed["max_memory"]
    if vcpus and cpu > vcpus * CPU_UNITS:
        yield Problem("cpu", cpu, f"is more than a machine has by cluster.managedInstances.maxVcpus, {vcpus}")
    # Memory is what a machine keeps some of for itself.
    if most and memory >= most:
        yield Problem("memory", memory, f"has to be below cluster.managedInstances.maxMemory, {most}")


def _one_or_the_other(given: "ClusterOptions") -> Iterator[Problem]:
    if given["existing"]:
        yield from set_beside(ClusterOptions, given, "an existing cluster", "existing", "strategy")


def _valid_strategy(given: "ClusterOptions") -> Iterator[Problem]:
    yield from strategy_problems(given["strategy"], "strategy")
    kind, providers = launch_type(given["strategy"]), [share["provider"] for share in given["strategy"]]
    if kind in GIVEN_BY and kind not in architectures(given):
        yield Problem("strategy", providers, f"{kind} has no instances: give {GIVEN_BY[kind]}")


def _one_fargate() -> list[CapacityShare]:
    return [{"provider": "FARGATE", "base": 1, "weight": 1}]


@options(_one_or_the_other, _valid_strategy)
class ClusterOptions(TypedDict):
    """The ECS cluster."""

    strategy: NotRequired[
        Annotated[
            list[CapacityShare],
            Field(default_factory=_one_fargate, min_length=1, validate_default=True),
        ]
    ]
    """The capacity provider strategy of services that name none."""
    container_insights: NotRequired[Annotated[str, one_of("disabled", "enabled", "enhanced"), Field(default="enabled")]]
    """CloudWatch Container Insights."""
    ec2: NotRequired[Annotated[Ec2Options | None, Field(default=None)]]
    """Instances of one's own beside Fargate; `provider: EC2` in a strategy runs tasks on them."""
    managed_instances: NotRequired[Annotated[ManagedInstancesOptions | None, Field(default=None)]]
    """ECS Managed Instances beside them; `provider: MANAGED_INSTANCES` in a strategy runs tasks on them."""
    existing: NotRequired[Annotated[ExistingCluster | None, Field(default=None)]]
    """Run the services on this cluster and create none. Their names then begin with the stack's."""
