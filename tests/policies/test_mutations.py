"""Every rule can be triggered: on what our own stacks declare, or, where they declare no such thing, on the sample."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest
from mutations import MUTATIONS, Mutation
from own_stacks import STACKS, settings, world
from sample import World, changed, stack_of
from slipway_policies.judge import everything
from slipway_policies.rules import RULES
from slipway_policies.settings import Terms
from test_rules import CASES

DECLARED = {one.type for name in STACKS for one in world(name).values()}


def _fits() -> list:
    return [
        pytest.param(name, mutation, id=f"{name} {mutation.rule}")
        for mutation in MUTATIONS
        for name in STACKS
        if mutation.fits(name, world(name))
    ]


@pytest.mark.parametrize(("name", "mutation"), _fits())
def test_a_break_of_our_own_stack_violates_exactly_what_forbids_it(name: str, mutation: Mutation):
    own = settings(name)
    terms = Terms(replace(own, **mutation.settings), own.profile or "prod", date(2026, 11, 25))
    ground = changed(world(name), mutation.ground)
    before = _violations(ground, terms) if mutation.ground or mutation.settings else _as_declared(name)
    fired = {rule for rule, *_ in _violations(changed(ground, mutation.bad), terms) - before}
    assert fired == {mutation.rule, *mutation.also}


def test_every_rule_that_our_stacks_give_something_to_judge_is_broken_there():
    here = {rule.id for rule in RULES if rule.kinds is None or rule.kinds & DECLARED}
    assert {mutation.rule for mutation in MUTATIONS} == here


def test_no_rule_is_left_that_nothing_triggers(record_property):
    own = {mutation.rule for mutation in MUTATIONS if any(mutation.fits(name, world(name)) for name in STACKS)}
    record_property(
        "figure", f"{len(own)} of {len(RULES)} rules are triggered on our own stacks, the rest on the sample"
    )
    assert own | CASES.keys() == {rule.id for rule in RULES}
    assert len(own) >= 115


@lru_cache
def _as_declared(name: str) -> set[tuple[str, ...]]:
    own = settings(name)
    return _violations(world(name), Terms(own, own.profile or "prod", date(2026, 11, 25)))


def _violations(declared: World, terms: Terms) -> set[tuple[str, ...]]:
    """Where which rule is violated, enforced or not."""
    findings = everything(RULES, stack_of(declared, preview=True), terms)
    return {(f.rule.id, f.resource.urn, f.part) for f in findings if f.verdict.state == "violation"}
