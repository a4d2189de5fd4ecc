"""What a stack would declare, with no Docker, no network and no credentials.

Known and unknown are as in the engine's preview of an empty stack: an input is known, an output is not.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, cast

from pulumi.runtime import mocks
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from local import program, stack_file
from local.program import UNKNOWN, Declared, Run
from release.rollbacks import counted

LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
STAND_IN = "awsx:ec2/vpc:Vpc", "awsx:ec2:Vpc"
_QUIET = {"tags", "tagsAll"}


class Nothing(mocks.Mocks):
    """An empty account: look-ups find nothing, and nothing is made."""

    def __init__(self, config: dict[str, str]) -> None:
        self._region = config.get("aws:region", "us-east-1")
        allowed = json.loads(config.get("aws:allowedAccountIds", "[]"))
        self._account = str(allowed[0]) if allowed else "000000000000"

    def call(self, args: mocks.MockCallArgs) -> Any:  # noqa: ANN401 - the SDK's type is wider than its use
        """What the account of a first preview says."""
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": self._account},
            "aws:index/getRegion:getRegion": {"region": self._region},
            "aws:index/getPartition:getPartition": {
                "partition": "aws",
                "dnsSuffix": "amazonaws.com",
            },
            "aws:ecr/getRepositories:getRepositories": {"names": []},
            # As if the other stack had built what is to be promoted.
            "aws:ecr/getImage:getImage": {"imageDigest": f"sha256:{'0' * 64}"},
            "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
                "userName": "AWS",
                "password": "[secret]",
            },
            "aws:ssm/getParameter:getParameter": {"insecureValue": "ami-00000000000000000"},
            "aws:ec2/getVpc:getVpc": {"cidrBlock": "10.0.0.0/16"},
            "pulumi:pulumi:readStackOutputs": {"outputs": {"platform": self._platform()}},
            "aws:route53/getZone:getZone": {"zoneId": "Z00000000000000000000"},
        }
        return answers[args.token]

    def _platform(self) -> dict[str, Any]:
        """What stands for another stack's: zeros for its ids, and the defaults of its cluster."""
        start, zeros = f"{self._region}:{self._account}", "0" * 17
        subnets = [f"subnet-{number:017}" for number in range(4)]
        listener = f"arn:aws:elasticloadbalancing:{start}:listener/app/shared/{zeros}/{zeros}"
        return {
            "network": {"vpcId": f"vpc-{zeros}", "publicSubnetIds": subnets[:2], "privateSubnetIds": subnets[2:]},
            "cluster": {"arn": f"arn:aws:ecs:{start}:cluster/shared", "containerInsights": True},
            "loadBalancer": {
                "listenerArn": listener,
                "securityGroupId": f"sg-{zeros}",
                "url": "https://shared.example.com",
            },
            "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
        }

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """The inputs alone: outputs are unknown at preview."""
        # An input of awsx's Vpc shares its name with an output of another shape: none is returned.
        return "", {} if args.typ in STAND_IN else args.inputs


def plan(project_dir: Path, stack: str, config: dict[str, str] | None = None) -> Run:
    """All that the stack declares, with its stack file's configuration or another one.

    Raises:
        StackFileError: the stack file is missing or malformed.
        ProgramError: a setting is wrong, or the program failed.
    """
    project, given = stack_file.configuration(project_dir, stack)
    config = config or given
    return program.run(project_dir, project, stack, config, Nothing(config), preview=True)


def show(console: Console, stack: str, found: Run) -> None:
    """Print a plan: the resource tree, the container definitions, the counts."""
    console.print(_tree(stack, found))
    for one in found.declared:
        if "containerDefinitions" in one.inputs:
            _containers(console, one, found)
    for service, seconds in cast("dict[str, dict[str, int]]", found.outputs.get("releaseSeconds", {})).items():
        told = ", ".join(f"{what} {value} s" for what, value in seconds.items())
        console.print(f"a release of {service}: {told}", highlight=False)
    for one in found.declared:
        if one.type == LIFECYCLE:
            console.print(_rollbacks(one), highlight=False, markup=False)
    kinds = Counter(one.type.split("/")[0] for one in found.declared if one.custom)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    total = sum(one.custom for one in found.declared)
    console.print(f"{total} resources in {len(found.declared) - total} components: {counts}", style="bold")


def _rollbacks(policy: Declared) -> str:
    """What the rules alone tell of going back: which images there are is the registry's knowledge."""
    keep, _ = counted(policy.inputs["policy"])
    return (
        f"going back, {policy.name}: a release can be restored until {keep} others were pushed after it; "
        "which earlier ones still can is not known offline: python -m release releases"
    )


def as_json(found: Run) -> list[dict[str, object]]:
    """A plan for programs: the resources, `null` where a value is unknown, and the paths of these."""
    return [
        {
            "urn": one.urn,
            "type": one.type,
            "inputs": _known(one.inputs),
            "protect": one.protect,
            "parent": one.parent,
            "unknown": sorted(unknown_paths({**one.inputs, **containers_of(one, found)})),
        }
        for one in found.declared
    ]


def unknown_paths(value: object, path: str = "") -> list[str]:
    """The path of each unknown inside inputs, such as `loadBalancers[0].targetGroupArn`."""
    if value == UNKNOWN:
        return [path]
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return [p for key, item in items for p in unknown_paths(item, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        items = enumerate(cast("list[object]", value))
        return [p for index, item in items for p in unknown_paths(item, f"{path}[{index}]")]
    return []


def containers_of(definition: Declared, found: Run) -> dict[str, object]:
    """The container definitions behind a text that is unknown as a whole: what its `Task` registered."""
    if definition.inputs.get("containerDefinitions") != UNKNOWN:
        return {}
    registered = found.registered.get(definition.parent, {})
    return {"containerDefinitions": registered["containers"]} if "containers" in registered else {}


def _known(value: object) -> object:
    if value == UNKNOWN:
        return None
    if isinstance(value, dict):
        return {key: _known(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_known(item) for item in cast("list[object]", value)]
    return value


def _tree(stack: str, found: Run) -> Tree:
    root = Tree(f"[bold]stack {stack}")
    branches: dict[str, Tree] = {}

    def branch(one: Declared) -> Tree:
        if one.urn not in branches:
            above = next((other for other in found.declared if other.urn == one.parent), None)
            branches[one.urn] = (branch(above) if above else root).add(_label(one))
        return branches[one.urn]

    for one in found.declared:
        branch(one)
    return root


def _label(one: Declared) -> Text:
    label = Text(f"{one.type.split(':')[-1]} ", style="cyan")
    label.append(one.name, style="bold")
    if one.type in STAND_IN:
        label.append(
            "  (its children are made by awsx's own provider on AWS: not shown here)",
            style="yellow",
        )
    if one.protect:
        label.append("  protected", style="green")
    for key, value in sorted(one.inputs.items()):
        if key in _QUIET or key == "containerDefinitions" or value in (None, {}, []):
            continue
        shown = "known after it exists" if value == UNKNOWN else json.dumps(_known(value))
        label.append(f"\n    {key}: ", style="dim")
        label.append(shown, style="magenta" if value == UNKNOWN else "")
    return label


def _containers(console: Console, one: Declared, found: Run) -> None:
    text, apart = one.inputs["containerDefinitions"], containers_of(one, found)
    console.print(f"container definitions of {one.name}", style="bold")
    for path in unknown_paths(apart):
        console.print(f"  known after it exists: {path}", style="magenta")
    console.print_json(data=_known(apart["containerDefinitions"]) if apart else json.loads(text), sort_keys=True)
