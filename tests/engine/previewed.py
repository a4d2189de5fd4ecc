"""Previews by the real engine, as a pull request's job makes them; run as a program it records them for tests/review.

    PATH=…/pulumi/bin:$PATH .venv/bin/python tests/engine/previewed.py

The records are trimmed to what a reader of events may look at: no time, no place on this machine, no outputs.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checkout
import deployment
from checkout import PROJECT, Checkout
from test_changes import change_the_app

RECORDS = PROJECT / "tests/review/records"
UNREAD = ("resOutputsEvent", "policyRemediateSummaryEvent", "preludeEvent", "cancelEvent", "policyLoadEvent")
PLACE = re.compile(r'File "(?:[^"]*/(?:project|site-packages|lib/python3\.\d+)/|[^"]*/)([^"]*)"')


def preview(site: Checkout, stack: str) -> subprocess.CompletedProcess[str]:
    """The events of a preview under the stack's policies on standard output, as preview.yml asks for them."""
    command = ["pulumi", "preview", "--json", "--stack", stack, "--non-interactive"]
    command += ["--policy-pack", "policies", "--policy-pack-config", f"policies/config/{stack}.json"]
    environment = site.process_environment() | {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    return subprocess.run(command, cwd=site.folder, env=environment, capture_output=True, text=True, check=False)


def larger(site: Checkout) -> None:
    site.configure("dev", "services.web.task.cpu", 512)
    site.configure("dev", "services.web.task.memory", 1024)
    site.configure("dev", "services.web.task.environment", {"GREETING": "hello", "DB_PASSWORD": "in-plain-text"})


def second_service(site: Checkout) -> None:
    site.configure("dev", "services.api", {"routing": {"paths": ["/api/*"]}})


def renamed(site: Checkout) -> None:
    """The service, which is another then, and the network's log, which is replaced."""
    site.edit("Pulumi.dev.yaml", "    web:", "    shop:")
    site.edit("__main__.py", 'f"/{name}/flow"', 'f"/{name}/network"')


def against_policies(site: Checkout) -> None:
    site.edit("components/containers.py", '"readonlyRootFilesystem": asked["read_only_root"]', '"privileged": True')
    site.configure("dev", "services.web.image", {"reference": "docker.io/library/nginx:latest"})


def bad_setting(site: Checkout) -> None:
    site.configure("dev", "services.web.task.cpu", 300)


CHANGES: dict[str, Callable[[Checkout], None]] = {
    "same": lambda _: None,
    "app": change_the_app,
    "larger": larger,
    "service": second_service,
    "renamed": renamed,
    "violations": against_policies,
    "setting": bad_setting,
}


def trimmed(events: str) -> str:
    """What a reader of events may look at, the same on every machine."""
    kept = (_trimmed(json.loads(line)) for line in events.splitlines() if line.startswith("{"))
    return "".join(f"{json.dumps(event, sort_keys=True)}\n" for event in kept if event)


def _trimmed(event: dict[str, Any]) -> dict[str, Any] | None:
    (name, told), *_ = ((key, value) for key, value in event.items() if key.endswith("Event"))
    step = told.get("metadata", {})
    if name in UNREAD or told.get("severity") == "debug" or step.get("op") == "same":
        return None
    for state in filter(None, (step.get("old"), step.get("new"))):
        for key in ("outputs", "provider", "id"):
            state.pop(key, None)
    step.pop("provider", None)
    if "message" in told:
        told["message"] = PLACE.sub(r'File "\1"', told["message"])
    return {name: told}


def record() -> None:
    """Writes every record anew."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
        del os.environ[name]
    RECORDS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with checkout.new(Path(folder) / "first" / "project", home) as site:
            deployment.mark_keys(site, "dev")
            _write("first", site)
            site.up("dev")
            for name, change in CHANGES.items():
                with checkout.again(site, Path(folder) / name / "project") as changed:
                    change(changed)
                    _write(name, changed)


def _write(name: str, site: Checkout) -> None:
    done = preview(site, "dev")
    (RECORDS / f"{name}.events").write_text(trimmed(done.stdout))
    sys.stdout.write(f"{name}: exit {done.returncode}\n")


if __name__ == "__main__":
    record()
