"""Services that call each other keep the rules: a caller is let in by its group, an address range is not."""

import json
from datetime import date

import pytest
from own_stacks import PROJECT, STACKS, configured, settings
from sample import World, changed, stack_of
from slipway_policies.judge import Finding, everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms

from local import stack_file

RULE = "SecurityGroupIngressRule:web_calls_api"


def declared(name: str) -> World:
    """One of our own stacks with a second service; each calls the other."""
    _, config = stack_file.configuration(PROJECT, name)
    web = json.loads(config["slipway:services"])["web"]
    services = {
        "web": {**web, "connect": {}, "calls": ["api"]},
        "api": {**web, "connect": {}, "calls": ["web"], "routing": {"paths": ["/api/*"]}},
    }
    return configured(name, {**config, "slipway:services": json.dumps(services)})


def judged(name: str, world: World) -> list[Finding]:
    own = settings(name)
    assert own.profile
    return everything(RULES, stack_of(world, preview=True), Terms(own, own.profile, date(2026, 11, 25)))


@pytest.mark.parametrize("name", STACKS)
def test_it_passes_at_the_first_preview(name: str):
    found = judged(name, declared(name))
    assert [f.message for f in found if f.enforced and f.rule.level == "mandatory"] == []
    about = {f.rule.id: f.verdict.state for f in found if f.resource.name == "web_calls_api"}
    assert about["sg-no-open-ingress"] == "compliant"
    callee = {
        f.rule.id: f.verdict.state for f in found if f.resource.type.endswith(":Service") and f.resource.name == "api"
    }
    assert callee["ecs-ingress-from-alb-only"] == "compliant"


def test_an_address_range_for_callers_is_refused():
    found = judged("prod", changed(declared("prod"), {f"{RULE}.cidrIpv4": "10.0.0.0/8"}))
    assert "ecs-ingress-from-alb-only" in {f.rule.id for f in found if f.enforced and f.rule.level == "mandatory"}
