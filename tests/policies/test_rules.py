"""Every rule, by the table of cases: one that lacks a case, or a column that applies, fails the collection."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import cases_balancing
import cases_ecs
import cases_identity
import cases_images
import cases_network
import pytest
from cases import COLUMNS, Case, Skip, by_rule, document_of
from sample import Changes, World, changed, rendered, stack_of
from sample_stack import SETTINGS, TERMS, sample
from slipway_policies.exemption import Exemption
from slipway_policies.judge import Finding, everything, together
from slipway_policies.resource import UNKNOWN
from slipway_policies.rule import Rule
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import State

BY_ID = {rule.id: rule for rule in RULES}
CASES = by_rule(cases_images.CASES, cases_ecs.CASES, cases_balancing.CASES, cases_network.CASES, cases_identity.CASES)
SAMPLE = sample()
WEIGHT: tuple[State, ...] = ("violation", "undecided", "compliant", "not applicable")


def _gaps() -> Iterator[str]:
    yield from (f"{name} is a rule without a case, or a case without a rule" for name in CASES.keys() ^ BY_ID.keys())
    for case in CASES.values():
        rule = BY_ID.get(case.rule)
        if rule and isinstance(case.outside, Skip) and "not_applicable(" in _source(rule):
            yield f"{case.rule} may not apply, and its case does not show where"


def _source(rule: Rule) -> str:
    return "".join(inspect.getsource(each) for each in (rule.check, rule.stack_check) if each)


if GAPS := list(_gaps()):
    raise TypeError("; ".join(GAPS))


def _cases(applies: Callable[[Case], bool] = lambda _: True) -> pytest.MarkDecorator:
    """The cases that a column applies to."""
    chosen = [case for case in CASES.values() if applies(case)]
    return pytest.mark.parametrize("case", chosen, ids=[case.rule for case in chosen])


def _world(case: Case) -> World:
    return changed(SAMPLE, case.bad)


def _spellings(case: Case) -> list[str]:
    """The tokens that mean the type of the case: `aws:lb/listener:Listener` and `aws:alb/listener:Listener`."""
    own = _world(case)[case.about].type
    name = own.split(":")[2]
    kinds = BY_ID[case.rule].kinds or ()
    return sorted(token for token in kinds if token.split(":")[2] == name and token.startswith("aws:"))


def _findings(case: Case, changes: Changes, terms: Terms = TERMS) -> list[Finding]:
    stack = stack_of(changed(SAMPLE, changes))
    return [finding for finding in together(BY_ID[case.rule], stack, terms) if finding.resource.name == case.about]


def _state(findings: list[Finding]) -> State:
    states = {finding.verdict.state for finding in findings}
    return next(state for state in WEIGHT if state in states)


def _violated(world: World) -> set[str]:
    findings = everything(RULES, stack_of(world), TERMS)
    return {finding.rule.id for finding in findings if finding.verdict.state == "violation"}


@pytest.mark.parametrize("preview", [False, True], ids=["exists", "first preview"])
def test_the_sample_keeps_every_rule_and_leaves_nothing_undecided(preview: bool):  # noqa: FBT001 - a parameter of the test
    findings = everything(RULES, stack_of(SAMPLE, preview=preview), TERMS)
    assert [f.message for f in findings if f.verdict.state in ("violation", "undecided")] == []


@_cases(lambda case: not isinstance(case.compliant, Skip))
def test_a_compliant_resource_passes(case: Case):
    findings = together(BY_ID[case.rule], stack_of(changed(SAMPLE, case.compliant)), TERMS)
    judged = {case.about} if case.about in SAMPLE else SAMPLE.keys()
    assert _state([finding for finding in findings if finding.resource.name in judged]) == "compliant"


@_cases()
def test_a_broken_resource_is_a_violation_that_says_what_and_how_to_mend(case: Case):
    found = [f for f in _findings(case, case.bad) if f.verdict.state == "violation"]
    assert found
    assert found[0].enforced
    assert case.about in found[0].message
    assert BY_ID[case.rule].mend in found[0].message
    assert found[0].verdict.path in found[0].message


@_cases()
def test_one_break_violates_exactly_the_rules_that_forbid_it(case: Case):
    assert _violated(_world(case)) == {case.rule, *case.also}


@pytest.mark.parametrize(
    ("case", "changes", "state"),
    [
        pytest.param(case, *case.column(column), id=f"{case.rule} {column}")
        for case in CASES.values()
        for column in COLUMNS
        if not isinstance(case.column(column), Skip)
    ],
)
def test_a_value_that_is_not_as_it_should_be(case: Case, changes: Changes, state: State):
    assert _state(_findings(case, changes)) == state


@_cases(lambda case: document_of(case.path) is not None)
def test_an_unknown_document_is_undecided_or_decided_by_the_graph(case: Case):
    changes = case.compliant if not isinstance(case.compliant, Skip) else {}
    found = _findings(case, {**changes, str(document_of(case.path)): UNKNOWN})
    assert _state(found) in ("undecided", "compliant" if BY_ID[case.rule].proof else "undecided")


@_cases(lambda case: not isinstance(case.outside, Skip))
def test_where_it_does_not_apply_it_says_so(case: Case):
    settings = replace(SETTINGS, **dict.fromkeys(case.unset, ()))
    states = {finding.verdict.state for finding in _findings(case, case.outside, replace(TERMS, settings=settings))}
    assert "not applicable" in states
    assert "violation" not in states


@_cases(lambda case: len(_spellings(case)) > 1)
def test_every_spelling_of_the_type_is_judged(case: Case):
    for token in _spellings(case):
        spelled = changed(_world(case), {f"{case.about}!type": token})
        found = together(BY_ID[case.rule], stack_of(spelled), TERMS)
        assert _state([f for f in found if f.resource.name == case.about]) == "violation", token


@_cases(lambda case: BY_ID[case.rule].kinds is not None)
def test_another_kind_is_not_judged(case: Case):
    world = changed(_world(case), {f"{case.about}!type": "example:index/other:Other"})
    assert [f for f in together(BY_ID[case.rule], stack_of(world), TERMS) if f.resource.name == case.about] == []


@_cases()
def test_an_exemption_accepts_this_finding_and_no_other(case: Case):
    rule, stack = BY_ID[case.rule], stack_of(_world(case))
    exemption = Exemption(rule.id, f"*::{case.about}", "shop", "agreed", date(2026, 12, 31))
    terms = replace(TERMS, settings=replace(SETTINGS, exemptions=(exemption,)))
    own = [f for f in together(rule, stack, terms) if f.resource.name == case.about and f.verdict.state == "violation"]
    assert own
    assert all(finding.exemption == exemption and not finding.enforced for finding in own)
    others = [f for f in everything(RULES, stack, terms) if f.enforced]
    assert {f.rule.id for f in others} - {rule.id} == set(case.also)


def test_a_resource_alone_and_in_its_stack_get_the_same_verdict():
    for rule in RULES:
        if rule.check is None:
            continue
        for resource in rendered(SAMPLE):
            single = together(rule, Stack([resource]), TERMS)
            assert [f.verdict.state for f in single if f.verdict.state == "violation"] == [], rule.id
