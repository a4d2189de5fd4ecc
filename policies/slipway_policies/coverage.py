"""How much of what others demand the rules cover: N of M for each anchor."""

from collections.abc import Iterable
from typing import NamedTuple

from slipway_policies.anchors import IN_SCOPE, in_scope
from slipway_policies.rule import Rule


class Coverage(NamedTuple):
    """What one anchor demands, and what of it the rules decide; `on` counts rules that are not disabled by default."""

    anchor: str
    covered: int
    on: int
    total: int
    missing: list[str]

    def __str__(self) -> str:
        return f"{self.anchor}: {self.covered} of {self.total}, {self.on} of them by rules that are on by default"


def coverage(rules: Iterable[Rule]) -> list[Coverage]:
    """The coverage of every anchor."""
    rules = list(rules)
    return [_of(anchor, rules) for anchor in IN_SCOPE]


def strangers(rules: Iterable[Rule]) -> list[str]:
    """Ids that rules claim and that no list of `anchors` has: a slip, or a list that is too short."""
    return [
        f"{rule.id}: {anchor} {each}"
        for rule in rules
        for anchor, ids in rule.anchors.items()
        for each in ids
        if each not in in_scope(anchor)
    ]


def _of(anchor: str, rules: list[Rule]) -> Coverage:
    wanted = in_scope(anchor)
    every = _claimed(anchor, rules)
    running = _claimed(anchor, [rule for rule in rules if rule.level != "disabled"])
    return Coverage(
        anchor,
        sum(each in every for each in wanted),
        sum(each in running for each in wanted),
        len(wanted),
        [each for each in wanted if each not in every],
    )


def _claimed(anchor: str, rules: list[Rule]) -> set[str]:
    return {each for rule in rules for each in rule.anchors.get(anchor, ())}
