"""Runs a component under the SDK's mocks, and gives back all that it declared.

An output reads as the expression that gives it: `SecurityGroup.web.id` is the id of the security group `web`.
What a test declares around its component has a type that starts with `test:`, and is left out.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from components.account import Account
from settings.options import OptionsError

Values = dict[str, Any]
PLACE: Account = {"id": "123456789012", "region": "eu-central-1", "partition": "aws", "dns_suffix": "amazonaws.com"}
"""Where the components of a test are."""
UNKNOWN = rpc.UNKNOWN
"""What stands for a value that is known only after the resource exists."""
NOT_CHOSEN = {
    *("type", "name", "parent", "custom", "remote", "object", "dependencies", "propertyDependencies", "version"),
    *("acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting"),
    *("sourcePosition", "stackTrace", "additionalSecretOutputs", "packageRef"),
}
"""The parts of a registration that no option of a component decides; the parent is told apart."""
COMPUTED = (
    *("arn", "arnSuffix", "bucket", "certificateArn", "dnsName", "fqdn", "latestVersion", "name", "registryId"),
    *("repositoryUri", "version", "zoneId"),
)
VPC = "awsx:ec2:Vpc"
CERTIFICATE = "aws:acm/certificate:Certificate"


@dataclass(frozen=True)
class Secret:
    """A value that the state keeps sealed."""

    value: object


@dataclass
class Made:
    """What a component declared."""

    component: Any
    children: dict[str, Values] = field(default_factory=dict[str, Values])
    """By type and name: a child's inputs, and under `opts.…` each option that was chosen for it: `opts.needs` is its
    `depends_on`, `opts.parent` is left out for the component itself."""
    urns: dict[str, str] = field(default_factory=dict[str, str])
    """By type and name."""
    outputs: Values = field(default_factory=Values)
    """What the component registered."""
    attributes: Values = field(default_factory=Values)
    """What the component's annotated attributes came to."""
    waits: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """By attribute: the resources that must exist before it does."""
    calls: list[Values] = field(default_factory=list[Values])
    """Each look-up: its token, its arguments, and its provider if it has one of its own."""
    hooks: dict[str, bool] = field(default_factory=dict[str, bool])
    """By name: whether the hook runs in a preview too."""


class Outer(pulumi.ComponentResource):
    """A component of somebody else, around what is tested."""

    def __init__(self, make: Callable[[pulumi.ResourceOptions], Any] = lambda _: None) -> None:
        super().__init__("test:index:Outer", "outer", {})
        self.inner = make(pulumi.ResourceOptions(parent=self))


class Thing(pulumi.CustomResource):
    """A resource that a test declares for the component to need."""

    def __init__(self, name: str, parent: pulumi.Resource | None = None) -> None:
        super().__init__("test:index:Thing", name, {}, pulumi.ResourceOptions(parent=parent))


class _Answers(mocks.Mocks):
    """Look-ups by their token; outputs that read as the expression that gives them."""

    def __init__(self, calls: dict[str, Values | Exception], *, preview: bool) -> None:
        self._calls, self._preview = calls, preview

    def call(self, args: mocks.MockCallArgs) -> Any:
        answer = self._calls[args.token.rsplit(":", 1)[-1]]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, Values]:
        if self._preview or not (args.custom or args.typ == VPC):
            return "", {}
        start = f"{args.typ.rsplit(':', 1)[-1]}.{args.name}"
        if args.typ == VPC:
            return "", _vpc(start)
        if args.typ == CERTIFICATE:
            return f"{start}.id", {**args.inputs, "arn": f"{start}.arn", **_proofs(args.inputs)}
        told = {key: f"{start}.{key}" if isinstance(value, str) else value for key, value in args.inputs.items()}
        return f"{start}.id", told | {key: f"{start}.{key}" for key in COMPUTED}


def _vpc(start: str) -> Values:
    """The outputs of awsx's component; its route tables are references to resources of its own."""
    lists = {f"{kind}SubnetIds": [f"{start}.{kind}SubnetIds.{n}" for n in range(2)] for kind in ("public", "private")}
    return {"vpcId": f"{start}.vpcId", **lists, "routeTables": [_reference(n) for n in range(2)]}


def _proofs(inputs: Values) -> Values:
    """What ACM asks to be written into the zones, in an order of its own."""
    domains = sorted([inputs["domainName"], *inputs["subjectAlternativeNames"]], reverse=True)
    proofs = [
        {"domainName": one, **{f"resourceRecord{part}": f"{one} {part}" for part in ("Name", "Type", "Value")}}
        for one in domains
    ]
    return {"domainValidationOptions": proofs}


def _reference(number: int) -> Values:
    urn = f"urn:pulumi:test::slipway::aws:ec2/routeTable:RouteTable::table-{number}"
    return {rpc._special_sig_key: rpc._special_resource_sig, "urn": urn, "id": f"RouteTable.table-{number}.id"}


class _Monitor(mocks.MockMonitor):
    """The SDK's monitor, keeping every request."""

    def __init__(self, answers: mocks.Mocks) -> None:
        super().__init__(answers)
        self.registered: list[Any] = []
        self.finished: list[Any] = []
        self.asked: list[Any] = []
        self.hooks: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's protocol
        self.registered.append(request)
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the monitor's protocol
        self.finished.append(request)
        return super().RegisterResourceOutputs(request)

    def RegisterResourceHook(self, request: Any) -> Any:  # noqa: N802 - the monitor's protocol
        self.hooks.append(request)
        return super().RegisterResourceHook(request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the monitor's protocol
        if request.tok == "pulumi:pulumi:getResource":
            urn = request.args["urn"]
            self.resources[urn] = self.ResourceRegistration(urn, f"{_short(urn)}.id", {})
        else:
            self.asked.append(request)
        return super().Invoke(request)


def declare(
    make: Callable[[], Any], calls: dict[str, Values | Exception] | None = None, *, preview: bool = False
) -> Made:
    """Make a component and give back what it declared; `calls` answers its look-ups."""
    monitor = _Monitor(_Answers(calls or {}, preview=preview))
    return asyncio.run(_run(make, monitor, preview=preview))


async def _run(make: Callable[[], Any], monitor: _Monitor, *, preview: bool) -> Made:
    SETTINGS.outputs.clear()  # what a test before this one left behind belongs to a loop that is closed
    mocks.set_mocks(monitor.mocks, project="slipway", stack="test", monitor=monitor, preview=preview)
    made: list[Any] = []
    await run_pulumi_func(lambda: made.append(make()))
    found = Made(made[0])
    own = await found.component.urn.future() if isinstance(found.component, pulumi.Resource) else ""
    for request in monitor.registered:
        urn = monitor.make_urn(request.parent, request.type, request.name)
        if urn == own or request.type.startswith(("test:", "pulumi:")):
            continue
        key = f"{request.type} {request.name}"
        assert key not in found.children, f"two of {key}"
        found.children[key] = _child(request, own)
        found.urns[key] = urn
    found.outputs = next((_plain(MessageToDict(one.outputs)) for one in monitor.finished if one.urn == own), {})
    for key in type(found.component).__annotations__ if own else ():
        value = getattr(found.component, key)
        found.attributes[key] = await _resolved(value)
        if isinstance(value, pulumi.Output):
            found.waits[key] = sorted([_short(await one.urn.future()) for one in await value.resources()])
    found.calls = [_call(request) for request in monitor.asked]
    found.hooks = {hook.name: hook.on_dry_run for hook in monitor.hooks}
    return found


def _child(request: Any, own: str) -> Values:
    whole = MessageToDict(request)
    chosen = {f"opts.{key}": _plain(value) for key, value in whole.items() if key not in NOT_CHOSEN}
    # An alias without a name is the SDK's: an older token of the type itself.
    chosen["opts.aliases"] = [one for one in chosen.get("opts.aliases", []) if "name" in one["spec"]]
    if request.parent != own:
        chosen["opts.parent"] = _short(request.parent)
    implied = {urn for dependencies in request.propertyDependencies.values() for urn in dependencies.urns}
    chosen["opts.needs"] = sorted(_short(urn) for urn in set(request.dependencies) - implied)
    return {**_plain(whole["object"]), **{key: value for key, value in chosen.items() if value}}


def _call(request: Any) -> Values:
    provider = {"provider": request.provider} if request.provider else {}
    return {"token": request.tok, **_plain(MessageToDict(request.args)), **provider}


def _short(urn: str) -> str:
    """`Type.name` of a URN."""
    *_, kind, name = urn.split("::")
    return f"{kind.rsplit(':', 1)[-1]}.{name}"


def _plain(value: Any) -> Any:
    """Values as the engine gets them: sealed ones are `Secret`, a resource is its `Type.name`."""
    if isinstance(value, dict):
        match value.get(rpc._special_sig_key):
            case rpc._special_secret_sig:
                return Secret(_plain(value["value"]))
            case rpc._special_resource_sig:
                return _short(value["urn"])
            case _:
                return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def _resolved(value: Any) -> Any:
    if isinstance(value, pulumi.Resource):
        return _short(await value.urn.future())
    return await value.future() if isinstance(value, pulumi.Output) else value


def changes(before: Made, after: Made) -> dict[str, Values]:
    """What an option changed: new children, and of the others the inputs that differ; `...` stands for gone."""
    found: dict[str, Values] = {}
    for key in before.children.keys() | after.children.keys():
        old, new = before.children.get(key, {}), after.children.get(key, {})
        if key not in after.children:
            found[key] = ...
        elif key not in before.children:
            found[key] = new
        elif differ := {one: new.get(one, ...) for one in old.keys() | new.keys() if old.get(one) != new.get(one)}:
            found[key] = differ
    return found


def problems(make: Callable[[], Any]) -> list[str]:
    """Where and what is wrong with a component's arguments, as it is told; nothing is declared but the component."""
    monitor = _Monitor(_Answers({}, preview=False))
    with pytest.raises(OptionsError) as error:
        asyncio.run(_run(make, monitor, preview=False))
    assert [one.type for one in monitor.registered if one.custom] == []
    return [f"{problem.path}: {problem.message}" for problem in error.value.problems]


def text(document: object) -> str:
    """JSON as the components write a policy."""
    return json.dumps(document, sort_keys=True)


def compact(document: object) -> str:
    """JSON as the components write what is compared as text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
