"""The network rules over what awsx declares under the engine, at a first preview: only the graph knows."""

from dataclasses import replace

import pytest
from recorded import awsx_vpc, named, resource
from sample_stack import TERMS
from slipway_policies import topology
from slipway_policies.judge import Finding, everything, together
from slipway_policies.resource import Edges, Resource
from slipway_policies.rules import RULES
from slipway_policies.stack import Stack

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
VPC = Stack(awsx_vpc())


def _urns(*names: str) -> list[str]:
    return [named(VPC, "Subnet", name).urn for name in names]


def _service(sources: list[str], **network: object) -> Resource:
    token = "aws:ecs/service:Service"
    inputs = {"networkConfiguration": {"subnets": UNKNOWN, **network}}
    return resource(
        f"urn:pulumi:prod::shop::{token}::web", token, inputs, Edges("", [], {"networkConfiguration": sources})
    )


def _balancer(sources: list[str]) -> Resource:
    token = "aws:lb/loadBalancer:LoadBalancer"
    return resource(
        f"urn:pulumi:prod::shop::{token}::web", token, {"subnets": UNKNOWN}, Edges("", [], {"subnets": sources})
    )


def _said(rule: str, added: Resource, without: str = "") -> Finding:
    resources = [each for each in awsx_vpc() if not (without and each.urn.endswith(without))]
    one = next(each for each in RULES if each.id == rule)
    return next(f for f in together(one, Stack([*resources, added]), TERMS) if f.resource is added)


def test_it_is_what_the_engine_saw():
    assert len(VPC.resources) == 23
    kinds = [each.type.split(":")[-1] for each in VPC.resources]
    counts = {"Subnet": 4, "RouteTable": 4, "Route": 4, "NatGateway": 1, "InternetGateway": 1, "Eip": 1}
    assert {kind: kinds.count(kind) for kind in counts} == counts


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("network-public-1", True),
        ("network-public-2", True),
        ("network-private-1", False),
        ("network-private-2", False),
    ],
)
def test_subnets_are_public_or_lead_out_through_nat(name: str, public: bool):  # noqa: FBT001 - a parameter of the test
    subnet = named(VPC, "Subnet", name)
    assert topology.is_public(subnet, VPC) is public
    assert topology.leads_out(subnet, VPC) is not public


def test_only_the_public_subnets_deviate_and_the_default_group_and_the_missing_logs():
    broken = {
        (f.rule.id, f.resource.name)
        for f in everything(RULES, VPC, TERMS)
        if f.enforced and f.rule.level == "mandatory"
    }
    assert broken == {
        ("subnet-no-auto-public-ip", "network-public-1"),
        ("subnet-no-auto-public-ip", "network-public-2"),
        ("vpc-default-sg-closed", "network"),
        ("vpc-flow-logs", "network"),
    }


@pytest.mark.parametrize("rule", ["ecs-private-subnets", "ecs-egress-path", "ecs-multi-az"])
def test_a_service_in_private_subnets_passes_at_the_first_preview(rule: str):
    assert _said(rule, _service(_urns("network-private-1", "network-private-2"))).verdict.state == "compliant"


def test_a_service_in_public_subnets_is_seen():
    found = _said("ecs-private-subnets", _service(_urns("network-public-1", "network-public-2")))
    assert found.enforced
    assert "network-public-1" in found.message


def test_one_zone_is_seen():
    assert _said("ecs-multi-az", _service(_urns("network-private-1"))).enforced
    assert _said("alb-multi-az", _balancer(_urns("network-public-1"))).enforced
    assert _said("alb-multi-az", _balancer(_urns("network-public-1", "network-public-2"))).verdict.state == "compliant"


def test_subnets_that_may_be_meant_are_no_violation_while_others_may_be_meant_instead():
    either = _service(_urns("network-private-1", "network-public-1"))
    assert _said("ecs-private-subnets", either).verdict.state == "undecided"
    assert _said("ecs-private-subnets", _service(_urns("network-public-1"))).enforced
    assert _said("ecs-private-subnets", _service(_urns("network-private-1"))).verdict.state == "compliant"


def test_a_private_subnet_whose_way_out_is_gone_is_seen():
    service = _service(_urns("network-private-1"))
    route = "aws:ec2/route:Route::network-private-1"
    found = _said("ecs-egress-path", service, without=route)
    assert found.enforced
    assert "network-private-1" in found.message
    assert "ecr.api, ecr.dkr, s3, logs" in found.message


def test_a_public_subnet_leads_out_only_with_a_public_address():
    public = _urns("network-public-1", "network-public-2")
    assert _said("ecs-egress-path", _service(public)).enforced
    assert _said("ecs-egress-path", _service(public, assignPublicIp=True)).verdict.state == "compliant"


def test_a_component_stands_for_its_children_and_public_ones_count():
    component = next(each.urn for each in VPC.resources if each.type == "awsx:ec2:Vpc")
    subnets = VPC.sources(_service([component]), "networkConfiguration", frozenset({"aws:ec2/subnet:Subnet"}))
    names = {"network-public-1", "network-public-2", "network-private-1", "network-private-2"}
    assert {each.name for each in subnets} == names


def test_with_every_profile_the_fixture_is_judged():
    for profile in ("dev", "staging", "prod"):
        findings = everything(RULES, VPC, replace(TERMS, profile=profile))
        assert any(f.rule.id == "subnet-no-auto-public-ip" and f.enforced for f in findings)
