"""Every rule, by the table of cases: a rule without a case, or a case without a rule, fails the collection."""

from dataclasses import replace
from datetime import date

import cases_balancing
import cases_ecs
import cases_identity
import cases_images
import cases_network
import pytest
from cases import Case, Skip, by_rule, document_of
from sample import Changes, World, changed, rendered, stack_of
from sample_stack import SETTINGS, TERMS, sample
from slipway_policies.exemption import Exemption
from slipway_policies.judge import Finding, everything, together
from slipway_policies.resource import UNKNOWN
from slipway_policies.rules import RULES
from slipway_policies.stack import Stack
from slipway_policies.verdict import State

BY_ID = {rule.id: rule for rule in RULES}
CASES = by_rule(cases_images.CASES, cases_ecs.CASES, cases_balancing.CASES, cases_network.CASES, cases_identity.CASES)
if CASES.keys() != BY_ID.keys():
    raise TypeError(f"rules without a case, or cases without a rule: {sorted(CASES.keys() ^ BY_ID.keys())}")

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
WEIGHT: tuple[State, ...] = ("violation", "undecided", "compliant", "not applicable")


def _findings(case: Case, changes: Changes, *, preview: bool = False) -> list[Finding]:
    world = changed(sample(), changes)
    return [
        finding
        for finding in together(BY_ID[case.rule], stack_of(world, preview=preview), TERMS)
        if finding.resource.name == case.about
    ]


def _state(findings: list[Finding]) -> State:
    states = {finding.verdict.state for finding in findings}
    return next(state for state in WEIGHT if state in states)


def _violated(world: World) -> set[str]:
    findings = everything(RULES, stack_of(world), TERMS)
    return {finding.rule.id for finding in findings if finding.verdict.state == "violation"}


@pytest.mark.parametrize("preview", [False, True], ids=["exists", "first preview"])
def test_the_sample_keeps_every_rule_and_leaves_nothing_undecided(preview: bool):  # noqa: FBT001 - a parameter of the test
    findings = everything(RULES, stack_of(sample(), preview=preview), TERMS)
    assert [f.message for f in findings if f.verdict.state in ("violation", "undecided")] == []


@each_case
def test_a_compliant_resource_passes(case: Case):
    if isinstance(case.compliant, Skip):
        pytest.skip(case.compliant.why)
    subject = case.about if case.about in sample() else None
    findings = (
        _findings(replace(case, subject=subject or case.about), case.compliant)
        if subject
        else together(BY_ID[case.rule], stack_of(sample()), TERMS)
    )
    assert _state(findings) == "compliant"


@each_case
def test_a_broken_resource_is_a_violation_that_says_what_and_how_to_mend(case: Case):
    found = [f for f in _findings(case, case.bad) if f.verdict.state == "violation"]
    assert found
    assert found[0].enforced
    assert case.about in found[0].message
    assert BY_ID[case.rule].mend in found[0].message
    assert found[0].verdict.path in found[0].message


@each_case
def test_one_break_violates_exactly_the_rules_that_forbid_it(case: Case):
    assert _violated(changed(sample(), case.bad)) == {case.rule, *case.also}


@each_case
@pytest.mark.parametrize("column", ["absent", "unknown", "malformed"])
def test_a_value_that_is_not_as_it_should_be(case: Case, column: str):
    given = case.column(column)
    if isinstance(given, Skip):
        pytest.skip(given.why)
    changes, state = given
    assert _state(_findings(case, changes)) == state


@each_case
def test_an_unknown_document_is_undecided_or_decided_by_the_graph(case: Case):
    document = document_of(case.path)
    if document is None:
        pytest.skip("the rule reads no JSON document")
    changes = case.compliant if not isinstance(case.compliant, Skip) else {}
    found = _findings(case, {**changes, document: UNKNOWN})
    assert _state(found) in ("undecided", "compliant" if BY_ID[case.rule].proof else "undecided")


@each_case
def test_where_it_does_not_apply_it_says_so(case: Case):
    if isinstance(case.outside, Skip):
        pytest.skip(case.outside.why)
    states = {finding.verdict.state for finding in _findings(case, case.outside)}
    assert "not applicable" in states
    assert "violation" not in states


@each_case
def test_every_spelling_of_the_type_is_judged(case: Case):
    rule = BY_ID[case.rule]
    world = changed(sample(), case.bad)
    tokens = sorted(token for token in rule.kinds or () if world[case.about].type.split(":")[2] == token.split(":")[2])
    if len(tokens) < 2 or world[case.about].type.split("/")[0] in ("docker:index", "docker-build:index"):
        pytest.skip("the type has one spelling")
    for token in tokens:
        spelled = changed(world, {f"{case.about}!type": token})
        found = together(rule, stack_of(spelled), TERMS)
        assert _state([f for f in found if f.resource.name == case.about]) == "violation", token


@each_case
def test_another_kind_is_not_judged(case: Case):
    rule = BY_ID[case.rule]
    if rule.kinds is None:
        pytest.skip("it judges every kind")
    world = changed(sample(), {f"{case.about}!type": "example:index/other:Other"} if case.about in sample() else {})
    found = [f for f in together(rule, stack_of(world), TERMS) if f.resource.name == case.about]
    assert found == []


@each_case
def test_an_exemption_accepts_this_finding_and_no_other(case: Case):
    rule = BY_ID[case.rule]
    stack = stack_of(changed(sample(), case.bad))
    exemption = Exemption(rule.id, f"*::{case.about}", "shop", "agreed", date(2026, 12, 31))
    terms = replace(TERMS, settings=replace(SETTINGS, exemptions=(exemption,)))
    own = [f for f in together(rule, stack, terms) if f.resource.name == case.about and f.verdict.state == "violation"]
    assert own
    assert all(finding.exemption == exemption and not finding.enforced for finding in own)
    others = [f for f in everything(RULES, stack, terms) if f.enforced]
    assert {f.rule.id for f in others} - {rule.id} == set(case.also)


def test_a_resource_alone_and_in_its_stack_get_the_same_verdict():
    alone = {resource.urn: resource for resource in rendered(sample())}
    for rule in RULES:
        if rule.check is None:
            continue
        for resource in alone.values():
            single = together(rule, Stack([resource]), TERMS)
            assert [f.verdict.state for f in single if f.verdict.state == "violation"] == [], rule.id
