"""Follows a deployment to its end, and refuses when what runs is not what was declared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from release import state
from release.commands import deploy
from release.diagnose import Diagnosis, diagnose
from release.record import ReleaseRecord
from release.state import Clients

LEAST_PAUSE, MOST_PAUSE = 1.0, 10.0
"""Seconds between two looks at a release or a task, at first and at last."""
Say = Callable[[str], None]
"""What tells a person of progress."""


class ReleaseRefused(Exception):
    """What runs is not what was declared. The text says all: Pulumi shows nothing else of a hook."""

    def __init__(self, record: ReleaseRecord, why: str, running: str, diagnosis: Diagnosis) -> None:
        self.record, self.why, self.diagnosis = record, why, diagnosis
        change = "".join(f"  change:   {line}\n" for line in diagnosis.change)
        evidence = "\n".join(f"    {line}" for line in diagnosis.evidence) or "    none"
        super().__init__(
            f"\n\nThe release of {record.service} is not live: {why}.\n"
            f"  cause:    {diagnosis.cause.words}\n{change}"
            f"  declared: {state.short(record.task_definition)} ({record.image})\n"
            f"  running:  {running}\n"
            f"  evidence:\n{evidence}\n"
            "  To go on, mend the cause and deploy again. To try the very same release once more:\n"
            f"    {deploy(record, state.short(record.task_definition), '--force-new-deployment')}\n"
        )


@dataclass(frozen=True)
class Clock:
    """Time, so that tests need not wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def pause(elapsed: float) -> float:
    """Seconds to the next look: a fifth of those so far, so that no end is told much later than it came."""
    return min(max(LEAST_PAUSE, elapsed / 5), MOST_PAUSE)


def follow(
    record: ReleaseRecord,
    clients: Clients,
    say: Say,
    stack_file: Path,
    clock: Clock | None = None,
) -> None:
    """Return when the release is live; `stack_file` is where a refusal says what to change.

    Raises:
        ReleaseRefused: it is not, and will not be: rolled back, replaced, failed, or out of time.
    """
    clock = clock or Clock()
    started, told = clock.now(), ""
    while True:
        service = state.describe(record, clients)
        why = state.refusal(record, service)
        if why:
            raise ReleaseRefused(record, why, state.running(service), diagnose(record, clients, service, stack_file))
        progress = state.progress(service)
        if state.is_live(service) and state.targets_are_healthy(clients, service):
            say(f"{record.service}: {state.live(service)}")
            return
        elapsed = clock.now() - started
        if elapsed > record.time_limit_seconds:
            late = f"still {progress} after {record.time_limit_seconds} s, the time limit"
            raise ReleaseRefused(record, late, state.running(service), diagnose(record, clients, service, stack_file))
        if progress != told:
            say(f"{record.service}: {progress} ({elapsed:.0f} s)")
            told = progress
        clock.sleep(pause(elapsed))
