"""Policies: what they said of a stack, the violations in full."""

import re
from collections.abc import Iterator, Sequence

from review.markdown import code, counted, words
from review.run import Run, Verdict
from review.secrecy import masked

UNDECIDED, EXEMPT, ADVICE = "undecided-mandatory", "exemption-shown", "profile-advice"
"""Policies of the pack that tell of others, once a run (policies/slipway_policies/summary.py)."""
TELLERS = (UNDECIDED, EXEMPT, ADVICE)
URN = re.compile(r"urn:pulumi:[^\s,]*::([^\s,:]+)")
SEVERITIES = ("critical", "high", "medium", "low")


def violations(run: Run) -> list[Verdict]:
    """What stops an update, the most severe first."""
    stops = [one for one in run.verdicts if one.level == "mandatory"]
    return sorted(
        stops, key=lambda one: (SEVERITIES.index(one.severity) if one.severity in SEVERITIES else 4, one.rule)
    )


def told_by(run: Run, rule: str) -> list[Verdict]:
    """What one policy said, short of a violation."""
    return [one for one in run.verdicts if one.rule == rule and one.level != "mandatory"]


def warnings(run: Run) -> list[Verdict]:
    """What an advisory rule said."""
    return [one for one in run.verdicts if one.level != "mandatory" and one.rule not in TELLERS]


def summary(run: Run) -> str:
    """All counts in a line."""
    if not run.packs:
        return "no policies ran"
    passed = len(run.passed - run.failed_rules)
    counts = (
        (len(violations(run)), "violation"),
        (len(told_by(run, UNDECIDED)), "undecided"),
        (len(warnings(run)), "warning"),
        (len(told_by(run, EXEMPT)), "exempt"),
    )
    said = [counted(number, word, word if word in ("undecided", "exempt") else "") for number, word in counts if number]
    return ", ".join([*said, counted(passed, "rule passed", "rules passed")])


def lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Verdicts as items of a list: what a rule says of several resources in the same words is one item."""
    grouped: dict[tuple[str, str], list[Verdict]] = {}
    for one in verdicts:
        grouped.setdefault((one.rule, _message(one)), []).append(one)
    for (_, message), same in grouped.items():
        about = ", ".join(dict.fromkeys(code(one.about) for one in same if one.about))
        said = words(masked(message))
        head = "" if same[0].rule in TELLERS else f"**{words(same[0].rule)}** ({same[0].severity or same[0].level})"
        yield "- " + ": ".join(filter(None, [" on ".join(filter(None, [head, about])), said]))


def _message(verdict: Verdict) -> str:
    """The message without the name of its resource, which is told beside it, and URNs as names."""
    return URN.sub(r"\1", verdict.message.removeprefix(f"{verdict.about}: ").replace("..", "."))
