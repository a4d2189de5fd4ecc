"""Sizes of Fargate tasks.

Source: Amazon ECS developer guide, "Amazon ECS task definition parameters for Fargate", Task size.
"""

import re

GIB = 1024
WRITTEN = re.compile(r"^\s*(\d*\.?\d+)\s*(vcpu|gb)\s*$", re.IGNORECASE)
MEMORY = {
    256: (512, GIB, 2 * GIB),
    512: tuple(range(GIB, 4 * GIB + 1, GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
    32768: (60 * GIB, 120 * GIB, 180 * GIB, 244 * GIB),
}
"""MiB that go with each number of CPU units."""


def memory_for(cpu: float | None) -> tuple[int, ...]:
    """The memory sizes, in MiB, that go with a number of CPU units; none for a number that Fargate does not offer."""
    return MEMORY.get(int(cpu), ()) if cpu is not None and cpu.is_integer() else ()


def units(text: str) -> float | None:
    """CPU units, or MiB: ECS reads `1024` and `1 vCPU`, `2048` and `2 GB`; None for anything else."""
    written = WRITTEN.match(text)
    if written:
        return float(written[1]) * GIB
    return float(text) if text.replace(".", "", 1).isdecimal() else None
