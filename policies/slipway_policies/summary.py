"""What is said once a run, over all findings: nothing undecided or accepted stays silent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from slipway_policies import judge
from slipway_policies.judge import Finding
from slipway_policies.rule import Level, Severity
from slipway_policies.settings import PROFILES, Terms
from slipway_policies.stack import Stack

Line = tuple[str, str]
"""A message and the URN that it is about, empty for the whole stack."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A policy over the findings of all rules."""

    id: str
    severity: Severity
    title: str
    why: str
    mend: str
    level: Level
    lines: Callable[[Sequence[Finding], Terms, Stack], Iterator[Line]]
    tier: int = 1


def _undecided(findings: Sequence[Finding], _: Terms, __: Stack) -> Iterator[Line]:
    for rule, same in judge.undecided(findings):
        if rule.level == "mandatory":
            places = "; ".join(f"{each.resource.name}: {each.verdict.path} {each.verdict.text}" for each in same)
            yield (
                f"{rule.id} is undecided. {places}",
                same[0].resource.urn if len(same) == 1 else "",
            )


def _invalid(findings: Sequence[Finding], terms: Terms, stack: Stack) -> Iterator[Line]:
    known = {finding.rule.id for finding in findings}
    for exemption in terms.settings.exemptions:
        for problem in exemption.problems:
            yield f"The exemption {exemption} does not count: {problem}.", ""
        if exemption.expired(terms.today):
            yield f"The exemption {exemption} has expired: mend the resource, or decide again.", ""
    for exemption in judge.unused(findings, terms, stack):
        why = "nothing in this stack needs it" if exemption.rule in known else "no such rule judged anything here"
        yield f"The exemption {exemption} is not used: {why}. Take it out.", ""


def _accepted(findings: Sequence[Finding], _: Terms, __: Stack) -> Iterator[Line]:
    for finding in findings:
        if finding.exemption:
            yield f"Exempt: {finding.exemption}. It hides: {finding.message}", finding.resource.urn


def _advice(findings: Sequence[Finding], terms: Terms, _: Stack) -> Iterator[Line]:
    for finding in findings:
        if finding.advice and not finding.exemption:
            yield (
                f"{finding.rule.id}: {finding.message} (Advice in the profile {terms.profile}.)",
                finding.resource.urn,
            )


SUMMARIES = (
    Summary(
        "undecided-mandatory",
        "medium",
        "Every mandatory rule is decided.",
        why="A rule that could not read a value has not passed; a first preview should say which those are.",
        mend="Look again during the update, when the values are known, or make the value known at preview.",
        level="advisory",
        lines=_undecided,
    ),
    Summary(
        "exemption-valid",
        "medium",
        "Every exemption has an owner, a reason and an end, and is still needed.",
        why="An exemption that nobody owns, or that outlives its reason, is a hole that nobody sees.",
        mend="Complete it, renew it after a new decision, or take it out of the configuration.",
        level="mandatory",
        lines=_invalid,
    ),
    Summary(
        "exemption-shown",
        "low",
        "Exemptions in force are shown in every run.",
        why="What is accepted should stay known.",
        mend="Mend the resource before the exemption expires.",
        level="advisory",
        lines=_accepted,
    ),
    Summary(
        "profile-advice",
        "low",
        "Findings that the stack's profile does not enforce are shown.",
        why=f"What {PROFILES[0]} lets pass, {PROFILES[-1]} will not.",
        mend="Mend the resource before the stack is promoted.",
        level="advisory",
        lines=_advice,
    ),
)
