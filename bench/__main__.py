"""`make bench`: one table, each row in one run against its rival; whole processes, the median of five."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import local_stack

PROJECT = Path(__file__).resolve().parent.parent
RUNS = 5
PLAN = [sys.executable, "-m", "local", "plan", "--stack", "dev", "--json"]


@dataclass(frozen=True)
class Figure:
    """Wall seconds and megabytes (the largest process) of one command."""

    seconds: float
    megabytes: float


def once(command: list[str]) -> Figure:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; its output says why.
    """
    started = time.monotonic()
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{errors.decode()}")
    return Figure(time.monotonic() - started, used.ru_maxrss / 1024)


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure, and what it is measured against."""

    what: str
    figure: Figure | None = None
    against: str = ""
    rival: Figure | None = None

    def cells(self) -> list[str]:
        """The line's texts."""
        own = [f"{self.figure.seconds:.2f}", f"{self.figure.megabytes:.0f}"] if self.figure else ["", ""]
        if self.figure is None or self.rival is None:
            return [self.what, *own, "", "", ""]
        ratios = (self.figure.seconds / self.rival.seconds, self.figure.megabytes / self.rival.megabytes)
        return [self.what, *own, self.against, *(f"{ratio:.2f}" for ratio in ratios)]


def in_turn(*commands: list[str]) -> list[Figure]:
    """The median of each command, run in turn so that a drifting machine meets all alike."""
    runs = [[once(command) for command in commands] for _ in range(RUNS)]
    return [
        Figure(
            statistics.median(run[index].seconds for run in runs),
            statistics.median(run[index].megabytes for run in runs),
        )
        for index in range(len(commands))
    ]


def local_rows() -> list[Row]:
    """The stack on this machine, cold and unchanged, beside its floor; said when there is no Docker."""
    if not local_stack.available():
        return [Row("local up: not measured, no Docker daemon answers")]
    local_stack.down()
    cold = once(local_stack.UP)
    unchanged, floor = in_turn(local_stack.UP, local_stack.FLOOR)
    local_stack.down()
    return [
        Row("local up from nothing (packages and base image there)", cold),
        Row("local up, nothing changed", unchanged, "floor", floor),
        Row("floor: the SDK's imports and the bare boto3 calls", floor),
    ]


def services(count: int) -> list[str]:
    """The command that plans so many services."""
    return [sys.executable, "-m", "bench.many", str(count)]


def plan_rows() -> list[Row]:
    """A plan of one service beside the CDK's synthesis of the same."""
    plan, cdk = in_turn(PLAN, [str(PROJECT / ".venv-bench" / "bin" / "python"), "bench/cdk_service.py"])
    return [Row("CDK synth of one service (app alone)", cdk), Row("plan of one service", plan, "CDK", cdk)]


def growth_rows() -> list[Row]:
    """What more services cost; the last line is the time of each one added, beside that at 50."""
    one, ten, fifty, many = in_turn(services(1), services(10), services(50), services(200))
    each, each_of_fifty = _added(many, one, 199), _added(fifty, one, 49)
    return [
        Row("1 service from components", one),
        Row("10 services, one balancer", ten, "1", one),
        Row("50 services, one balancer", fifty, "1", one),
        Row("200 services, four balancers", many, "1", one),
        Row("each service added, of 200", each, "of 50", each_of_fifty),
    ]


def _added(many: Figure, one: Figure, count: int) -> Figure:
    return Figure((many.seconds - one.seconds) / count, (many.megabytes - one.megabytes) / count)


def main() -> None:
    """Measure, and print the table."""
    table = Table("what", "seconds", "MB", "against", "ratio of time", "ratio of memory")
    for row in [*plan_rows(), *growth_rows(), *local_rows()]:
        table.add_row(*row.cells())
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
