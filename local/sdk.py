"""Loads of the AWS SDK what a program names: of a package with 400 modules, the five that it uses.

`pulumi_aws` loads a service's whole package at the first use of it, which is a third of the time of a plan. Here such a
package loads a module when one of its names is asked for, and the module of output types, as long as many others, when
one of its types is. A name that stands in no module of its own loads its package as it is.
"""

import contextlib
import importlib
import re
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

SDK = "pulumi_aws"
OUTPUTS = "outputs"
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
AROUND = re.compile(r"^awaitable_|_(init_args|args|output|result)$")
"""What a module holds beside what it is named after."""


@contextlib.contextmanager
def in_parts() -> Generator[None]:
    """Whatever of the SDK is first imported inside is loaded in parts, also later."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    """Finds the packages of the SDK, and the modules of their output types."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        place = fullname.split(".")
        if place[0] != SDK or len(place) == 1:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        if len(place) == 2 and spec.submodule_search_locations:  # noqa: PLR2004 - the SDK's name and the package's
            spec.loader = _Deferred(spec.loader, by_module(Path(spec.submodule_search_locations[0])))
        elif place[-1] == OUTPUTS:
            spec.loader = _Deferred(spec.loader, lambda _module, _name: False)
        return spec


class _Deferred(Loader):
    """A module that is run only when a name is asked for that `find` does not put into it."""

    def __init__(self, real: Loader, find: Callable[[ModuleType, str], bool]) -> None:
        self._real, self._find = real, find
        self._lock = threading.RLock()
        self._ran = False

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        def attribute(name: str) -> Any:  # noqa: ANN401 - whatever a module holds
            if not name.startswith("__") and not self._find(module, name):
                self._run(module)
            try:
                return vars(module)[name]
            except KeyError:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}") from None

        vars(module)["__getattr__"] = attribute

    def _run(self, module: ModuleType) -> None:
        with self._lock:
            if not self._ran:
                self._ran = True  # first: a module that imports itself asks again before it is done
                self._real.exec_module(module)


def by_module(folder: Path) -> Callable[[ModuleType, str], bool]:
    """What puts a name into a package of this folder, from the module it is after; false when there is none."""
    modules = {file.stem for file in folder.glob("*.py")}

    def find(package: ModuleType, name: str) -> bool:
        if name in modules and (name == OUTPUTS or name.startswith("_")):
            importlib.import_module(f"{package.__name__}.{name}")
            return True
        for stem in _stems(name):
            if stem in modules:
                module = importlib.import_module(f"{package.__name__}.{stem}")
                vars(package).update({each: getattr(module, each) for each in module.__all__})
                if name in module.__all__:
                    return True
        return False

    return find


def _stems(name: str) -> Sequence[str]:
    """Where the SDK's generator puts a name: a resource or look-up, what is around it, or a type of inputs."""
    snake = WORDS.sub("_", name).lower()
    return snake, AROUND.sub("", snake), "_inputs", "_enums"
