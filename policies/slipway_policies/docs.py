"""Makes docs/policies.md from the rules: `python -m slipway_policies.docs ../docs/policies.md`, run in policies/."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from slipway_policies.anchors import FRAMEWORKS
from slipway_policies.coverage import coverage
from slipway_policies.rule import Rule
from slipway_policies.rules import MODULES, RULES
from slipway_policies.settings import PROFILE_TAG, PROFILES, schema
from slipway_policies.summary import SUMMARIES, Summary

GUIDE = Path(__file__).with_name("guide.md")


def page() -> str:
    """The whole page."""
    parts = {
        "count": str(len(RULES)),
        "tag": PROFILE_TAG,
        "profiles": _profiles(),
        "settings": _settings(),
        "coverage": _coverage(),
        "rules": _rules(),
    }
    text = GUIDE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _profiles() -> str:
    relaxed = [each for each in RULES if each.relaxed]
    lines = [f"| Rule | {' | '.join(PROFILES)} |", f"|---|{'---|' * len(PROFILES)}"]
    for each in relaxed:
        words = ["advice" if profile in each.relaxed else each.level for profile in PROFILES]
        lines.append(f"| `{each.id}` | {' | '.join(words)} |")
    return "\n".join(lines)


def _settings() -> str:
    lines = ["| Setting | Meaning | Default |", "|---|---|---|"]
    lines += [
        f"| `{key}` | {told['description']} | {_default(told.get('default'))} |" for key, told in schema().items()
    ]
    return "\n".join(lines)


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{each}`" for each in cast("list[object]", value)) or "none"
    return f"{value:g}" if isinstance(value, int | float) else ""


def _coverage() -> str:
    lines = ["| | Covered | On by default | Missing |", "|---|---:|---:|---|"]
    lines += [
        f"| {FRAMEWORKS[one.anchor]} | {one.covered} of {one.total} | {one.on} | {', '.join(one.missing) or 'none'} |"
        for one in coverage(RULES)
    ]
    return "\n".join(lines)


def _rules() -> str:
    parts = [
        _section((module.__doc__ or "").strip(), [each for each in vars(module).values() if isinstance(each, Rule)])
        for module in MODULES
    ]
    return "\n\n".join([*parts, _section("Said once a run, over all findings.", SUMMARIES)])


def _section(title: str, rules: Sequence[Rule | Summary]) -> str:
    return "\n\n".join([f"### {title.rstrip('.')}", *map(_rule, rules)])


def _rule(one: Rule | Summary) -> str:
    facts = [one.severity, one.level, f"tier {one.tier}"]
    if isinstance(one, Rule):
        facts.append("sees the stack" if one.stack_check else "sees the resource")
        if one.proof:
            facts.append("the graph decides what is unknown")
    lines = [f"#### {one.id}", "", f"**{one.title}** *({', '.join(facts)})*", "", one.why, "", f"Mend: {one.mend}"]
    if isinstance(one, Rule) and one.anchors:
        named = [f"{FRAMEWORKS[anchor]} {', '.join(ids)}" for anchor, ids in one.anchors.items()]
        lines += ["", f"Also asked by {'; '.join(named)}."]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Writes the page to the file that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m slipway_policies.docs FILE\n")
        return 2
    Path(arguments[0]).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
