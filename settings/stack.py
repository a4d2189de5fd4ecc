"""The whole stack file."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field

from settings.cluster import ClusterOptions
from settings.load_balancer import LoadBalancerOptions
from settings.network import NetworkOptions
from settings.options import Problem, model_of, options, read
from settings.repository import RepositoryOptions
from settings.service import ServiceOptions

RULES_PER_BALANCER = 100
"""Listener rules that one load balancer may have ("Quotas for your Application Load Balancers")."""


def _within_the_quota(given: "StackOptions") -> Iterator[Problem]:
    if len(given["services"]) > RULES_PER_BALANCER:
        yield Problem(
            "services",
            len(given["services"]),
            f"one load balancer has room for {RULES_PER_BALANCER} services",
        )


@options(_within_the_quota)
class StackOptions(TypedDict):
    """The settings of a stack."""

    services: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,22}[a-z0-9]$")], ServiceOptions],
        Field(min_length=1),
    ]
    """The services by name: lower case letters, digits and hyphens, 2 to 24 characters."""
    network: NotRequired[Annotated[NetworkOptions, Field(default_factory=dict, validate_default=True)]]
    """Where they live."""
    cluster: NotRequired[Annotated[ClusterOptions, Field(default_factory=dict, validate_default=True)]]
    """What runs them."""
    load_balancer: NotRequired[Annotated[LoadBalancerOptions, Field(default_factory=dict, validate_default=True)]]
    """What answers for them."""
    repository: NotRequired[Annotated[RepositoryOptions, Field(default_factory=dict, validate_default=True)]]
    """What keeps their images."""
    registry: NotRequired[Annotated[str, Field(default="", pattern=r"^$|^(127\.0\.0\.1|localhost):\d+$")]]
    """Host of an emulated registry on loopback; the account's own ECR when left out."""
    protect: NotRequired[Annotated[bool, Field(default=False)]]
    """Refuse to delete the repositories, the load balancer and its logs: for stacks that people rely on."""


def load(config: pulumi.Config) -> StackOptions:
    """The settings of the running stack, from its configuration.

    Raises:
        OptionsError: all that is wrong with the stack file, each with its path.
    """
    fields = model_of(StackOptions).model_fields.values()
    keys = [str(field.alias) for field in fields]
    given = {key: _value(config, key) for key in keys}
    return read(
        StackOptions,
        {key: value for key, value in given.items() if value is not None} | _unknown(config, keys),
        f"The configuration of stack {pulumi.get_stack()!r} is not valid:",
    )


def _value(config: pulumi.Config, key: str) -> object:
    text = config.get(key)
    if text is None or key == "registry":
        return text
    return config.get_object(key)


def _unknown(config: pulumi.Config, known: list[str]) -> dict[str, object]:
    """The project's keys that no option claims: the engine lets them pass in silence."""
    prefix = f"{config.name}:"
    names = [full.removeprefix(prefix) for full in pulumi.runtime.config.CONFIG.get() if full.startswith(prefix)]
    return {name: config.get(name) for name in names if name not in known}
