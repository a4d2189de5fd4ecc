"""Judging: every rule over a resource alone, or over a whole stack."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from slipway_policies.exemption import Exemption
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.rule import Rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import UndecidedError, Verdict, not_applicable


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on a resource, or on the part of it that `part` names.

    `exemption` accepts a violation; `advice` is one that the profile does not enforce.
    """

    rule: Rule
    resource: Resource
    part: str
    verdict: Verdict
    exemption: Exemption | None = None
    advice: bool = False

    @property
    def enforced(self) -> bool:
        """Whether it is a violation that nothing accepts."""
        return self.verdict.state == "violation" and self.exemption is None and not self.advice

    @property
    def message(self) -> str:
        """Resource, property path, offending value and the mend."""
        where = f"{self.resource.name}: {self.verdict.path}".rstrip(": ")
        part = f" of {self.part!r}" if self.part and self.part not in self.verdict.path else ""
        return f"{where}{part} {self.verdict.text}. {self.rule.mend}"


def alone(rule: Rule, resource: Resource, terms: Terms) -> list[Finding]:
    """The findings of a rule that sees the resource alone; none for a rule that wants the graph."""
    check = rule.check
    if check is None:
        return []
    return _judged(rule, resource, terms, lambda node: check(node, terms))


def together(rule: Rule, stack: Stack, terms: Terms) -> list[Finding]:
    """The findings of a rule over a whole stack, the graph's proofs included."""
    resources = stack.resources if rule.kinds is None else stack.of(rule.kinds)
    return [finding for resource in resources for finding in _in_stack(rule, resource, stack, terms)]


def everything(rules: Sequence[Rule], stack: Stack, terms: Terms) -> list[Finding]:
    """All findings of all rules over a stack."""
    return [finding for rule in rules for finding in together(rule, stack, terms)]


def _in_stack(rule: Rule, resource: Resource, stack: Stack, terms: Terms) -> list[Finding]:
    check, proof = rule.stack_check, rule.proof
    if check is None:
        found = alone(rule, resource, terms)
    else:
        found = _judged(rule, resource, terms, lambda node: check(node, terms, stack))
    if proof is None or not any(finding.verdict.unknown for finding in found):
        return found
    settled = _verdict(lambda node: proof(node, terms, stack), Node(resource))
    if settled.state == "undecided":
        return found
    return [
        _accepted(replace(finding, verdict=settled), terms) if finding.verdict.unknown else finding for finding in found
    ]


def _judged(rule: Rule, resource: Resource, terms: Terms, check: Callable[[Node], Verdict]) -> list[Finding]:
    node = Node(resource)
    try:
        parts = rule.each(node) if rule.each else [node]
    except UndecidedError as error:
        return [Finding(rule, resource, "", error.verdict)]
    if not parts:
        return [Finding(rule, resource, "", not_applicable("it has none of what the rule judges"))]
    return [_accepted(Finding(rule, resource, _named(part), _verdict(check, part)), terms) for part in parts]


def _verdict(check: Callable[[Node], Verdict], node: Node) -> Verdict:
    try:
        return check(node)
    except UndecidedError as error:
        return error.verdict


def _accepted(finding: Finding, terms: Terms) -> Finding:
    if finding.verdict.state != "violation":
        return finding
    for exemption in terms.settings.exemptions:
        known_as = finding.part or finding.verdict.path
        if exemption.covers(finding.rule.id, finding.resource.urn, known_as, terms.today):
            return replace(finding, exemption=exemption)
    return replace(finding, advice=terms.profile in finding.rule.relaxed)


def _named(part: Node) -> str:
    if not part.path:
        return ""
    if isinstance(part.value, Mapping):
        value = cast("Mapping[str, object]", part.value)
        for key in ("name", "Sid"):
            if isinstance(value.get(key), str):
                return cast("str", value[key])
    return part.path


def unused(findings: Sequence[Finding], terms: Terms, stack: Stack) -> list[Exemption]:
    """The valid exemptions that accepted nothing, but for those about children that this run was not told of."""
    used = {finding.exemption for finding in findings if finding.exemption}
    return [
        exemption
        for exemption in terms.settings.exemptions
        if exemption not in used
        and not exemption.problems
        and not exemption.expired(terms.today)
        and not any(exemption.is_below(childless) for childless in stack.childless)
    ]


def undecided(findings: Sequence[Finding]) -> Iterator[tuple[Rule, list[Finding]]]:
    """The undecided findings, each rule once."""
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.verdict.state == "undecided":
            by_rule[finding.rule.id].append(finding)
    for same in by_rule.values():
        yield same[0].rule, same
