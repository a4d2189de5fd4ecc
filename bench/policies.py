"""What the policy pack costs, as ratios measured in one run on one machine.

Ready: from the start of the process to the first answer, against a process that only imports `pulumi_policy`.
Rules: all rules of the pack, switched on, over a stack, against as many rules that do nothing, served in the same way.
Growth: the time for each resource in the large stack, against that in a stack a quarter of its size.

    python -m bench.policies [RESOURCES]
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from local.policy_client import PolicyConfig, Registration, ServedPack, serve

PACK = Path(__file__).parents[1] / "policies"
PYTHON = Path(sys.executable)
RESOURCES = 2000
ROUNDS = 5
"""Starts of a process; the fastest counts, for a busy machine only ever adds time."""
ALL_ON: PolicyConfig = {"all": "advisory"}
EMPTY = """
from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy
def nothing(args, report): pass
alone = [ResourceValidationPolicy(f"r{{n}}", "r", nothing) for n in range({alone})]
whole = [StackValidationPolicy(f"s{{n}}", "s", nothing) for n in range({whole})]
PolicyPack("empty", [*alone, *whole])
"""


def stack_of(count: int) -> list[Registration]:
    """A stack of services: the usual kinds in turn, with properties of a usual size."""
    container = (
        '[{"name":"web","image":"123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:c-1","user":"10001","essential":true,'
        '"readonlyRootFilesystem":true,"environment":[{"name":"PORT","value":"8080"}],"portMappings":[{"containerPort":8080}],'
        '"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"web"}}}]'
    )
    policy = (
        '{"Statement":[{"Effect":"Allow","Action":["logs:PutLogEvents"],"Resource":"arn:aws:logs:::log-group:web"}]}'
    )
    kinds: list[tuple[str, dict[str, object]]] = [
        ("aws:ecs/taskDefinition:TaskDefinition", {"containerDefinitions": container, "networkMode": "awsvpc"}),
        ("aws:ecs/service:Service", {"desiredCount": 2, "networkConfiguration": {"subnets": ["a", "b"]}}),
        ("aws:ecr/repository:Repository", {"name": "web", "imageTagMutability": "IMMUTABLE"}),
        ("aws:iam/role:Role", {"assumeRolePolicy": policy}),
        ("aws:iam/rolePolicy:RolePolicy", {"policy": policy}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "web", "retentionInDays": 30}),
        ("aws:lb/targetGroup:TargetGroup", {"targetType": "ip", "healthCheck": {"path": "/healthz", "matcher": "200"}}),
        ("aws:lb/listenerRule:ListenerRule", {"actions": [{"type": "forward"}], "conditions": [{}]}),
        ("aws:ec2/securityGroup:SecurityGroup", {"description": "tasks"}),
        ("slipway:index:App", {}),
    ]
    named = islice(cycle(kinds), count)
    return [
        Registration(f"urn:pulumi:prod::bench::{token}::r{number}", token, f"r{number}", properties)
        for number, (token, properties) in enumerate(named)
    ]


def judging(pack: ServedPack, resources: list[Registration]) -> float:
    """Seconds that a served pack takes for a stack."""
    started = time.perf_counter()
    pack.judge(resources)
    return time.perf_counter() - started


def served(folder: Path, measure: Callable[[ServedPack], float]) -> float:
    """A measure on a pack, all rules on, after one small stack has warmed it up."""
    with serve(folder, PYTHON, project="bench", stack="prod") as pack:
        pack.configure(ALL_ON, project="bench", stack="prod", tags={}, dry_run=True)
        pack.judge(stack_of(10))
        return measure(pack)


def empty_pack(folder: Path) -> None:
    """Writes a pack with as many rules as ours has, of the same two kinds, that do nothing."""
    with serve(PACK, PYTHON, project="bench", stack="prod") as pack:
        policies = pack.info().policies
    whole = sum(policy.policy_type == 2 for policy in policies)  # noqa: PLR2004 - POLICY_TYPE_STACK
    (folder / "__main__.py").write_text(EMPTY.format(alone=len(policies) - whole, whole=whole))


def ready() -> float:
    """Times of `import pulumi_policy` that pass until the pack answers."""
    return min(_started() for _ in range(ROUNDS)) / min(_imported() for _ in range(ROUNDS))


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
        floor = served(Path(name), lambda pack: judging(pack, large))
    ours = served(PACK, lambda pack: judging(pack, large))
    print(f"rules: {ours / floor:.2f} times empty rules over {count} resources ({ours:.1f} s, {floor:.1f} s)")  # noqa: T201
    quarter = served(PACK, lambda pack: judging(pack, small))
    print(f"growth: {ours / count / (quarter / len(small)):.2f} times as long for each resource as in {len(small)}")  # noqa: T201


if __name__ == "__main__":
    main()
