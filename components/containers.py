"""Container definitions as AWS stores them.

ECS compares the stored text: what it fills in by itself has to be written here, in one order, or every
run makes a new revision (pulumi-aws #4576, #5256).
"""

import json
from collections.abc import Mapping

from pulumi import Input, Output

from settings.service import ContainerHealthCheck


def main_container(
    name: str,
    *,
    image: str,
    port: int,
    environment: Mapping[str, Input[str]],
    secrets: Mapping[str, str],
    log_group: str,
    region: str,
    user: str,
    stop_timeout: int,
    health_check: ContainerHealthCheck | None,
    scratch: Mapping[str, str],
    read_only_root: bool,
) -> dict[str, object]:
    """The definition of a service's own container; `scratch` maps volume names to paths."""
    definition: dict[str, object] = {
        "name": name,
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}],
        "environment": [{"name": key, "value": environment[key]} for key in sorted(environment)],
        "secrets": [{"name": key, "valueFrom": secrets[key]} for key in sorted(secrets)],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": name,
                "mode": "non-blocking",
            },
        },
        "user": user,
        "readonlyRootFilesystem": read_only_root,
        "linuxParameters": {
            "initProcessEnabled": True,
            "capabilities": {"add": [], "drop": ["ALL"]},
        },
        "stopTimeout": stop_timeout,
        "mountPoints": [
            {"sourceVolume": volume, "containerPath": scratch[volume], "readOnly": False} for volume in sorted(scratch)
        ],
        "volumesFrom": [],
        "systemControls": [],
    }
    if health_check:
        definition["healthCheck"] = {
            "command": ["CMD", *health_check["command"]],
            "interval": health_check["interval"],
            "timeout": health_check["timeout"],
            "retries": health_check["retries"],
            "startPeriod": health_check["start_period"],
        }
    return definition


def ordered(containers: list[dict[str, object]]) -> list[dict[str, object]]:
    """The definitions in their one order."""
    return sorted(containers, key=lambda container: str(container["name"]))


def document(containers: list[dict[str, object]]) -> Input[str]:
    """Ordered definitions as canonical JSON; a plain text unless a value is an output."""
    if _has_output(containers):
        return Output.json_dumps(containers, sort_keys=True, separators=(",", ":"))
    return json.dumps(containers, sort_keys=True, separators=(",", ":"))


def _has_output(value: object) -> bool:
    match value:
        case Output():
            return True
        case dict():
            return any(_has_output(item) for item in value.values())
        case list():
            return any(_has_output(item) for item in value)
        case _:
            return False
