"""A copy of the project with a backend and an account of its own, driven by the real engine."""

import copy
import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import endpoint
import providers
import yaml
from account import Account
from pulumi import automation as auto

PROJECT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "venv", "tests", "bench", "docs", "local", "__pycache__")
NOTHING_OF_THIS_PERSON = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
QUIET = {"same", "read", "refresh"}


@dataclass
class Outcome:
    """What an operation did, and all that it said."""

    steps: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    violations: list[auto.events.PolicyEvent] = field(default_factory=list)
    text: str = ""
    failed: bool = False

    @property
    def changed(self) -> dict[str, str]:
        """Type and name of what is not the same, with what is done to it; the stack itself is left out."""
        return {key: op for key, op in self.steps.items() if op not in QUIET and not key.startswith("pulumi:pulumi:")}

    def mandatory(self) -> set[str]:
        return {one.policy_name for one in self.violations if one.enforcement_level == "mandatory"}

    def note(self, event: auto.EngineEvent) -> None:
        if event.policy_event:
            self.violations.append(event.policy_event)
        if event.resource_pre_event:
            step = event.resource_pre_event.metadata
            _, _, type_, name = step.urn.split("::", 3)
            key = f"{type_.rsplit('$', 1)[-1]} {name}"
            # A replacement has three steps: the one that the program asked for tells of all.
            if step.op not in ("create-replacement", "delete-replaced"):
                self.steps[key] = str(step.op.value)
            if step.new:
                self.inputs[key] = dict(step.new.inputs or {})


@dataclass
class Checkout:
    """The project in a folder; `state` is the backend's."""

    folder: Path
    account: Account
    environment: dict[str, str]
    _stacks: dict[str, auto.Stack] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.folder / ".state"

    def process_environment(self) -> dict[str, str]:
        return os.environ | self.environment

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text()
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1))

    def configure(self, stack: str, path: str, value: object) -> None:
        """Set a setting of a stack file, such as `services.web.task.cpu`."""
        file = self.folder / f"Pulumi.{stack}.yaml"
        settings = yaml.safe_load(file.read_text())
        first, *keys = path.split(".")
        place = settings["config"]
        # The CLI writes the project's name before a key; our files leave it out.
        key = first if first in place else f"slipway:{first}"
        for next_key in keys:
            place, key = place.setdefault(key, {}), next_key
        place[key] = value
        file.write_text(yaml.safe_dump(settings))

    def preview(self, stack: str, **options: Any) -> Outcome:
        return self._run(stack, "preview", options)

    def up(self, stack: str, **options: Any) -> Outcome:
        return self._run(stack, "up", options)

    def destroy(self, stack: str) -> Outcome:
        """Preview, then destroy, as the CLI does: the Automation API's `destroy` alone looks at nothing first."""
        outcome = self._run(stack, "preview_destroy", {})
        return outcome if outcome.failed else self._run(stack, "destroy", {})

    def stack(self, name: str) -> auto.Stack:
        if name not in self._stacks:
            options = auto.LocalWorkspaceOptions(env_vars=self.environment, secrets_provider="passphrase")
            self._stacks[name] = auto.create_or_select_stack(name, work_dir=str(self.folder), opts=options)
        return self._stacks[name]

    def _run(self, name: str, operation: str, options: dict[str, Any]) -> Outcome:
        outcome, said = Outcome(), []
        run = getattr(self.stack(name), operation)
        try:
            run(on_event=outcome.note, on_output=said.append, on_error=said.append, color="never", **options)
        except auto.CommandError:
            outcome.failed = True
        outcome.text = "\n".join(said)
        return outcome


@contextmanager
def new(folder: Path, home: Path, project: Path = PROJECT) -> Generator[Checkout]:
    """A copy of the project as it is, with nothing deployed."""
    shutil.copytree(project, folder, ignore=LEFT_OUT)
    for path in (".venv", "policies/venv"):
        (folder / path).symlink_to(sys.prefix)
    (folder / ".state").mkdir()
    with _served(folder, Account(), home) as checkout:
        yield checkout


@contextmanager
def again(other: Checkout, folder: Path) -> Generator[Checkout]:
    """A copy of a checkout with all that it deployed."""
    shutil.copytree(other.folder, folder, symlinks=True)
    home = Path(other.environment["PULUMI_HOME"])
    with _served(folder, copy.deepcopy(other.account), home) as checkout:
        yield checkout


@contextmanager
def _served(folder: Path, account: Account, home: Path) -> Generator[Checkout]:
    with providers.serve(account) as port, endpoint.serve(account) as url:
        environment = NOTHING_OF_THIS_PERSON | {
            "AWS_ENDPOINT_URL": url,
            "PULUMI_BACKEND_URL": f"file://{folder / '.state'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{port}" for name in ("aws", "awsx", "docker")),
            # The stand-ins are all there is: the engine would look for each plugin on the internet.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        yield Checkout(folder, account, environment)
