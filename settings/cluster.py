"""Where tasks run, and what is watched."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, one_of, options


@options()
class CapacityShare(TypedDict):
    """One capacity provider's part of a strategy."""

    provider: Annotated[str, one_of("FARGATE", "FARGATE_SPOT")]
    """Name of the capacity provider."""
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


def _valid_strategy(given: "ClusterOptions") -> Iterator[Problem]:
    return strategy_problems(given["strategy"], "strategy")


def _one_fargate() -> list[CapacityShare]:
    return [{"provider": "FARGATE", "base": 1, "weight": 1}]


@options(_valid_strategy)
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
