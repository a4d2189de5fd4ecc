"""Reports of a run: Markdown for a pull request, SARIF 2.1.0 for code scanning.

    pulumi policy analyze --policy-pack policies --file state.json --json | python -m slipway_policies.report sarif

It reads the engine's events, or what another client of the pack was told: a list of verdicts, or objects that have one
as `policies`, such as `python -m local plan --json` prints for each stack.

    [{"rule": "alb-waf", "urn": "urn:pulumi:…", "message": "what, and how to mend it", "level": "mandatory"}]

`level` is `mandatory` or `advisory`, `urn` is empty for the whole stack; `severity` is read for rules of other packs.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TextIO, cast

from slipway_policies.rule import Rule, Severity
from slipway_policies.rules import RULES
from slipway_policies.summary import SUMMARIES, Summary

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SCORES: Mapping[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
"""GitHub's `security-severity`, in the middle of the range of each word."""
KNOWN: Sequence[Rule | Summary] = (*RULES, *SUMMARIES)
SEVERITIES: Mapping[str, Severity] = {each.id: each.severity for each in KNOWN}
COLOUR = re.compile(r"<\{%[^%]*%\}>")
"""How the engine marks colours in the messages of its events."""
ORDER: Sequence[Severity] = ("critical", "high", "medium", "low")


class Told(NamedTuple):
    """A violation as a report shows it; `graded` is the severity that came with it."""

    rule: str
    urn: str
    message: str
    level: str
    graded: str = ""

    @property
    def severity(self) -> Severity:
        """Severity of its rule; for a policy of another pack the one that came with it, else medium."""
        graded = cast("Severity", self.graded) if self.graded in ORDER else "medium"
        return SEVERITIES.get(self.rule, graded)

    @property
    def resource(self) -> str:
        """Kind and name of the resource, from its URN (`urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`)."""
        *_, kind, name = ("", *self.urn.split("::"))
        return f"{kind.rpartition(':')[2]} {name}".strip() or "the stack"


class ReportError(Exception):
    """What was given is neither the engine's events nor a list of verdicts."""


def read(stream: TextIO) -> list[Told]:
    """The violations in a stream of engine events, or of verdicts.

    Raises:
        ReportError: it is neither.
    """
    return [told for value in _values(stream.read()) for told in _told(value)]


def markdown(told: Sequence[Told]) -> str:
    """Counts by severity, then every violation, the most severe first."""
    if not told:
        return "## Policies\n\nNo violations.\n"
    lines = ["## Policies", "", "| Severity | Mandatory | Advisory |", "|---|---:|---:|"]
    for severity in ORDER:
        same = [each for each in told if each.severity == severity]
        if same:
            mandatory = sum(each.level == "mandatory" for each in same)
            lines.append(f"| {severity} | {mandatory} | {len(same) - mandatory} |")
    lines += ["", "| Severity | Rule | Resource | Level | What, and how to mend it |", "|---|---|---|---|---|"]
    for each in sorted(told, key=lambda one: (ORDER.index(one.severity), one.level != "mandatory", one.rule)):
        lines.append(
            f"| {each.severity} | `{each.rule}` | {_cell(each.resource)} | {each.level} | {_cell(each.message)} |"
        )
    return "\n".join([*lines, ""])


def sarif(told: Sequence[Told]) -> dict[str, object]:
    """The violations as a SARIF log; a resource is a logical location, named by its URN."""
    ids = list(dict.fromkeys(each.rule for each in told))
    known = {each.id: each for each in KNOWN}
    rules: list[object] = []
    for name in ids:
        described: dict[str, object] = {"id": name, "name": name}
        if name in known:
            one = known[name]
            described |= {
                "shortDescription": {"text": one.title},
                "fullDescription": {"text": one.why},
                "help": {"text": one.mend},
                "properties": {"security-severity": SCORES[one.severity], "tags": ["security", one.severity]},
            }
        rules.append(described)
    driver = {"name": "slipway-policies", "rules": rules}
    results = [_result(each, ids.index(each.rule)) for each in told]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(told: Told, index: int) -> dict[str, object]:
    mark = hashlib.sha256(f"{told.rule}\n{told.urn}\n{told.message}".encode()).hexdigest()
    logical = {"name": told.resource, "fullyQualifiedName": told.urn or "stack", "kind": "resource"}
    file = {"artifactLocation": {"uri": "Pulumi.yaml"}, "region": {"startLine": 1}}
    return {
        "ruleId": told.rule,
        "ruleIndex": index,
        "level": "error" if told.level == "mandatory" else "warning",
        "message": {"text": told.message},
        "locations": [{"physicalLocation": file, "logicalLocations": [logical]}],
        "partialFingerprints": {"policyViolation/v1": mark},
    }


def _values(text: str) -> Iterator[object]:
    """The JSON values of a text, one after the other."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except ValueError as error:
            raise ReportError(f"This is no JSON: {rest[:80]}") from error
        yield value
        rest = rest[end:].lstrip()


def _told(value: object) -> Iterator[Told]:
    held = cast("Mapping[str, object]", value).get("policies") if isinstance(value, Mapping) else value
    if isinstance(held, list):
        yield from map(_verdict, cast("list[object]", held))
    elif isinstance(value, Mapping):
        yield from _event(cast("Mapping[str, object]", value))
    else:
        raise ReportError(f"This is neither an event of the engine nor a verdict: {str(value)[:80]}")


def _event(event: Mapping[str, object]) -> Iterator[Told]:
    found = event.get("policyEvent")
    if not isinstance(found, Mapping):
        return
    given = {key: str(value) for key, value in cast("Mapping[str, object]", found).items()}
    title, _, message = COLOUR.sub("", given.get("message", "")).strip().partition("\n")
    yield Told(
        given.get("policyName", ""),
        given.get("resourceUrn", ""),
        message.strip() or title,
        _level(given.get("enforcementLevel")),
        given.get("severity", ""),
    )


def _verdict(given: object) -> Told:
    if not isinstance(given, Mapping) or not isinstance(cast("Mapping[str, object]", given).get("rule"), str):
        raise ReportError(f"This is no verdict: {str(given)[:80]}")
    values = {key: str(value) for key, value in cast("Mapping[str, object]", given).items()}
    return Told(
        values["rule"],
        values.get("urn", ""),
        values.get("message", ""),
        _level(values.get("level")),
        values.get("severity", ""),
    )


def _level(word: str | None) -> str:
    return "mandatory" if word == "mandatory" else "advisory"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: Sequence[str]) -> int:
    """Writes the report of what standard input tells; 2 when it is asked for something else."""
    if list(arguments) not in (["markdown"], ["sarif"]):
        sys.stderr.write("usage: python -m slipway_policies.report markdown|sarif < EVENTS\n")
        return 2
    try:
        told = read(sys.stdin)
    except ReportError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(markdown(told) if arguments[0] == "markdown" else f"{json.dumps(sarif(told), indent=2)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
