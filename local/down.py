"""Takes the stack on this machine down: no container, process, volume or image of it stays."""

import shutil
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local import docker_engine, emulator
from local.images import LABEL, owner, steps_file


def down(stack: str, home: Path, say: Callable[[str], None]) -> None:
    """End the emulator, so that nothing starts any more; then remove its containers, and the images."""
    try:
        docker = docker_engine.connect()
    except docker_engine.NoDocker:
        docker = None
    if emulator.stop(home):
        say("the emulated AWS has ended")
    if docker is not None:
        _remove_containers(docker, owner(stack, home), home)
        removed = _remove_images(docker, owner(stack, home)) + _remove_steps(docker, home)
        say(f"{removed} images removed; {docker_engine.stays(home)}")
    shutil.rmtree(home, ignore_errors=True)


def _remove_containers(docker: Any, label: str, home: Path) -> None:  # noqa: ANN401 - the docker SDK has no types
    """Those that the emulator made, and those of our images: an image's label is on its containers too.

    Listed until there is none: the daemon may still be making or removing one that the emulator asked for.
    """
    from docker.errors import APIError  # noqa: PLC0415 - `plan` needs none

    ours = {"all": True, "filters": {"label": f"{LABEL}={label}"}, "ignore_removed": True}
    while found := [*docker.containers.list(**ours), *emulator.containers(docker, home)]:
        for container in found:
            try:
                container.remove(force=True, v=True)
            except APIError as error:
                if error.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                    raise
        time.sleep(0.1)


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
