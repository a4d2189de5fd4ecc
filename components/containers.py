"""Container definitions as AWS stores them.

ECS compares the stored text: what it fills in by itself has to be written here, in one order, or every
run makes a new revision (pulumi-aws #4576, #5256).
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pulumi import Input, Output

from settings.connect import ConnectOptions
from settings.container import ContainerHealthCheck, ContainerOptions, ForeignOptions, Port, SidecarOptions
from settings.dependencies import routed
from settings.log_router import ROUTER, LogRouterOptions, in_s3
from settings.options import part
from settings.volume import MountOptions

Definition = dict[str, object]


class Log(NamedTuple):
    """Where containers write their lines: each to streams of its own name, or all through the router of FireLens."""

    group: str
    region: str
    router: LogRouterOptions | None = None


def main_container(
    name: str,
    asked: ContainerOptions,
    *,
    image: str,
    port: Port,
    connect: ConnectOptions | None,
    log: Log,
    scratch: Mapping[str, str],
) -> Definition:
    """The definition of a service's own container; `scratch` maps volume names to paths."""
    ports = [{**one, **_endpoint(name, connect)} for one in _ports(port)]
    return {**_container(name, asked, log, scratch), "image": image, "essential": True, "portMappings": ports}


def sidecar(name: str, asked: SidecarOptions, *, log: Log, scratch: Mapping[str, str]) -> Definition:
    """The definition of a container beside it."""
    own: Definition = {
        "image": asked["image"],
        "essential": asked["essential"],
        "portMappings": _ports(asked["port"]),
    }
    if asked["command"]:
        own["command"] = asked["command"]
    if asked["memory_reservation"]:
        own["memoryReservation"] = asked["memory_reservation"]
    return {**_container(name, asked, log, scratch), **own}


def log_router(asked: LogRouterOptions, *, log: Log, scratch: Mapping[str, str]) -> Definition:
    """The definition of the container that routes the others' lines; its own go to the log group.

    It runs as no root, as FireLens allows since October 2025 (ECS agent 1.96.0, and Fargate).
    """
    like: SidecarOptions = {**part(ForeignOptions, asked), "port": None, "essential": True}
    told: Definition = {"type": asked["type"]}
    if value := asked["configuration"]:
        told["options"] = {"config-file-type": "s3" if in_s3(value) else "file", "config-file-value": value}
    return {**sidecar(ROUTER, like, log=log._replace(router=None), scratch=scratch), "firelensConfiguration": told}


def _container(name: str, asked: ContainerOptions, log: Log, scratch: Mapping[str, str]) -> Definition:
    environment, secrets = asked["environment"], asked["secrets"]
    waits_for = routed(asked["depends_on"]) if log.router else asked["depends_on"]
    definition: Definition = {
        "name": name,
        "environment": [{"name": key, "value": environment[key]} for key in sorted(environment)],
        "secrets": _filled(secrets),
        "logConfiguration": _log(name, log),
        "user": asked["user"],
        "readonlyRootFilesystem": asked["read_only_root"],
        "linuxParameters": {
            "initProcessEnabled": True,
            "capabilities": {"add": [], "drop": ["ALL"]},
        },
        "stopTimeout": asked["stop_timeout"],
        "mountPoints": _mounts(scratch, asked["mounts"]),
        "volumesFrom": [],
        "systemControls": [],
    }
    if asked["health_check"]:
        definition["healthCheck"] = _health_check(asked["health_check"])
    if waits_for:
        definition["dependsOn"] = [{"containerName": one, "condition": waits_for[one]} for one in sorted(waits_for)]
    return definition


def _filled(secrets: Mapping[str, str]) -> list[Definition]:
    return [{"name": key, "valueFrom": secrets[key]} for key in sorted(secrets)]


def _log(name: str, log: Log) -> Definition:
    if log.router is None:
        options = {
            "awslogs-group": log.group,
            "awslogs-region": log.region,
            "awslogs-stream-prefix": name,
            "mode": "non-blocking",
        }
        return {"logDriver": "awslogs", "options": options}
    found: Definition = {"logDriver": "awsfirelens"}
    if log.router["options"]:
        found["options"] = log.router["options"]
    if log.router["secret_options"]:
        found["secretOptions"] = _filled(log.router["secret_options"])
    return found


def _ports(port: Port | None) -> list[Definition]:
    return [{"containerPort": port, "hostPort": port, "protocol": "tcp"}] if port else []


def _endpoint(name: str, connect: ConnectOptions | None) -> Definition:
    """What makes a port one that Service Connect can name; TCP is what no protocol means to it."""
    if connect is None:
        return {}
    return {"name": name, **({} if connect["protocol"] == "tcp" else {"appProtocol": connect["protocol"]})}


def _mounts(scratch: Mapping[str, str], mounts: Mapping[str, MountOptions]) -> list[Definition]:
    own = {volume: (path, False) for volume, path in scratch.items()}
    shared = {volume: (mount["path"], mount["read_only"]) for volume, mount in mounts.items()}
    return [
        {"sourceVolume": volume, "containerPath": path, "readOnly": read_only}
        for volume, (path, read_only) in sorted((own | shared).items())
    ]


def _health_check(check: ContainerHealthCheck) -> Definition:
    return {
        "command": ["CMD", *check["command"]],
        "interval": check["interval"],
        "timeout": check["timeout"],
        "retries": check["retries"],
        "startPeriod": check["start_period"],
    }


def ordered(containers: list[Definition]) -> list[Definition]:
    """The definitions in their one order."""
    return sorted(containers, key=lambda container: str(container["name"]))


def document(containers: list[Definition]) -> Input[str]:
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
