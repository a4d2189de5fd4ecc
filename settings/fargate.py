"""The CPU and memory pairs that Fargate offers.

Source: "Task size" in the Amazon ECS Developer Guide, page "Amazon ECS task definition parameters
for Fargate". CPU in units (1024 = 1 vCPU), memory in MiB.
"""

from collections.abc import Iterator

from settings.options import Problem

_GIB = 1024

MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
    32768: (60 * _GIB, 120 * _GIB, 180 * _GIB, 244 * _GIB),
}
"""The memory sizes (MiB) that each CPU size allows."""


def is_valid(cpu: int, memory: int) -> bool:
    """Whether Fargate offers this pair."""
    return memory in MEMORY.get(cpu, ())


def nearest(cpu: int, memory: int) -> tuple[int, int]:
    """The smallest pair that gives at least this much of both; the largest one when none does."""
    fits = [(c, m) for c, sizes in MEMORY.items() for m in sizes if c >= cpu and m >= memory]
    return min(fits) if fits else (32768, MEMORY[32768][-1])


def size_problems(cpu: int, memory: int, path: str) -> Iterator[Problem]:
    """What is wrong with a size that is to run on Fargate; `path` is where its CPU is said."""
    if not is_valid(cpu, memory):
        near = nearest(cpu, memory)
        why = f"Fargate has no such pair of cpu and memory; the nearest is cpu: {near[0]}, memory: {near[1]}"
        yield Problem(path, f"{cpu}/{memory}", why)
