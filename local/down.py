"""Takes the stack on this machine down: no container, process, volume or image of it stays."""

import shutil
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local import docker_engine, emulator
from local.clients import LocalClients
from local.images import LABEL, owner, steps_file


def down(project: str, stack: str, endpoint: str, region: str, home: Path, say: Callable[[str], None]) -> None:
    """End the services and their containers, remove the images, end the emulator."""
    try:
        docker = docker_engine.connect()
    except docker_engine.NoDocker:
        docker = None
    ids: set[str] = set()
    if emulator.running(home):
        ids = _end_services(LocalClients(endpoint, region), f"{project}-{stack}")
    if docker is not None:
        _end_containers(docker, ids, owner(stack, home))
    if emulator.stop(home):
        say("the emulated AWS has ended")
    if docker is not None:
        removed = _remove_images(docker, owner(stack, home)) + _remove_steps(docker, home)
        say(f"{removed} images removed; {docker_engine.stays(home)}")
    shutil.rmtree(home, ignore_errors=True)


def _end_services(clients: LocalClients, cluster: str) -> set[str]:
    """Delete the cluster's services, and the Docker ids of the containers they ran."""
    ecs = clients.client("ecs")
    if not [one for one in ecs.describe_clusters(clusters=[cluster])["clusters"] if one["status"] == "ACTIVE"]:
        return set()
    tasks = ecs.list_tasks(cluster=cluster)["taskArns"]
    told = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"] if tasks else []
    for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
        ecs.update_service(cluster=cluster, service=arn, desiredCount=0)
        ecs.delete_service(cluster=cluster, service=arn, force=True)
    return {one["runtimeId"] for task in told for one in task.get("containers", []) if one.get("runtimeId")}


def _end_containers(docker: Any, ids: set[str], label: str) -> None:  # noqa: ANN401 - the docker SDK has no types
    """Containers of our images: the label that the build put on an image is on its containers too."""
    for container in docker.containers.list(all=True, filters={"label": f"{LABEL}={label}"}, ignore_removed=True):
        container.remove(force=True, v=True)
    for container in docker.containers.list(all=True, ignore_removed=True):
        if container.id in ids:
            container.remove(force=True, v=True)


def _remove_images(docker: Any, label: str) -> int:  # noqa: ANN401 - the docker SDK has no types
    images = docker.images.list(all=False, filters={"label": f"{LABEL}={label}"})
    for image in images:
        docker.images.remove(image.id, force=True)
    return len(images)


def _remove_steps(docker: Any, home: Path) -> int:  # noqa: ANN401 - the docker SDK has no types
    """The untagged images that builds left: the last ones take those they were made from along."""
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - `plan` needs none

    file, removed = steps_file(home), 0
    ids = list(dict.fromkeys(file.read_text().split())) if file.exists() else []
    for one in reversed(ids):
        try:
            if not docker.images.get(one).tags:
                docker.images.remove(one)
                removed += 1
        except ImageNotFound:
            continue  # gone with a later one
        except APIError as error:
            if error.status_code != HTTPStatus.CONFLICT:
                raise
            continue  # somebody else's image is made from it
    return removed
