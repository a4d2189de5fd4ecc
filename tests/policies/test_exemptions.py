"""Exemptions: accepted until a day, by somebody, for a reason, and never more than what they name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sample import R, changed, stack_of
from sample_stack import SETTINGS, TERMS, sample
from slipway_policies.exemption import Exemption
from slipway_policies.judge import Finding, everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms, read
from slipway_policies.stack import Stack
from slipway_policies.summary import SUMMARIES

TODAY = TERMS.today
GOOD = {
    "rule": "ecs-no-privileged",
    "resource": "*::task",
    "owner": "shop",
    "reason": "the old agent needs it",
    "expires": TODAY.isoformat(),
}
TWO_BAD = {
    "task.containerDefinitions[0].privileged": True,
    "task.containerDefinitions[1]": {
        "name": "agent",
        "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web:c-0123456789abcdef",
        "privileged": True,
    },
}

STACK = stack_of(changed(sample(), TWO_BAD))


def _terms(*entries: dict[str, object]) -> Terms:
    return replace(TERMS, settings=replace(SETTINGS, exemptions=read({"exemptions": [*entries]}).exemptions))


def _findings(terms: Terms) -> list[Finding]:
    return everything(RULES, STACK, terms)


def _said(summary: str, terms: Terms, stack: Stack = STACK) -> list[str]:
    found = next(each for each in SUMMARIES if each.id == summary)
    return [message for message, _ in found.lines(everything(RULES, stack, terms), terms, stack)]


def _privileged(terms: Terms) -> list[str]:
    return [f.part for f in _findings(terms) if f.rule.id == "ecs-no-privileged" and f.enforced]


def test_it_holds_on_its_last_day_and_not_on_the_next():
    assert _privileged(_terms(GOOD)) == []
    tomorrow = replace(_terms(GOOD), today=TODAY + timedelta(days=1))
    assert _privileged(tomorrow) == ["web", "agent"]
    assert "has expired" in _said("exemption-valid", tomorrow)[0]


def test_one_for_a_container_leaves_the_other_container():
    assert _privileged(_terms(GOOD | {"finding": "agent"})) == ["web"]


def test_one_for_a_rule_leaves_the_other_rules_of_the_same_container():
    rest = {f.rule.id for f in _findings(_terms(GOOD)) if f.enforced}
    assert "ecs-readonly-rootfs" in rest
    assert "ecs-no-privileged" not in rest


@pytest.mark.parametrize("missing", ["rule", "resource", "owner", "reason", "expires"])
def test_an_incomplete_one_does_not_count_and_is_a_violation(missing: str):
    terms = _terms(GOOD | {missing: "  "})
    assert _privileged(terms) == ["web", "agent"]
    assert f"it has no {missing}" in _said("exemption-valid", terms)[0]


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "31.12.2026", 20261231])
def test_a_day_that_is_none_does_not_count(day: object):
    terms = _terms(GOOD | {"expires": day})
    assert _privileged(terms) == ["web", "agent"]
    assert _said("exemption-valid", terms)


def test_a_word_that_means_nothing_is_told():
    assert "finging means nothing in it" in _said("exemption-valid", _terms(GOOD | {"finging": "agent"}))[0]


@pytest.mark.parametrize("entry", ["text", 3, None, []])
def test_an_entry_of_a_wrong_type_is_told(entry: object):
    terms = replace(TERMS, settings=replace(SETTINGS, exemptions=read({"exemptions": [entry]}).exemptions))
    assert "it should be an object" in _said("exemption-valid", terms)[0]


def test_an_unused_one_is_a_violation():
    unused = _said("exemption-valid", _terms(GOOD, GOOD | {"resource": "*::nobody"}))
    assert len(unused) == 1
    assert "*::nobody" in unused[0]
    assert "is not used" in unused[0]


@pytest.mark.parametrize("told", [False, True], ids=["its children are not told", "its children are told"])
def test_one_for_children_of_a_component_is_unused_only_where_they_are_told(told: bool):  # noqa: FBT001 - a parameter of the test
    network = {"network": R("awsx:ec2:Vpc")} | ({"vpc!parent": "network"} if told else {})
    terms = _terms(GOOD | {"rule": "subnet-no-auto-public-ip", "resource": "*awsx:ec2:Vpc$aws:ec2/subnet:Subnet::*"})
    unused = _said("exemption-valid", terms, stack_of(changed(sample(), network)))
    assert bool(unused) is told


def test_one_for_a_rule_that_does_not_exist_says_so():
    assert "no such rule" in _said("exemption-valid", _terms(GOOD | {"rule": "ecs-no-privilege"}))[0]


def test_those_in_force_are_shown_with_what_they_hide():
    shown = _said("exemption-shown", _terms(GOOD))
    assert len(shown) == 2
    assert all("shop: the old agent needs it" in line and ".privileged of '" in line for line in shown)


def test_a_good_one_is_no_violation():
    assert _said("exemption-valid", _terms(GOOD)) == []


def test_a_pattern_is_over_the_whole_urn():
    exemption = Exemption("r", "urn:pulumi:prod::*", "o", "r", date(2027, 1, 1))
    assert exemption.covers("r", "urn:pulumi:prod::shop::t::n", "", TODAY)
    assert not exemption.covers("r", "urn:pulumi:dev::shop::t::n", "", TODAY)
    assert not exemption.covers("other", "urn:pulumi:prod::shop::t::n", "", TODAY)
