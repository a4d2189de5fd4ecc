"""Rubbish in, a verdict out: no rule may end a run, whatever a program or a provider writes."""

import json
import random
from collections.abc import Iterator

from sample import rendered
from sample_stack import TERMS, sample
from slipway_policies.judge import alone, everything
from slipway_policies.resource import UNKNOWN, Edges, Resource
from slipway_policies.rules import RULES
from slipway_policies.stack import Stack
from slipway_policies.verdict import Verdict

COUNT = 10_000
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


def _bent(value: object, chance: random.Random) -> object:
    """A value of the sample with something in it replaced by rubbish."""
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
    return _rubbish(chance)


def _fuzzed(count: int, seed: int) -> Iterator[Resource]:
    chance = random.Random(seed)  # noqa: S311 - the same rubbish in every run
    ground = rendered(sample())
    for number in range(count):
        model = chance.choice(ground)
        props = dict(model.props)
        for _ in range(chance.randrange(1, 5)):
            key = chance.choice(sorted(props) or ["x"])
            props[key] = _bent(props.get(key), chance)
        token = model.type if chance.random() < 0.8 else chance.choice(TOKENS)
        others = [one.urn for one in chance.sample(ground, 3)]
        edges = Edges(
            chance.choice(["", model.urn]), others, {chance.choice(sorted(props)): others, "policy": ["gone"]}
        )
        yield Resource(
            f"urn:pulumi:prod::shop::{token}::r{number}",
            token,
            lambda props=props: props,
            tie=lambda edges=edges: edges,
        )


def test_ten_thousand_resources_get_verdicts_and_raise_nothing():
    states: set[str] = set()
    for resource in _fuzzed(COUNT, seed=1):
        for rule in RULES:
            if rule.kinds is None or resource.type in rule.kinds:
                for finding in alone(rule, resource, TERMS):
                    assert isinstance(finding.verdict, Verdict)
                    assert finding.message
                    states.add(finding.verdict.state)
    assert states == {"compliant", "violation", "not applicable", "undecided"}


def test_stacks_of_rubbish_get_verdicts_and_raise_nothing():
    resources = list(_fuzzed(COUNT, seed=2))
    judged = 0
    for start in range(0, COUNT, 200):
        stack = Stack([*resources[start : start + 200], *rendered(sample(), preview=True)[::3]])
        judged += len(everything(RULES, stack, TERMS))
    assert judged > COUNT


def test_empty_resources_of_every_kind_get_verdicts():
    for token in TOKENS:
        resource = Resource(f"urn:pulumi:prod::shop::{token}::empty", token, dict)
        assert everything(RULES, Stack([resource]), TERMS)
