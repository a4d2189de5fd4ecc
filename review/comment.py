"""Comment: what a pull request is told, of all stacks, in one text that fits.

What cannot be undone comes first, then a line a stack, then each stack folded: images, containers, other changes,
policies. Nothing is wider than a phone: no tables. A text over the limit loses whole sections, the least wanted first,
and says which.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from review import containers, difference, policies
from review.losses import LOST, losses
from review.markdown import block, code, counted, folded, words
from review.run import CHANGES, Run, Step
from review.secrecy import masked

MARKER = "<!-- slipway: preview -->"
"""First line of the comment, by which the next run finds it."""
LIMIT = 65_536
"""Most that GitHub takes in a comment; it counts characters, and we the bytes, which are never fewer."""
ERROR_LINES = 40
FRAME = re.compile(r' +File ".*", line \d+')
NAMED = 12
"""How many resources a line names."""


@dataclass
class Section:
    """A part of a stack's text; the higher its rank, the sooner it is left out, and rank 0 stays."""

    title: str
    lines: list[str]
    rank: int
    folded: bool = False

    @property
    def text(self) -> str:
        """With its title."""
        if self.folded:
            return folded(f"{escape(self.title)} ({len(self.lines)})", "\n".join(self.lines), opened=False)
        return "\n".join([f"**{self.title}**", "", *self.lines])


def comment(runs: Sequence[Run], *, missing: Sequence[str] = (), details: str = "", limit: int = LIMIT) -> str:
    """The whole comment; `missing` are the stacks that told nothing, `details` the address of the full report."""
    sections = {run.stack: list(_sections(run)) for run in runs}
    left_out: list[str] = []
    while len((text := _text(runs, missing, sections, left_out, details)).encode()) > limit:
        stack, section = _least_wanted(sections)
        sections[stack].remove(section)
        left_out.append(f"{stack}: {section.title}")
    return text


def _least_wanted(sections: dict[str, list[Section]]) -> tuple[str, Section]:
    """The section of the highest rank, the longest of these.

    Raises:
        ValueError: none is left.
    """
    every = [(stack, section) for stack, held in sections.items() for section in held]
    if not every:
        raise ValueError("the comment is over its limit with nothing left to leave out")
    return max(every, key=lambda one: (one[1].rank, len(one[1].text)))


def _text(
    runs: Sequence[Run],
    missing: Sequence[str],
    sections: dict[str, list[Section]],
    left_out: Sequence[str],
    details: str,
) -> str:
    parts = [MARKER, f"## {_headline(runs, missing)}", *_warning(runs)]
    parts.append(
        "\n".join(
            [*map(_stack_line, runs), *(f"- **{words(one)}**: no result; its job did not end" for one in missing)]
        )
    )
    parts += [_folded(run, sections[run.stack], alone=len(runs) == 1) for run in runs if sections[run.stack]]
    if left_out:
        where = f" They are in [the full report]({details})." if details else ""
        parts.append(f"Left out, for a comment holds {LIMIT:,} characters: {words('; '.join(left_out))}.{where}")
    elif details:
        parts.append(f"[The full report]({details})")
    return "\n\n".join(parts) + "\n"


def _headline(runs: Sequence[Run], missing: Sequence[str]) -> str:
    wrong = [run.stack for run in runs if run.failed] + list(missing)
    changed = [run.stack for run in runs if run.changes and not run.failed]
    if wrong:
        return f"Preview: {_listed(wrong)} {'fails' if len(wrong) == 1 else 'fail'}"
    if not runs:
        return "Preview: this touches no stack"
    if changed:
        return f"Preview: {_listed(changed)} {'changes' if len(changed) == 1 else 'change'}"
    return "Preview: nothing changes"


def _listed(stacks: Sequence[str]) -> str:
    *first, last = map(words, stacks)
    return f"{', '.join(first)} and {last}" if first else last


def _warning(runs: Sequence[Run]) -> Iterator[str]:
    lost = [(run.stack, step) for run in runs for step in losses(run.steps)]
    if not lost:
        return
    yield "\n".join(
        [
            "> [!CAUTION]",
            "> **What this cannot bring back**",
            ">",
            *(
                f"> - {words(stack)} {step.op}s {step.kind} {code(step.name)}: {LOST[step.type]}{_reason(step)}"
                for stack, step in lost[:NAMED]
            ),
            *([f"> - and {counted(len(lost) - NAMED, 'more resource')}, listed below"] if len(lost) > NAMED else []),
        ]
    )


def _reason(step: Step) -> str:
    return f" (another {', '.join(map(code, step.because))})" if step.because else ""


def _stack_line(run: Run) -> str:
    return f"- **{words(run.stack)}**: {_outcome(run)}; {policies.summary(run)}"


def _outcome(run: Run) -> str:
    counts = [counted(run.counts[op], op) for op in CHANGES if op in run.counts]
    said = ", ".join(counts) or "no changes"
    if not run.failed:
        return said
    return "refused by policies" if policies.violations(run) and not run.errors else "**failed**"


def _folded(run: Run, sections: Sequence[Section], *, alone: bool) -> str:
    body = "\n\n".join(section.text for section in sections)
    return folded(f"<b>{escape(run.stack)}</b> in detail", body, opened=alone or run.failed)


def _sections(run: Run) -> Iterator[Section]:
    found = (
        Section("Why it failed", list(_errors(run)), 1),
        Section("Policy violations", list(policies.lines(policies.violations(run))), 2),
        Section("Deleted and replaced", list(_gone(run)), 3),
        Section("Images", containers.images(run), 4),
        *_containers(run),
        Section("Other updates", list(_updates(run)), 6),
        Section("New resources", list(_created(run)), 9, folded=True),
        Section("Undecided before the update", list(policies.lines(policies.told_by(run, policies.UNDECIDED))), 5),
        Section("Policy warnings", list(policies.lines(policies.warnings(run))), 7, folded=True),
        Section("Exempt from policies", list(policies.lines(policies.told_by(run, policies.EXEMPT))), 8, folded=True),
        Section(
            "Not enforced in this stack", list(policies.lines(policies.told_by(run, policies.ADVICE))), 10, folded=True
        ),
    )
    return (section for section in found if section.lines)


def _errors(run: Run) -> Iterator[str]:
    if not run.failed or (policies.violations(run) and not run.errors):
        return
    text = (
        masked("\n".join([*run.said, *run.errors])).strip() or "The engine did not come to its end, and said nothing."
    )
    every = list(_without_frames(text.splitlines()))
    yield block("\n".join(every[-ERROR_LINES:]))
    if len(every) > ERROR_LINES:
        yield f"The last {ERROR_LINES} of {len(every)} lines."


def _without_frames(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a traceback with only the innermost place: the others are in the job's log."""
    frames = [number for number, line in enumerate(lines) if FRAME.match(line)]
    inside = False
    for number, line in enumerate(lines):
        inside = number in frames or (inside and line.startswith("    "))
        if not inside or (frames and number >= frames[-1]):
            yield line


def _gone(run: Run) -> Iterator[str]:
    """Deleted and replaced resources; a task definition's replacement is its next revision."""
    for step in run.steps:
        if step.custom and step.op in ("delete", "replace") and step.type not in (containers.TASK, containers.IMAGE):
            lost = LOST.get(step.type)
            kept = "stays in the account, no longer managed" if step.retained else lost and f"lost: {lost}"
            yield f"- {step.op} {step.kind} {code(step.name)}{_reason(step)}" + (f"; {kept}" if kept else "")


def _containers(run: Run) -> Iterator[Section]:
    for part in containers.parts(run):
        title = f"Container {words(part.container)}" if part.container else f"Task {words(part.task)}"
        of_task = f" of task {words(part.task)}" if part.container not in ("", part.task) else ""
        yield Section(title + of_task, part.lines, 4)


def _updates(run: Run) -> Iterator[str]:
    for step in run.steps:
        if step.custom and step.op in ("update", "replace") and step.type != containers.TASK:
            head, found = f"- {step.kind} {code(step.name)}", difference.changes(step.old, step.new, step.diffs)
            told = [containers.line(code(".".join(change.path)), change) for change in found]
            if len(told) == 1:
                yield f"{head}: {told[0].removeprefix('- ')}"
            else:
                yield from (head, *(f"  {line}" for line in told))


def _created(run: Run) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for step in run.steps:
        if step.custom and step.op == "create" and step.type != containers.IMAGE:
            kinds.setdefault(step.kind, []).append(step.name)
    for kind in sorted(kinds):
        names = sorted(kinds[kind])
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"- {kind}: {', '.join(map(code, names[:NAMED]))}{more}"
