"""What the policy pack says of a stack's plan: served and asked as the engine would, shown as tables."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local import plan, policy_client
from local.policy_client import Diagnostic, PolicyConfig, Registration, Verdicts
from local.program import Run

SEVERITIES = ("critical", "high", "medium", "low")
SUMMARIES = {
    "undecided-mandatory": "undecided at this point",
    "exemption-shown": "exempt",
    "profile-advice": "advice that this profile does not enforce",
}
"""The pack's policies that sum up a run, and how their lines are headed here."""


class Refused(Exception):
    """A mandatory policy is violated: nothing may be deployed."""


def planned(
    project_dir: Path,
    project: str,
    config: dict[str, str],
    stack: str,
    meanwhile: Callable[[Run], object] = lambda _: None,
) -> tuple[Run, Verdicts]:
    """All that a stack declares, and what the project's own pack says of it.

    `meanwhile` is done, with what is declared, while the pack judges it.

    Raises:
        ProgramError: a setting is wrong, or the program failed.
        PolicyPackError: the pack did not start, or failed.
    """
    pack = project_dir / "policies"
    with (
        policy_client.serve(pack, Path(sys.executable), project=project, stack=stack) as served,
        ThreadPoolExecutor(1) as aside,
    ):
        run = plan.plan(project_dir, stack, config)  # while the pack starts
        doing = aside.submit(meanwhile, run)
        served.configure(_config(pack, stack), project=project, stack=stack, tags={}, dry_run=True)
        provider = policy_client.default_provider(project, stack, config)
        told = served.judge([policy_client.root(project, stack), provider, *registrations(run, provider.urn)])
        doing.result()
        return run, told


def registrations(run: Run, provider: str) -> list[Registration]:
    """What a run declared, as a pack is told of it; `provider` is the URN of the AWS provider."""
    return [
        Registration(
            one.urn,
            one.type,
            one.name,
            one.inputs,
            one.parent,
            one.dependencies,
            one.property_dependencies,
            one.protect,
            one.ignore_changes,
            provider if one.type.startswith("aws:") else "",
        )
        for one in run.declared
    ]


def show(console: Console, verdicts: Verdicts, *, brief: bool = False) -> None:
    """Print the counts by severity, the violations in full, and what is undecided, exempt or advice.

    When `brief`, of these last ones the policies' names alone.
    """
    own = [one for one in verdicts.diagnostics if one.policy not in SUMMARIES]
    counts = Counter(one.severity for one in own)
    told = ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name]) or "no violation"
    console.print(f"policies: {len(verdicts.policies)}; {told}", style="bold", highlight=False)
    if own:
        _violations(console, own)
    for policy, heading in SUMMARIES.items():
        lines = [one.message for one in verdicts.diagnostics if one.policy == policy]
        if brief and lines:
            names = ", ".join(dict.fromkeys(_about(line) for line in lines))
            console.print(f"{heading}: {len(lines)} ({names})", style="dim", highlight=False)
        elif lines:
            console.print(f"{heading}: {len(lines)}", style="bold", highlight=False)
            for line in lines:
                console.print(f"  {line}", style="dim", markup=False, highlight=False)


def refuse(stack: str, verdicts: Verdicts) -> None:
    """Raise `Refused` when a mandatory policy is violated."""
    broken = sorted({one.policy for one in verdicts.mandatory})
    if broken:
        raise Refused(f"the policies refuse stack {stack}, nothing is deployed: {', '.join(broken)}")


def rows(verdicts: Verdicts) -> list[dict[str, str]]:
    """The verdicts for programs: what the pack's own reports read."""
    return [
        {"rule": one.policy, "urn": one.urn, "message": one.message, "level": one.level} for one in verdicts.diagnostics
    ]


def _about(line: str) -> str:
    """The policy that a line of a summary begins with."""
    return line.removeprefix("Exempt: ").split()[0].rstrip(":")


def _violations(console: Console, found: list[Diagnostic]) -> None:
    table = Table("severity", "level", "policy", "what, and how to mend it")
    for one in sorted(found, key=lambda each: (SEVERITIES.index(each.severity), each.level != "mandatory")):
        colour = "red" if one.level == "mandatory" else "yellow"
        table.add_row(one.severity, f"[{colour}]{one.level}[/]", one.policy, one.message)
    console.print(table)


def _config(pack: Path, stack: str) -> PolicyConfig:
    """What `--policy-pack-config policies/config/STACK.json` would give; the pack's defaults without that file."""
    path = pack / "config" / f"{stack}.json"
    return json.loads(path.read_text()) if path.is_file() else {}
