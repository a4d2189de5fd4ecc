"""A rule: one pure function, and what people need to know about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Required, TypedDict, Unpack

from slipway_policies.kinds import Kind
from slipway_policies.node import Node
from slipway_policies.settings import Profile, Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import Verdict

Severity = Literal["critical", "high", "medium", "low"]
Level = Literal["mandatory", "advisory", "disabled"]
Check = Callable[[Node, Terms], Verdict]
StackCheck = Callable[[Node, Terms, Stack], Verdict]
Each = Callable[[Node], Sequence[Node]]
Naming = Callable[[Node], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the pack.

    It judges every resource of `kinds` (all, when None). With `each`, every part that it returns is
    judged by itself, so that one finding, one unknown or one exemption never hides another.
    `check` sees the resource alone, before it is created; `stack_check` sees the graph, once the program
    has declared everything; `proof` may settle from the graph what `check` had to leave undecided.
    """

    id: str
    kinds: Kind | None
    severity: Severity
    title: str
    why: str
    mend: str
    anchors: Mapping[str, tuple[str, ...]]
    tier: int = 1
    relaxed: tuple[Profile, ...] = ()
    level: Level = "mandatory"
    each: Each | None = None
    check: Check | None = None
    stack_check: StackCheck | None = None
    proof: StackCheck | None = None


class Told(TypedDict, total=False):
    """What else is told of a rule; `Rule` has the meanings and the defaults."""

    why: Required[str]
    mend: Required[str]
    anchors: str
    tier: int
    relaxed: tuple[Profile, ...]
    level: Level
    each: Each
    proof: StackCheck


def rule(
    name: str, kinds: Kind | None, severity: Severity, title: str, **told: Unpack[Told]
) -> Callable[[Check], Rule]:
    """Declares a rule whose function sees each resource alone, before it is created.

    `anchors` names the same demand elsewhere, by the keys of `anchors.FRAMEWORKS`: `SH ECR.2; CKV CKV_AWS_51`.
    In the profiles of `relaxed` its findings are advice.
    """
    return lambda check: replace(_rule(name, kinds, severity, title, told), check=check)


def stack_rule(
    name: str, kinds: Kind | None, severity: Severity, title: str, **told: Unpack[Told]
) -> Callable[[StackCheck], Rule]:
    """Declares a rule whose function sees each resource in its stack, once all are declared."""
    return lambda check: replace(_rule(name, kinds, severity, title, told), stack_check=check)


def _rule(name: str, kinds: Kind | None, severity: Severity, title: str, told: Told) -> Rule:
    return Rule(
        name,
        kinds,
        severity,
        title,
        told["why"],
        told["mend"],
        _anchors(told.get("anchors", "")),
        told.get("tier", 1),
        told.get("relaxed", ()),
        told.get("level") or _level(told.get("tier", 1), severity),
        told.get("each"),
        proof=told.get("proof"),
    )


def _level(tier: int, severity: Severity) -> Level:
    """The first tier is mandatory, and the second unless it weighs little; the third is to be switched on."""
    if tier == 3:  # noqa: PLR2004 - the third tier
        return "disabled"
    return "advisory" if tier == 2 and severity == "low" else "mandatory"  # noqa: PLR2004 - the second tier


def _anchors(text: str) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for group in filter(None, (part.strip() for part in text.split(";"))):
        name, _, ids = group.partition(" ")
        named[name] = tuple(each.strip() for each in ids.split(","))
    return named
