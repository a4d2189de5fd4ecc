"""Where tasks run, and what is watched."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings import instance_type
from settings.options import Problem, distinct, one_of, options, set_beside

EC2 = "EC2"
"""What a strategy calls the instances of `cluster.ec2`: the capacity provider itself has a name of its own."""
ALL_ON_DEMAND = 100
Architecture = Annotated[str, one_of("X86_64", "ARM64")]
"""A CPU architecture, in the words of ECS."""


@options()
class CapacityShare(TypedDict):
    """One capacity provider's part of a strategy."""

    provider: Annotated[str, one_of("FARGATE", "FARGATE_SPOT", EC2)]
    """The capacity provider; `EC2` stands for the instances of the cluster's `ec2`."""
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
    if on_ec2(strategy) and len({share["provider"] == EC2 for share in strategy}) > 1:
        # "Amazon ECS clusters": a strategy has Auto Scaling group providers or Fargate's, not both.
        yield Problem(path, providers, "ECS takes EC2 alone, or FARGATE and FARGATE_SPOT, not both in one strategy")


def on_ec2(strategy: list[CapacityShare]) -> bool:
    """Whether tasks of this strategy run on the cluster's own instances."""
    return any(share["provider"] == EC2 for share in strategy)


def _types_of_the_architecture(given: "Ec2Options") -> Iterator[Problem]:
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


def ec2_architecture(given: "ClusterOptions") -> str:
    """CPU architecture of a cluster's instances, whoever manages them; empty when it has none."""
    ec2 = given["existing"]["ec2"] if given["existing"] else given["ec2"]
    return ec2["architecture"] if ec2 else ""


def _one_or_the_other(given: "ClusterOptions") -> Iterator[Problem]:
    if given["existing"]:
        yield from set_beside(ClusterOptions, given, "an existing cluster", "existing", "strategy")


def _valid_strategy(given: "ClusterOptions") -> Iterator[Problem]:
    yield from strategy_problems(given["strategy"], "strategy")
    if on_ec2(given["strategy"]) and not ec2_architecture(given):
        yield Problem("strategy", [share["provider"] for share in given["strategy"]], "EC2 has no instances: give ec2")


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
    existing: NotRequired[Annotated[ExistingCluster | None, Field(default=None)]]
    """Run the services on this cluster and create none. Their names then begin with the stack's."""
