"""Rubbish in, a verdict out: no rule may end a run, whatever a program or a provider writes."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import get_args

from sample import changed, rendered
from sample_stack import TERMS, sample
from slipway_policies.judge import alone, everything
from slipway_policies.resource import UNKNOWN, Edges, Resource
from slipway_policies.rules import RULES
from slipway_policies.stack import Stack
from slipway_policies.verdict import State, Verdict
from test_rules import CASES

COUNT = 10_000
STATES = get_args(State)
TOKENS = sorted({token for rule in RULES for token in rule.kinds or ()})
LEAVES: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    1.0,
    -1,
    80.0,
    1e308,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "*",
    "true",
    "False",
    "yes",
    "256",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/99",
    "[",
    "{}",
    "[]",
    "null",
    '"text"',
    "[" * 2000,
    '{"Statement": "x"}',
    '{"Statement": [[1]], "rules": 7}',
    '[{"name": 1, "image": {}, "environment": "x"}, null, 3, "a"]',
    '{"Statement": [{"Effect": "Allow", "Principal": [1], "Action": {"a": 1}, "Condition": "x"}]}',
    '{"rules": [{"rulePriority": "x", "selection": []}, null]}',
    "arn:aws:iam::1:role/x",
    "arn:",
    "\x00",
    "ü" * 3,
    "::::",
    "@sha256:",
    "a:b:c@d@e",
    "/",
    UNKNOWN,
)


def _rubbish(chance: random.Random, depth: int = 0) -> object:
    kind = chance.random()
    if depth > 3 or kind < 0.6:
        return chance.choice(LEAVES)
    if kind < 0.8:
        return [_rubbish(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {
        chance.choice(["name", "type", "value", "AWS", "0", "", "x"]): _rubbish(chance, depth + 1) for _ in range(2)
    }


def _confused(value: object, chance: random.Random) -> object:
    """A value as another language, or a careless program, would write it: its meaning kept, its type not."""
    if isinstance(value, bool):
        return chance.choice([str(value).lower(), str(value), int(value), [value], None])
    if isinstance(value, int | float):
        return chance.choice([f"{value}e0", str(value), f"{value}.0", f" {value}", [value], -value, None])
    if isinstance(value, str):
        return chance.choice([[value], {"value": value}, value.upper(), f"{value}\n", value.encode().hex(), 7, None])
    if isinstance(value, list):
        return chance.choice(
            [dict(enumerate(value)), value[0] if value else None, [*value, None], json.dumps(value, default=str)]
        )
    if isinstance(value, dict):
        return chance.choice(
            [[value], [[*item] for item in value.items()], json.dumps(value, default=str), [*value], None]
        )
    return value


def _bent(value: object, chance: random.Random) -> object:
    """A value of the sample with something in it replaced by rubbish, or written as another type."""
    if isinstance(value, str) and value[:1] in "[{" and chance.random() < 0.7:
        try:
            return json.dumps(_bent(json.loads(value), chance), default=str)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        return value | {key: _bent(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], _bent(value[place], chance), *value[place + 1 :]]
    return _confused(value, chance) if chance.random() < 0.5 else _rubbish(chance)


def _models() -> list[Resource]:
    """What is bent: each resource of the sample, and each that the table of cases breaks."""
    broken = [(case.about, rendered(changed(sample(), case.bad))) for case in CASES.values()]
    return [*rendered(sample()), *(each for about, world in broken for each in world if each.name == about)]


def fuzzed(count: int, seed: int) -> Iterator[Resource]:
    """Resources of real types, with real names of properties, and rubbish in them."""
    chance = random.Random(seed)  # noqa: S311 - the same rubbish in every run
    models = _models()
    for number in range(count):
        model = chance.choice(models)
        props = dict(model.props)
        for _ in range(chance.randrange(1, 5)):
            key = chance.choice(sorted(props) or ["x"])
            props[key] = _bent(props.get(key), chance)
        token = model.type if chance.random() < 0.8 else chance.choice(TOKENS)
        others = [one.urn for one in chance.sample(models, 3)]
        edges = Edges(
            chance.choice(["", model.urn]), others, {chance.choice(sorted(props)): others, "policy": ["gone"]}
        )
        yield Resource(
            f"urn:pulumi:prod::shop::{token}::r{number}",
            token,
            lambda props=props: props,
            protect=chance.random() < 0.5,
            ignore_changes=[chance.choice(["*", "", "policy[0].x", *sorted(props)])],
            tie=lambda edges=edges: edges,
        )


def test_ten_thousand_resources_get_verdicts_and_raise_nothing():
    states: Counter[str] = Counter()
    by_rule: defaultdict[str, set[str]] = defaultdict(set)
    for resource in fuzzed(COUNT, seed=1):
        for rule in RULES:
            if rule.kinds is None or resource.type in rule.kinds:
                for finding in alone(rule, resource, TERMS):
                    assert isinstance(finding.verdict, Verdict)
                    assert finding.message
                    states[finding.verdict.state] += 1
                    by_rule[rule.id].add(finding.verdict.state)
    checks = [rule.id for rule in RULES if rule.check]
    assert {state: states[state] / states.total() > 0.02 for state in STATES} == dict.fromkeys(STATES, True)
    assert [rule for rule in checks if "violation" not in by_rule[rule]] == []
    assert sum("undecided" in by_rule[rule] for rule in checks) > 0.8 * len(checks)


def test_stacks_of_rubbish_get_verdicts_and_raise_nothing():
    resources = list(fuzzed(COUNT, seed=2))
    wanted = [rule for rule in RULES if rule.stack_check or rule.proof]
    by_rule: defaultdict[str, set[str]] = defaultdict(set)
    for start in range(0, COUNT, 200):
        stack = Stack([*resources[start : start + 200], *rendered(sample(), preview=True)[::3]])
        for finding in everything(wanted, stack, TERMS):
            by_rule[finding.rule.id].add(finding.verdict.state)
    assert by_rule.keys() == {rule.id for rule in wanted}
    assert sum(len(states) > 2 for states in by_rule.values()) > 0.6 * len(wanted)


def test_empty_resources_of_every_kind_get_verdicts():
    for token in TOKENS:
        resource = Resource(f"urn:pulumi:prod::shop::{token}::empty", token, dict)
        assert everything(RULES, Stack([resource]), TERMS)
