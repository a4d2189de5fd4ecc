"""A release rehearsed: what runs here rolls to this checkout's version while clients ask, and what that cost them."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from local import docker_engine
from local.clients import LocalClients
from local.load import Load
from local.up import NotUp

MEBI = 1024 * 1024


@dataclass(frozen=True)
class Version:
    """A version of a service that ran here."""

    tag: str
    image_bytes: int
    memory_bytes: int
    """Memory of one of its containers, without the files that the kernel can drop."""


@dataclass(frozen=True)
class Rehearsal:
    """What a release did to those who asked meanwhile."""

    service: str
    before: Version
    after: Version
    requests: int
    lost: int
    first_answer_seconds: float | None
    """From the start of the command, build included, to the first answer of the new version; None without one."""

    def to_markdown(self) -> str:
        """For people: a few lines that fit a phone."""
        if self.before.tag == self.after.tag:
            return f"**{self.service}**: `{self.after.tag}` ran before, so there was nothing to roll.\n"
        grown = (self.after.image_bytes - self.before.image_bytes) / MEBI
        first = "never" if self.first_answer_seconds is None else f"after {self.first_answer_seconds:.1f} s"
        return "\n".join(
            (
                f"**{self.service}**: `{self.before.tag}` → `{self.after.tag}`",
                "",
                f"- requests lost: **{self.lost}** of {self.requests}",
                f"- first answer of the new version: {first}, build included",
                f"- image: {self.after.image_bytes / MEBI:.1f} MiB ({grown:+.1f})",
                f"- memory: {self.after.memory_bytes / MEBI:.0f} MiB (was {self.before.memory_bytes / MEBI:.0f} MiB)",
                "",
            )
        )


@dataclass(frozen=True)
class _Running:
    """A service that answers: where, and with which image."""

    name: str
    host: str
    path: str
    image: str


def rehearse(clients: LocalClients, endpoint: str, cluster: str, bring_up: Callable[[], None]) -> list[Rehearsal]:
    """Do `bring_up` while every service that answers is asked, and tell what that cost.

    Raises:
        NotUp: nothing answers yet, or a release of `bring_up` is not live.
    """
    docker = docker_engine.connect()
    running = _running(clients, cluster)
    if not running:
        raise NotUp("nothing runs here that could be rolled: bring up the version to start from first")
    before = {one.name: _version(docker, one.image) for one in running}
    loads = {one.name: Load() for one in running}
    started = time.monotonic()
    with ExitStack() as asking:
        for one in running:
            asking.enter_context(loads[one.name].on(endpoint, one.host, one.path))
        bring_up()
    found: list[Rehearsal] = []
    for one in _running(clients, cluster):
        if one.name not in before:
            continue
        after, load = _version(docker, one.image), loads[one.name]
        first = load.first(after.tag)
        found.append(
            Rehearsal(
                one.name,
                before[one.name],
                after,
                len(load.answers),
                load.lost,
                None if first is None else first - started,
            )
        )
    return found


def _running(clients: LocalClients, cluster: str) -> list[_Running]:
    """The services behind a balancer, as the emulated AWS has them."""
    ecs, elb = clients.client("ecs"), clients.client("elbv2")
    arns = ecs.list_services(cluster=cluster)["serviceArns"]
    services = ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []
    places = _places(elb)
    return [
        _Running(service["serviceName"], *places[group["targetGroupArn"]], _image(ecs, service))
        for service in services
        for group in service["loadBalancers"]
        if group["targetGroupArn"] in places
    ]


def _places(elb: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - boto3 has no types
    """By target group, the host and the path at which its listener rule lets a request through."""
    found: dict[str, tuple[str, str]] = {}
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                asked = {one["Field"]: one["Values"] for one in rule["Conditions"]}
                path = asked.get("path-pattern", ["/"])[0].split("*")[0].split("?")[0]
                for action in rule["Actions"]:
                    if "TargetGroupArn" in action:
                        found[action["TargetGroupArn"]] = f"{balancer['LoadBalancerName']}.alb.localhost", path
    return found


def _image(ecs: Any, service: dict[str, Any]) -> str:  # noqa: ANN401 - boto3 has no types
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    name = service["loadBalancers"][0]["containerName"]
    return str(next(one["image"] for one in definition["containerDefinitions"] if one["name"] == name))


def _version(docker: Any, image: str) -> Version:  # noqa: ANN401 - the docker SDK has no types
    held = [
        one.stats(stream=False)["memory_stats"]
        for one in docker.containers.list(filters={"ancestor": image}, ignore_removed=True)
    ]
    used = [one["usage"] - _droppable(one["stats"]) for one in held if "usage" in one]
    return Version(image.rsplit(":", 1)[1], docker.images.get(image).attrs["Size"], max(used, default=0))


def _droppable(stats: dict[str, int]) -> int:
    """File cache that the kernel gives back first, as cgroups of version 1 and 2 call it."""
    return stats.get("total_inactive_file", stats.get("inactive_file", 0))
