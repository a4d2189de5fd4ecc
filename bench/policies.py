"""What the policy pack costs, as ratios measured in one run on one machine.

Ready: from the start of the process to the first answer, against a process that only imports `pulumi_policy`.
Rules: all rules of the pack, switched on, over a stack, against as many rules that do nothing, served in the same way.
Growth: the time for each resource in the large stack, against that in a stack a quarter of its size.

What is compared takes turns, and the fastest turn of each counts: a busy machine only ever adds time.

    python -m bench.policies [RESOURCES]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from local import plan
from local.policy_client import PolicyConfig, Registration, ServedPack, serve
from local.program import Declared

PROJECT = Path(__file__).parents[1]
PACK = PROJECT / "policies"
STACK = "prod"
PYTHON = Path(sys.executable)
RESOURCES = 2000
STARTS = 5
TURNS = 3
ALL_ON: PolicyConfig = {"all": "advisory"}
EMPTY = """
from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy
def nothing(args, report): pass
alone = [ResourceValidationPolicy(f"r{{n}}", "r", nothing) for n in range({alone})]
whole = [StackValidationPolicy(f"s{{n}}", "s", nothing) for n in range({whole})]
PolicyPack("empty", [*alone, *whole])
"""


def stack_of(count: int) -> list[Registration]:
    """Copies of what our own production stack declares, each with names of its own."""
    declared = plan.plan(PROJECT, STACK).declared
    copies = (_copy(one, number) for number in range(count) for one in declared)
    return list(islice(copies, count))


def _copy(one: Declared, number: int) -> Registration:
    text = json.dumps(asdict(one)).replace(f"urn:pulumi:{STACK}", f"urn:pulumi:{STACK}{number}")
    own = json.loads(text.replace(f"slipway-{STACK}", f"slipway-{STACK}{number}"))
    return Registration(
        own["urn"],
        own["type"],
        own["name"],
        own["inputs"],
        own["parent"],
        own["dependencies"],
        own["property_dependencies"],
        own["protect"],
        own["ignore_changes"],
    )


@contextmanager
def served(folder: Path) -> Generator[ServedPack]:
    """A pack with all rules on, after one small stack has warmed it up."""
    with serve(folder, PYTHON, project="bench", stack=STACK) as pack:
        pack.configure(ALL_ON, project="bench", stack=STACK, tags={}, dry_run=True)
        pack.judge(stack_of(10))
        yield pack


def judging(pack: ServedPack, resources: list[Registration]) -> float:
    """Seconds that a served pack takes for a stack."""
    started = time.perf_counter()
    pack.judge(resources)
    return time.perf_counter() - started


def empty_pack(folder: Path) -> None:
    """Writes a pack with as many rules as ours has, of the same two kinds, that do nothing."""
    with serve(PACK, PYTHON, project="bench", stack="prod") as pack:
        policies = pack.info().policies
    whole = sum(policy.policy_type == 2 for policy in policies)  # noqa: PLR2004 - POLICY_TYPE_STACK
    (folder / "__main__.py").write_text(EMPTY.format(alone=len(policies) - whole, whole=whole))


def ready() -> float:
    """Times of `import pulumi_policy` that pass until the pack answers."""
    served_after, imported_after = zip(*((_started(), _imported()) for _ in range(STARTS)), strict=True)
    return min(served_after) / min(imported_after)


def _imported() -> float:
    started = time.perf_counter()
    subprocess.run([PYTHON, "-c", "import pulumi_policy"], check=True, env=os.environ)
    return time.perf_counter() - started


def _started() -> float:
    started = time.perf_counter()
    with serve(PACK, PYTHON, project="bench", stack="prod") as pack:
        pack.info()
        return time.perf_counter() - started


def main() -> None:
    """Prints the three ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES
    large, small = stack_of(count), stack_of(count // 4)
    print(f"ready: {ready():.2f} times `import pulumi_policy`")  # noqa: T201 - what this program is for
    with tempfile.TemporaryDirectory() as name:
        empty_pack(Path(name))
        with served(Path(name)) as empty, served(PACK) as pack:
            turns = [(judging(empty, large), judging(pack, large), judging(pack, small)) for _ in range(TURNS)]
    floor, ours, quarter = map(min, zip(*turns, strict=True))
    print(f"rules: {ours / floor:.2f} times empty rules over {count} resources ({ours:.1f} s, {floor:.1f} s)")  # noqa: T201
    print(f"growth: {ours / count / (quarter / len(small)):.2f} times as long for each resource as in {len(small)}")  # noqa: T201


if __name__ == "__main__":
    main()
