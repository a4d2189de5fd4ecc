"""Runs the program under the SDK's own test monitor, and records all that it declares."""

import asyncio
import contextlib
import gc
import logging
import os
import runpy
import sys
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import grpc
import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, rpc
from pulumi.runtime.config import set_all_config
from pulumi.runtime.settings import get_project, get_root_resource, get_stack
from pulumi.runtime.stack import run_pulumi_func

from local import sdk

UNKNOWN = rpc.UNKNOWN
"""What stands for a value that is known only after the resource exists."""
STACK = "pulumi:pulumi:Stack"
SECRET = "[secret]"  # noqa: S105 - stands for a secret, and is none
"""What stands for a secret's value wherever inputs are shown."""


@dataclass(frozen=True)
class Declared:
    """A resource as the program declared it; inputs in camelCase, as the provider gets them."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    custom: bool
    parent: str
    protect: bool
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    ignore_changes: tuple[str, ...]


class ProgramError(Exception):
    """The program could not be run to its end; the text is its first cause alone."""


class LookUpFailed(grpc.RpcError):
    """A look-up that failed, as an engine tells the program of it: the program may catch it."""

    def code(self) -> grpc.StatusCode:
        """The status of the call."""
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        """What was wrong."""
        return str(self)


@dataclass
class Run:
    """What a run of the program declared and exported."""

    declared: list[Declared] = field(default_factory=list[Declared])
    registered: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What each component registered as its outputs, by URN."""
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])


class _Recorder(mocks.MockMonitor):
    """The SDK's monitor, keeping each registration and the first failure."""

    def __init__(self, answers: mocks.Mocks) -> None:
        super().__init__(answers)
        self.run = Run()
        self.failure: Exception | None = None
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN as the engine makes it, with the types of all parents; the SDK's own keeps the last one alone."""
        above = parent.split("::")[2] if parent else STACK
        whole = type_ if above == STACK else f"{above}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{whole}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the monitor's protocol
        if request.type != STACK:
            with self._lock:
                self.run.declared.append(_declared(self, request))
        with self._first_failure():
            return super().RegisterResource(request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802, ANN401 - the monitor's protocol
        with self._first_failure():
            return super().Invoke(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, ANN401 - the monitor's protocol
        # As it travels: to deserialise a resource among the outputs would ask the monitor for it.
        outputs = _marked(json_format.MessageToDict(request.outputs))
        with self._lock:
            self.run.registered[request.urn] = outputs
        return super().RegisterResourceOutputs(request)

    @contextlib.contextmanager
    def _first_failure(self) -> Generator[None]:
        try:
            yield
        except LookUpFailed:
            raise  # what comes of it is the program's to say
        except Exception as error:
            self.failure = self.failure or error
            raise


def _declared(monitor: mocks.MockMonitor, request: Any) -> Declared:  # noqa: ANN401 - a protobuf message
    return Declared(
        urn=monitor.make_urn(request.parent, request.type, request.name),
        type=request.type,
        name=request.name,
        inputs=_marked(rpc.deserialize_properties(request.object, keep_unknowns=True)),
        custom=request.custom,
        parent=request.parent,
        protect=request.protect,
        dependencies=tuple(request.dependencies),
        property_dependencies={key: tuple(deps.urns) for key, deps in request.propertyDependencies.items()},
        ignore_changes=tuple(request.ignoreChanges),
    )


def _marked(value: Any) -> Any:  # noqa: ANN401 - JSON and the SDK's wrappers in, JSON out
    """Inputs as plain JSON: `UNKNOWN` for what is not known, secrets as a sealed text."""
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if rpc.is_rpc_secret(value):
        return SECRET
    if isinstance(value, dict):
        return {str(key): _marked(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_marked(item) for item in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def run(
    project_dir: Path,
    project: str,
    stack: str,
    config: dict[str, str],
    answers: mocks.Mocks,
    *,
    preview: bool,
) -> Run:
    """Run the program of a folder; with `preview`, nothing exists and outputs are unknown.

    Raises:
        ProgramError: the program, or the making of one of its resources, failed.
    """
    recorder = _Recorder(answers)

    async def main() -> None:
        mocks.set_mocks(answers, project=project, stack=stack, preview=preview, monitor=recorder)
        set_all_config(config)
        await run_pulumi_func(lambda: _program(project_dir))
        exported = cast("Any", get_root_resource()).outputs
        for key, value in exported.items():
            output = pulumi.Output.from_input(value)
            recorder.run.outputs[key] = await output.future() if await output.is_known() else UNKNOWN

    with _inside(project_dir), _quiet(), _seldom_collected(), sdk.in_parts():
        try:
            asyncio.run(main())
        except Exception as error:  # noqa: BLE001 - whatever the program raises is told, in one sentence
            cause = recorder.failure or error
            raise ProgramError(str(cause)) from cause
    if recorder.failure:
        raise ProgramError(str(recorder.failure)) from recorder.failure
    recorder.run.declared.sort(key=lambda one: one.urn)
    return recorder.run


def _program(project_dir: Path) -> None:
    runpy.run_path(str(project_dir / "__main__.py"), run_name="__main__")


@contextlib.contextmanager
def _inside(folder: Path) -> Generator[None]:
    before = Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        os.chdir(before)


@contextlib.contextmanager
def _seldom_collected() -> Generator[None]:
    """Look for garbage seldom, and after the first run never again among what it left.

    The SDK's modules are a million objects that stay: to walk them takes seconds, also when the process ends.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not gc.get_freeze_count():
            gc.freeze()


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """The SDK logs a traceback for each resource behind a failed one; the first cause is told by `run`."""
    loggers = [logging.getLogger("asyncio"), logging.getLogger()]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
