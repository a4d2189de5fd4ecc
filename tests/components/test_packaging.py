"""The components stay usable from every Pulumi language: the SDK's own analyzer accepts each of them."""

import importlib
import inspect
from pathlib import Path

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

PROJECT = Path(__file__).resolve().parents[2]
FILES = sorted(path.stem for path in (PROJECT / "components").glob("*.py") if path.stem != "__init__")


def args_of() -> list[type]:
    found: list[type] = []
    for stem in FILES:
        module = importlib.import_module(f"components.{stem}")
        for _, cls in inspect.getmembers(module, inspect.isclass):
            if cls.__module__ == module.__name__ and issubclass(cls, pulumi.ComponentResource):
                found.append(inspect.signature(cls.__init__).parameters["args"].annotation)
    return found


def test_every_component_is_found():
    assert len(args_of()) == 24


@pytest.mark.parametrize("args", args_of(), ids=lambda args: args.__name__)
def test_pulumis_analyzer_accepts_the_arguments(args: type):
    properties, _ = Analyzer("slipway").analyze_type(args, is_component_output=False)
    assert properties
