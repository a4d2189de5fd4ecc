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


def services(count: int) -> list[str]:
    """The command that plans so many services."""
    return [sys.executable, "-m", "bench.many", str(count)]


def main() -> None:
    """Measure, and print the table."""
    table = Table("what", "seconds", "MB", "against", "ratio of time", "ratio of memory")
    rival = PROJECT / ".venv-bench" / "bin" / "python"
    plan, cdk = in_turn(PLAN, [str(rival), "bench/cdk_service.py"])
    one, ten, fifty, many = in_turn(services(1), services(10), services(50), services(200))
    per_service = (many.seconds - one.seconds) / 199 / ((fifty.seconds - one.seconds) / 49)
    rows = [
        ("CDK synth of one service (app alone)", cdk, "", "", ""),
        (
            "plan of one service",
            plan,
            "CDK",
            f"{plan.seconds / cdk.seconds:.2f}",
            f"{plan.megabytes / cdk.megabytes:.2f}",
        ),
        ("1 service from components", one, "", "", ""),
        (
            "10 services, one balancer",
            ten,
            "1",
            f"{ten.seconds / one.seconds:.2f}",
            f"{ten.megabytes / one.megabytes:.2f}",
        ),
        (
            "50 services, one balancer",
            fifty,
            "1",
            f"{fifty.seconds / one.seconds:.2f}",
            f"{fifty.megabytes / one.megabytes:.2f}",
        ),
        (
            "200 services, four balancers",
            many,
            "50, per service",
            f"{per_service:.2f}",
            f"{many.megabytes / fifty.megabytes:.2f}",
        ),
    ]
    for what, figure, *against in rows:
        table.add_row(what, f"{figure.seconds:.2f}", f"{figure.megabytes:.0f}", *against)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
