"""Launch type x architecture x capacity x scaling x exposure: each is declared as its parts say, and judged.

What differs by service is declared side by side in one stack, what differs by stack in a stack of its own.
"""

import json
import os
import re
from collections import defaultdict
from datetime import date
from functools import lru_cache
from itertools import combinations as combinations_of
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from own_stacks import configured
from sample import World, stack_of
from slipway_policies.judge import everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Settings, Terms

from local.program import ProgramError

SNAPSHOT = Path(__file__).parent / "fixtures" / "combinations.json"
TERMS = Terms(Settings(profile="prod", public_balancers=("balancer",)), "prod", date(2026, 11, 26))
ARCHITECTURES = ("X86_64", "ARM64")
METRIC = {"namespace": "Shop", "metric": "Waiting"}
SCALING: dict[str, Any] = {
    "fixed": None,
    "load": {"requests": 1000},
    "metric": {"cpu": None, "memory": None, "metrics": {"waiting": {**METRIC, "target": 10}}},
    "steps": {"steps": {"rush": {**METRIC, "threshold": 100, "adjustments": [{"from": 100, "change": 2}]}}},
    "clock": {"schedules": {"morning": {"schedule": "cron(0 6 * * ? *)", "min": 4}}},
}
CAPACITY: dict[str, list[dict[str, Any]]] = {
    "fargate": [{"provider": "FARGATE"}],
    "fargate with spot": [{"provider": "FARGATE", "base": 1}, {"provider": "FARGATE_SPOT", "weight": 3}],
    "spot": [{"provider": "FARGATE_SPOT"}],
    "ec2": [{"provider": "EC2"}],
    "managed": [{"provider": "MANAGED_INSTANCES"}],
}
GIVEN_BY = {"ec2": "ec2", "managed": "managedInstances"}
"""The cluster's option that gives a capacity its instances."""
SPOT = {"onDemandBase": 1, "onDemandPercentage": 0}
INSTANCES: dict[str, dict[str, Any]] = {
    "no instances": {},
    **{f"{one} on demand": {"ec2": {"architecture": one}} for one in ARCHITECTURES},
    **{f"{one} with spot": {"ec2": {"architecture": one, **SPOT}} for one in ARCHITECTURES},
    **{f"{one} managed": {"managedInstances": {"architecture": one}} for one in ARCHITECTURES},
}
EXPOSURE: dict[str, dict[str, Any]] = {
    "internal": {},
    "plain": {"openToInternet": True, "plainHttp": True},
    "domain": {"openToInternet": True, "domains": [{"name": "www.example.com", "zone": "example.com"}]},
    "certificate": {
        "openToInternet": True,
        "certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/0b1e8f9c-0000-4000-8000-000000000000",
    },
    "named clients": {
        "allowedCidrs": ["198.51.100.0/24"],
        "domains": [{"name": "www.example.com", "zone": "example.com"}],
    },
}
PLAIN = {"internal", "plain"}
NOT_KEPT = {
    "internal": {"alb-http-redirects", "alb-secure-listener"},
    "plain": {"alb-http-redirects", "alb-secure-listener", "alb-waf"},
    "domain": {"alb-waf"},
    "certificate": {"alb-waf"},
    "named clients": {"alb-waf"},
    "spot": {"ecs-spot-guard"},
    "fixed": {"ecs-autoscaled"},
}
"""The mandatory rules that a part breaks under the strictest profile, because it was asked for by name."""


RANKS: list[tuple[str, ...]] = [*product(CAPACITY, ARCHITECTURES, SCALING)]


class Combination(NamedTuple):
    """A service of a stack."""

    instances: str
    capacity: str
    architecture: str
    scaling: str

    @property
    def service(self) -> str:
        """A name for it."""
        parts = (self.capacity.replace(" ", ""), self.architecture.replace("_", ""), self.scaling)
        return "-".join(parts).lower()[:24]


def combinations(instances: str) -> list[Combination]:
    """Those that are valid on such a cluster, and are on no other."""
    own = INSTANCES[instances]
    kinds = [capacity for capacity in CAPACITY if GIVEN_BY.get(capacity) == next(iter(own), None)]
    architectures = [one["architecture"] for one in own.values()] or ARCHITECTURES
    return [Combination(instances, *rest) for rest in product(kinds, architectures, SCALING)]


def configuration(exposure: str, instances: str, services: dict[str, Any]) -> dict[str, str]:
    """A stack file's configuration."""
    parts = {
        "loadBalancer": EXPOSURE[exposure],
        "cluster": INSTANCES[instances],
        "protect": True,
        "services": services,
    }
    own = {f"slipway:{key}": json.dumps(value) for key, value in parts.items()}
    return {"aws:region": "eu-central-1", "aws:allowedAccountIds": '["123456789012"]', **own}


def asked(one: Combination) -> dict[str, Any]:
    """What its service says in a stack file."""
    return {
        "architecture": one.architecture,
        "capacity": CAPACITY[one.capacity],
        "scaling": SCALING[one.scaling],
        "desiredCount": 2,
        "routing": {"paths": [f"/{one.service}/*"], "priority": 1 + RANKS.index(one[1:])},
    }


@lru_cache
def declared(exposure: str, instances: str) -> World:
    """The stack with all valid combinations side by side."""
    services = {one.service: asked(one) for one in combinations(instances)}
    assert len(services) == len(combinations(instances))
    return configured("prod", configuration(exposure, instances, services))


def tree(exposure: str, instances: str, service: str = "") -> frozenset[str]:
    """Of a stack, the URNs of one service without its name, or those of no service."""
    names = {one.service for one in combinations(instances)}
    urns = [one.urn.partition("::slipway::")[2].rsplit("-c-", 1)[0] for one in declared(exposure, instances).values()]
    if service:
        own = [urn.partition("slipway:index:App")[2] for urn in urns if _is_of(urn, service)]
        return frozenset(urn.replace(service, "NAME") for urn in own)
    return frozenset(urn for urn in urns if not any(_is_of(urn, name) for name in names))


def _is_of(urn: str, service: str) -> bool:
    return urn.startswith("slipway:index:App") and urn.rpartition("::")[2].startswith(service)


each_stack = pytest.mark.parametrize(("exposure", "instances"), [*product(EXPOSURE, INSTANCES)])


@each_stack
def test_each_valid_combination_is_declared_and_breaks_only_what_it_says(exposure: str, instances: str):
    stack = stack_of(declared(exposure, instances), preview=True)
    findings = everything([rule for rule in RULES if rule.level != "disabled"], stack, TERMS)
    broken: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.enforced and finding.rule.level == "mandatory":
            broken[finding.resource.name].add(finding.rule.id)
    on_rules = {"alb-rules-no-http"} if exposure in PLAIN else set[str]()
    for one in combinations(instances):
        found = set().union(*(broken[name] for name in broken if name.startswith(one.service)))
        assert found == on_rules | NOT_KEPT.get(one.capacity, set()) | NOT_KEPT.get(one.scaling, set()), one
    assert broken["balancer"] | broken["balancer-https"] == NOT_KEPT[exposure]


def test_the_urns_are_those_of_the_snapshot():
    services: dict[str, list[str]] = {}
    for exposure, instances in product(EXPOSURE, INSTANCES):
        for one in combinations(instances):
            own = sorted(tree(exposure, instances, one.service))
            # Launch type, capacity, architecture and exposure change no service's resources, so no move replaces them.
            assert services.setdefault(one.scaling, own) == own, one
    base = tree("internal", "no instances")
    exposures = {name: tree(name, "no instances") ^ base for name in EXPOSURE}
    clusters = {name: tree("internal", name) ^ base for name in INSTANCES}
    for exposure, instances in product(EXPOSURE, INSTANCES):
        assert tree(exposure, instances) == base ^ exposures[exposure] ^ clusters[instances]
    found = {
        "base": sorted(base),
        "exposure, what it changes": {name: sorted(urns) for name, urns in exposures.items()},
        "instances, what they change": {name: sorted(urns) for name, urns in clusters.items()},
        "service, by its scaling": services,
    }
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == found, (
        "run again with UPDATE_SNAPSHOTS=1 if this is meant: a changed URN replaces a resource"
    )


def _why(instances: str, capacity: str, one: str) -> str:
    """What is told of a service on instances whose cluster does not fit it."""
    (share,), option = CAPACITY[capacity], GIVEN_BY[capacity]
    own = INSTANCES[instances].get(option)
    if own is None:
        return f"services.web.capacity: the cluster has no instances: give cluster.{option} (got {share['provider']!r})"
    there = f"where cluster.{option}.architecture is {own['architecture']}: make both the same"
    return f"services.web.architecture: it runs on {share['provider']}, {there} (got {one!r})"


UNFIT = [
    (instances, capacity, one, _why(instances, capacity, one))
    for instances, capacity, one in product(INSTANCES, GIVEN_BY, ARCHITECTURES)
    if INSTANCES[instances].get(GIVEN_BY[capacity], {}).get("architecture") != one
]


@pytest.mark.parametrize(("instances", "capacity", "architecture", "why"), UNFIT)
def test_a_service_that_does_not_fit_the_instances_has_its_error(
    instances: str, capacity: str, architecture: str, why: str
):
    one = asked(Combination(instances, capacity, architecture, "fixed"))
    with pytest.raises(ProgramError, match=re.escape(why)):
        configured("prod", configuration("internal", instances, {"web": one}))


@pytest.mark.parametrize("kinds", [*combinations_of(("FARGATE", "EC2", "MANAGED_INSTANCES"), 2)])
def test_a_strategy_of_two_launch_types_has_its_error(kinds: tuple[str, str]):
    both = {"capacity": [{"provider": kind} for kind in kinds]}
    with pytest.raises(ProgramError, match="one kind in a strategy"):
        configured("prod", configuration("internal", "X86_64 on demand", {"web": both}))


def test_plain_http_to_the_internet_that_nobody_asked_for_has_its_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(EXPOSURE, "by mistake", {"openToInternet": True})
    with pytest.raises(ProgramError, match="plainHttp"):
        configured("prod", configuration("by mistake", "no instances", {"web": {}}))


def test_all_are_tried():
    count = sum(len(combinations(instances)) for _, instances in product(EXPOSURE, INSTANCES))
    assert count == len(EXPOSURE) * len(SCALING) * (3 * 2 + 4 + 2)
