"""Run: what the engine told of one stack.

The engine's events are JSON, one a line: `pulumi preview --json` streams them with
PULUMI_ENABLE_STREAMING_JSON_PREVIEW set, and `--event-log FILE` writes the same.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key by which the wire format tells special values
UNKNOWNS = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
"""How the wire format writes a value that is not known yet: a text, a boolean, a number, a list, a map."""
COLOUR = re.compile(r"<\{%[^%]*%\}>")
ASIDE = {"same", "read", "refresh", "create-replacement", "delete-replaced", "discard"}
"""Operations that change nothing, or that a `replace` already tells of."""
CHANGES = ("create", "update", "replace", "delete")
EMPTY = "preview failed"
"""An error that says nothing: what made it fail is told beside it."""


@dataclass(frozen=True)
class Step:
    """One resource and what becomes of it; `old` and `new` are its inputs."""

    op: str
    urn: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    diffs: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    """The properties whose change replaces it."""
    custom: bool = True
    """Whether it is a resource of a provider, not a component."""
    retained: bool = False
    """Whether deletion leaves it where it is."""

    @property
    def type(self) -> str:
        """Type token, without its parents'."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Logical name."""
        return self.urn.split("::", 3)[3]

    @property
    def kind(self) -> str:
        """Type as people say it: `aws:ecs/taskDefinition:TaskDefinition` is a task definition."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.type.rpartition(":")[2]).lower()


@dataclass(frozen=True)
class Verdict:
    """What a policy reported."""

    rule: str
    level: str
    severity: str
    urn: str
    title: str
    message: str

    @property
    def about(self) -> str:
        """Name of the resource; empty for the whole stack."""
        return self.urn.rpartition("::")[2]


@dataclass
class Run:
    """What was told of a stack."""

    stack: str
    steps: list[Step] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Lines that are no events: what the CLI said before the engine ran, or instead of it."""
    packs: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    failed_rules: set[str] = field(default_factory=set)
    counted: Mapping[str, int] | None = None
    """The engine's own count by operation; None when it did not come to its end."""
    refused: bool = False
    """Whether the engine said that it failed."""

    @property
    def failed(self) -> bool:
        """Whether the preview did not come to a good end."""
        return self.refused or self.counted is None

    @property
    def counts(self) -> dict[str, int]:
        """How many resources are created, updated, replaced and deleted."""
        counted = self.counted or {}
        return {op: counted[op] for op in CHANGES if counted.get(op)}

    @property
    def changes(self) -> bool:
        """Whether a resource is more than the same."""
        return bool(self.counts)


def read(stack: str, lines: Iterable[str]) -> Run:
    """What the events say; a line that is none is kept as said."""
    run = Run(stack)
    for line in lines:
        event = _event(line)
        if event is None:
            run.said += [line.rstrip()] if line.strip() else []
        else:
            _note(run, event)
    run.verdicts = list(dict.fromkeys(run.verdicts))
    return run


def _event(line: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _note(run: Run, event: Mapping[str, Any]) -> None:
    for name, told in event.items():
        match name:
            case "resourcePreEvent":
                run.steps += _steps(told["metadata"])
            case "policyEvent":
                run.verdicts.append(_verdict(told))
            case "policyAnalyzeSummaryEvent" | "policyAnalyzeStackSummaryEvent":
                run.packs.add(f"{told['policyPackName']} {told.get('policyPackVersion', '')}".strip())
                run.passed |= set(told.get("passed") or ())
                run.failed_rules |= set(told.get("failed") or ())
            case "diagnosticEvent" if told.get("severity") == "error":
                run.refused = True
                run.errors += _said(told)
            case "summaryEvent":
                run.counted = told.get("resourceChanges") or {}
            case _:
                pass


def _said(diagnostic: Mapping[str, Any]) -> Iterator[str]:
    text = plain(diagnostic.get("message", ""))
    if text and text != EMPTY:
        urn = diagnostic.get("urn", "")
        yield f"{urn.rpartition('::')[2]}: {text}" if urn and not urn.endswith(":Stack") else text


def _steps(told: Mapping[str, Any]) -> Iterator[Step]:
    old, new = told.get("old") or {}, told.get("new") or {}
    if told["op"] not in ASIDE:
        yield Step(
            told["op"],
            told["urn"],
            old.get("inputs") or {},
            new.get("inputs") or {},
            tuple(told.get("diffs") or ()),
            tuple(told.get("keys") or ()),
            custom=bool((new or old).get("custom")),
            retained=bool(old.get("retainOnDelete")),
        )


def _verdict(told: Mapping[str, Any]) -> Verdict:
    title, _, message = plain(told.get("message", "")).partition("\n")
    return Verdict(
        told.get("policyName", ""),
        told.get("enforcementLevel", "advisory"),
        told.get("severity", ""),
        told.get("resourceUrn", ""),
        title,
        message.strip() or title,
    )


def plain(text: str) -> str:
    """A text of the engine without its marks of colour."""
    return COLOUR.sub("", text).strip()
