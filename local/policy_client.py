"""Serves a policy pack as the engine does, asks it about declared resources, and ends it.

The pack is a process of its own that speaks Pulumi's analyzer protocol over gRPC on loopback; this is a client of that
protocol and knows nothing of the rules inside.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Literal, cast

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc

Level = Literal["advisory", "mandatory", "disabled", "remediate"]
Severity = Literal["unspecified", "low", "medium", "high", "critical"]
PolicyConfig = Mapping[str, Level | Mapping[str, object]]
"""What `--policy-pack-config` reads: a level, or a level and properties, by policy; `all` for every level."""

LEVELS: dict[int, Level] = {
    wire.ADVISORY: "advisory",
    wire.MANDATORY: "mandatory",
    wire.DISABLED: "disabled",
    wire.REMEDIATE: "remediate",
}
SEVERITIES: dict[int, Severity] = {
    wire.POLICY_SEVERITY_UNSPECIFIED: "unspecified",
    wire.POLICY_SEVERITY_LOW: "low",
    wire.POLICY_SEVERITY_MEDIUM: "medium",
    wire.POLICY_SEVERITY_HIGH: "high",
    wire.POLICY_SEVERITY_CRITICAL: "critical",
}
MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes of one message: the engine's and the SDK's own limit."""
ROOT = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:aws"
PATIENCE = 60.0
"""Seconds that a pack may take to start, and to end."""


class PolicyPackError(Exception):
    """The pack did not start, or failed while it judged; the text holds what it printed."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A resource as the program declared it.

    `properties` are the inputs as they travel: JSON values, with the sentinel `pulumi.runtime.rpc.UNKNOWN` for what is
    not known. All references are URNs.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, object]
    parent: str = ""
    dependencies: Sequence[str] = ()
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    protect: bool = False
    ignore_changes: Sequence[str] = ()
    provider: str = ""
    """URN of its provider, when that is one of the registrations."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that the pack told of, at the level it was run with."""

    name: str
    title: str
    severity: Severity
    level: Level
    whole_stack: bool
    tags: tuple[str, ...]
    mend: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A violation. `urn` is empty when it is about the whole stack."""

    policy: str
    urn: str
    message: str
    level: Level
    severity: Severity


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A policy that judged nothing, and why: `undecided: …`, `exempt: …`, or plain words."""

    policy: str
    urn: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All that a pack said about a stack."""

    policies: Sequence[Policy]
    diagnostics: Sequence[Diagnostic]
    not_applicable: Sequence[NotApplicable]

    @property
    def mandatory(self) -> list[Diagnostic]:
        """The violations that stop a deployment."""
        return [each for each in self.diagnostics if each.level == "mandatory"]

    @property
    def advisory(self) -> list[Diagnostic]:
        """The findings that do not."""
        return [each for each in self.diagnostics if each.level == "advisory"]

    def told(self, beginning: str) -> list[NotApplicable]:
        """The policies that said why they did not judge, by the beginning of the reason (`undecided`, `exempt`)."""
        return [each for each in self.not_applicable if each.reason.startswith(beginning)]


def judge(
    pack_dir: Path,
    python: Path,
    resources: Sequence[Registration],
    *,
    project: str,
    stack: str,
    config: PolicyConfig | None = None,
    tags: Mapping[str, str] | None = None,
    dry_run: bool = True,
) -> Verdicts:
    """Serves the pack, has it judge every resource and then the stack, and ends it.

    Args:
        pack_dir: the folder with `PulumiPolicy.yaml`.
        python: the interpreter that has `pulumi-policy`.
        resources: all registrations but the stack's own, in order.
        project: name of the project.
        stack: name of the stack.
        config: the policy configuration; the pack's own defaults when left out.
        tags: the stack's tags.
        dry_run: whether this is a preview.

    Raises:
        PolicyPackError: the pack did not start, or failed.
    """
    with serve(pack_dir, python, project=project, stack=stack, dry_run=dry_run) as pack:
        pack.configure(config or {}, project=project, stack=stack, tags=tags or {}, dry_run=dry_run)
        return pack.judge([root(project, stack), *resources])


def default_provider(project: str, stack: str, config: Mapping[str, str]) -> Registration:
    """The AWS provider that the engine makes from a stack's configuration, where the program declares none.

    `config` has full keys (`aws:region`) and values as `PULUMI_CONFIG` has them, lists as JSON texts.
    """
    given = {key.removeprefix("aws:"): value for key, value in config.items() if key.startswith("aws:")}
    return Registration(_urn(project, stack, PROVIDER, "default"), PROVIDER, "default", given)


def root(project: str, stack: str) -> Registration:
    """The stack's own resource, which the engine registers first."""
    name = f"{project}-{stack}"
    return Registration(_urn(project, stack, ROOT, name), ROOT, name, {})


def _urn(project: str, stack: str, token: str, name: str) -> str:
    return f"urn:pulumi:{stack}::{project}::{token}::{name}"


class ServedPack:
    """A running pack; who asks it first waits until it has started."""

    def __init__(self, connect: Callable[[], grpc.Channel]) -> None:
        self._connect = connect
        self._levels: dict[str, Level] = {}

    @cached_property
    def _analyzer(self) -> analyzer_pb2_grpc.AnalyzerStub:
        return analyzer_pb2_grpc.AnalyzerStub(self._connect())

    def info(self) -> wire.AnalyzerInfo:
        """What the pack tells about itself."""
        return self._analyzer.GetAnalyzerInfo(empty_pb2.Empty())

    def configure(
        self,
        config: PolicyConfig,
        *,
        project: str,
        stack: str,
        tags: Mapping[str, str],
        dry_run: bool,
    ) -> None:
        """Tells the pack the stack, and each policy its level and settings, defaults filled in as the engine does."""
        self._analyzer.ConfigureStack(
            wire.AnalyzerStackConfigureRequest(project=project, stack=stack, tags=tags, dry_run=dry_run)
        )
        info = self.info()
        unknown = sorted(config.keys() - {"all", *(policy.name for policy in info.policies)})
        if unknown:
            raise PolicyPackError(f"The pack {info.name} has no policy {', '.join(unknown)}.")
        request = wire.ConfigureAnalyzerRequest()
        for policy in info.policies:
            level, properties = _settled(policy, info, config)
            self._levels[policy.name] = level
            entry = request.policyConfig[policy.name]
            entry.enforcementLevel = _number(level)
            entry.properties.CopyFrom(_struct(properties))
        self._analyzer.Configure(request)

    def judge(self, resources: Sequence[Registration]) -> Verdicts:
        """The verdicts on each resource, and then on the stack."""
        by_urn = {each.urn: each for each in resources}
        diagnostics: list[Diagnostic] = []
        silent: list[NotApplicable] = []
        for each in resources:
            _collect(self._analyzer.Analyze(_alone(each, by_urn)), each.urn, diagnostics, silent)
        whole = wire.AnalyzeStackRequest(resources=[_in_stack(each, by_urn) for each in resources])
        _collect(self._analyzer.AnalyzeStack(whole), "", diagnostics, silent)
        return Verdicts([self._policy(each) for each in self.info().policies], diagnostics, silent)

    def _policy(self, told: wire.PolicyInfo) -> Policy:
        return Policy(
            told.name,
            told.description,
            SEVERITIES[told.severity],
            self._levels.get(told.name, LEVELS[told.enforcementLevel]),
            told.policy_type == wire.POLICY_TYPE_STACK,
            tuple(told.tags),
            told.remediation_steps,
        )


@contextmanager
def serve(pack_dir: Path, python: Path, *, project: str, stack: str, dry_run: bool = True) -> Generator[ServedPack]:
    """A pack in a process of its own, ended whatever happens; it starts while the caller goes on.

    Raises:
        PolicyPackError: the pack did not tell its port, or a call to it failed.
    """
    command = [str(python), "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack_dir)]
    environment = os.environ | {
        "PULUMI_PROJECT": project,
        "PULUMI_STACK": stack,
        "PULUMI_DRY_RUN": str(dry_run).lower(),
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_CONFIG": "{}",
    }
    process = subprocess.Popen(
        command, cwd=pack_dir, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    output = _Output(cast("IO[str]", process.stdout))
    try:
        with ExitStack() as open_:
            yield ServedPack(lambda: open_.enter_context(_channel(output.port())))
    except grpc.RpcError as error:
        raise PolicyPackError(f"The policy pack in {pack_dir} failed: {error}\n{output.text}") from error
    finally:
        process.kill()
        process.wait(PATIENCE)
        output.close()


def _channel(port: int) -> grpc.Channel:
    options = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=options)


class _Output:
    """What a pack prints: its port first, then whatever its rules say; read all the time, so that it never waits."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._first = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """All that was printed so far."""
        return "".join(self._lines)

    def port(self) -> int:
        """The port, once the pack tells it.

        Raises:
            PolicyPackError: it told something else, or nothing.
        """
        self._first.wait(PATIENCE)
        first = self._lines[0].strip() if self._lines else ""
        if first.isdigit():
            return int(first)
        raise PolicyPackError(f"The policy pack did not start: it told no port.\n{self.text}")

    def close(self) -> None:
        """Waits for the rest, once the process has ended."""
        self._reader.join(PATIENCE)
        self._stream.close()

    def _read(self) -> None:
        for line in self._stream:
            self._lines.append(line)
            if len(self._lines) == 1 and line.strip().isdigit():
                self._first.set()
        self._first.set()


def _settled(policy: wire.PolicyInfo, info: wire.AnalyzerInfo, config: PolicyConfig) -> tuple[Level, dict[str, object]]:
    """A policy's level and settings: schema defaults, then the pack's initial ones, then the caller's."""
    schema = cast("dict[str, dict[str, object]]", json_format.MessageToDict(policy.configSchema.properties))
    properties = {key: told["default"] for key, told in schema.items() if "default" in told}
    level = LEVELS[policy.enforcementLevel]
    if policy.name in info.initialConfig:
        initial = info.initialConfig[policy.name]
        level = LEVELS[initial.enforcementLevel]
        properties |= json_format.MessageToDict(initial.properties)
    for key in ("all", policy.name):
        given = config.get(key, {})
        if isinstance(given, str):
            level = given
            continue
        rest = dict(given)
        level = cast("Level", rest.pop("enforcementLevel", level))
        if key != "all":
            properties |= rest
    return level, properties


def _number(level: Level) -> wire.EnforcementLevel.ValueType:
    return next(cast("wire.EnforcementLevel.ValueType", number) for number, name in LEVELS.items() if name == level)


def _options(each: Registration) -> wire.AnalyzerResourceOptions:
    return wire.AnalyzerResourceOptions(protect=each.protect, ignoreChanges=each.ignore_changes, parent=each.parent)


def _provider(each: Registration, by_urn: Mapping[str, Registration]) -> wire.AnalyzerProviderResource | None:
    found = by_urn.get(each.provider)
    if found is None:
        return None
    return wire.AnalyzerProviderResource(
        type=found.type, urn=found.urn, name=found.name, properties=_struct(found.properties)
    )


def _alone(each: Registration, by_urn: Mapping[str, Registration]) -> wire.AnalyzeRequest:
    return wire.AnalyzeRequest(
        type=each.type,
        urn=each.urn,
        name=each.name,
        properties=_struct(each.properties),
        options=_options(each),
        provider=_provider(each, by_urn),
    )


def _in_stack(each: Registration, by_urn: Mapping[str, Registration]) -> wire.AnalyzerResource:
    return wire.AnalyzerResource(
        type=each.type,
        urn=each.urn,
        name=each.name,
        properties=_struct(each.properties),
        options=_options(each),
        provider=_provider(each, by_urn),
        parent=each.parent,
        dependencies=each.dependencies,
        propertyDependencies={
            key: wire.AnalyzerPropertyDependencies(urns=urns) for key, urns in each.property_dependencies.items()
        },
    )


def _struct(properties: Mapping[str, object]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def _collect(
    answer: wire.AnalyzeResponse,
    urn: str,
    diagnostics: list[Diagnostic],
    silent: list[NotApplicable],
) -> None:
    diagnostics += [
        Diagnostic(
            each.policyName,
            each.urn or urn,
            each.message.removeprefix(each.description).strip(),
            LEVELS[each.enforcementLevel],
            SEVERITIES[each.severity],
        )
        for each in answer.diagnostics
    ]
    silent += [NotApplicable(each.policy_name, urn, each.reason) for each in answer.not_applicable]
