"""What people type on day two: one line for a POSIX shell each, for the AWS CLI version 2.

All is known before anything exists: what is not, a command asks ECS for. Sources: "AWS CLI Command Reference".
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from release.record import ReleaseRecord, Site
from release.routed import destination, log_group

FREE = "COMMAND"
"""Stands for what is to be typed instead."""


@dataclass(frozen=True)
class Subject:
    """What the commands need to know of a service."""

    site: Site
    container: str
    """Its own container."""
    log_group: str
    """Where its containers write."""
    desired_count: int
    """Tasks that are declared."""
    scaling: tuple[int, int] | None = None
    """Least and most tasks when they scale by load."""
    provider: str | None = None
    """Capacity provider of its instances; None on Fargate."""
    exec_enabled: bool = False
    """Whether a shell may be opened in its containers."""
    routed: Mapping[str, str] | None = None
    """Options by which a log router sends its containers' lines on; None without one."""


class _Filled(str):
    """A word that the shell fills in."""

    __slots__ = ()


def _asked(command: str) -> _Filled:
    """What a command says."""
    return _Filled(f"$({command})")


def commands(subject: Subject) -> dict[str, str]:
    """The commands by what they are for."""
    site = subject.site
    found = {
        **_logs(subject),
        "explain": _release(site, "explain"),
        "run": _run(subject),
        "scale": _scale(subject),
        # In two steps, so that nothing is done when there is nothing to go back to.
        "rollback": f'revision="$({_release(site, "previous")})" && {deploy(site, _Filled("$revision"))}',
    }
    if subject.exec_enabled:
        found["exec"] = _exec(subject)
    return found


def deploy(site: Site | ReleaseRecord, task_definition: str, *words: str) -> str:
    """The command that deploys a revision."""
    return _update(site, "--task-definition", task_definition, *words)


def _logs(subject: Subject) -> dict[str, str]:
    """The containers' lines; behind a log router where they are, and the router's own."""
    own = _tail(subject.log_group, subject.site.region)
    if subject.routed is None:
        return {"logs": own}
    found = log_group(subject.routed, subject.site.region)
    return {"logs": _tail(*found) if found else _line("echo", destination(subject.routed)), "routerLogs": own}


def _tail(group: str, region: str) -> str:
    return _line("aws", "logs", "tail", group, "--follow", "--since", "1h", "--region", region)


def _run(subject: Subject) -> str:
    """A task of the revision that runs now, in the service's own subnets and groups, with another command."""
    overrides = {"containerOverrides": [{"name": subject.container, "command": [FREE]}]}
    capacity = (
        ("--capacity-provider-strategy", f"capacityProvider={subject.provider},weight=1")
        if subject.provider
        else ("--launch-type", "FARGATE")
    )
    return _ecs(
        subject.site,
        "run-task",
        "--task-definition",
        _of_service(subject.site, "taskDefinition", "text"),
        *capacity,
        "--network-configuration",
        _of_service(subject.site, "networkConfiguration", "json"),
        "--overrides",
        json.dumps(overrides),
    )


def _exec(subject: Subject) -> str:
    site = subject.site
    listed = _ecs(site, "list-tasks", "--service-name", site.service, "--query", "taskArns[0]", "--output", "text")
    shell = ("--container", subject.container, "--interactive", "--command", "/bin/sh")
    return _ecs(site, "execute-command", "--task", _asked(listed), *shell)


def _scale(subject: Subject) -> str:
    """By hand: with scaling the bounds are set, as it would undo a number at once. The next `up` sets both back."""
    site = subject.site
    if subject.scaling is None:
        return _update(site, "--desired-count", str(subject.desired_count))
    least, most = subject.scaling
    target = (
        "--resource-id",
        f"service/{site.cluster}/{site.service}",
        "--scalable-dimension",
        "ecs:service:DesiredCount",
    )
    bounds = ("--min-capacity", str(least), "--max-capacity", str(most))
    words = ("register-scalable-target", "--service-namespace", "ecs", *target, *bounds)
    return _aws(site, "application-autoscaling", *words)


def _of_service(site: Site, key: str, output: str) -> _Filled:
    words = ("--services", site.service, "--query", f"services[0].{key}", "--output", output)
    return _asked(_ecs(site, "describe-services", *words))


def _update(site: Site | ReleaseRecord, *words: str) -> str:
    return _ecs(site, "update-service", "--service", site.service, *words)


def _ecs(site: Site | ReleaseRecord, operation: str, *words: str) -> str:
    return _aws(site, "ecs", operation, "--cluster", site.cluster, *words)


def _aws(site: Site | ReleaseRecord, service: str, operation: str, *words: str) -> str:
    return _line("aws", service, operation, *words, "--region", site.region)


def _release(site: Site, command: str) -> str:
    where = ("--cluster", site.cluster, "--region", site.region, "--account", site.account)
    return _line("python", "-m", "release", command, *where, "--record", site.record, site.service)


def _line(*words: str) -> str:
    return " ".join(f'"{word}"' if isinstance(word, _Filled) else shlex.quote(word) for word in words)
