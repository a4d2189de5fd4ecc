"""Builds images with the Docker daemon, and pushes them to a registry on loopback: to no other."""

import hashlib
import re
from pathlib import Path
from typing import Any, cast

from local.clients import is_loopback

LABEL = "slipway.local"
"""Label of every image that the local stack built: `down` removes exactly these."""


def owner(stack: str, home: Path) -> str:
    """The label's value: a stack of one folder, so that two checkouts do not remove each other's."""
    return f"{stack}-{hashlib.sha256(str(home).encode()).hexdigest()[:8]}"


_STEP = re.compile(r"\s*---> ([0-9a-f]{12,64})$")
"""How the builder tells the image that a step left."""


def steps_file(home: Path) -> Path:
    """Where the ids of the builds' steps are kept."""
    return home / "build-steps"


class ImageError(Exception):
    """An image that could not be built or pushed; the text has the last lines of the output."""


class LocalImages:
    """Images on this machine; `home` keeps the ids of what a build leaves beside its result."""

    def __init__(self, docker: Any, owner: str, home: Path) -> None:  # noqa: ANN401 - the docker SDK has no types
        self._docker, self._owner, self._home = docker, owner, home

    def ensure(self, inputs: dict[str, Any]) -> str:
        """Build and push an image; what was done, in words.

        Raises:
            ImageError: the registry is not on loopback, or the build or the push failed.
        """
        name, build = str(inputs["imageName"]), inputs["build"]
        repository, tag = name.rsplit(":", 1)
        refuse_off_loopback(repository)
        context = str(build["context"])
        self._run(
            f"build of {name}",
            self._docker.api.build(
                path=context,
                dockerfile=str(build["dockerfile"]).removeprefix(f"{context}/"),
                tag=name,
                target=build.get("target"),
                buildargs=build.get("args") or {},
                platform=build.get("platform"),
                labels={LABEL: self._owner},
                rm=True,
                forcerm=True,
                decode=True,
            ),
        )
        credentials = {"username": "AWS", "password": "emulated"}
        pushed = self._docker.api.push(repository, tag=tag, stream=True, decode=True, auth_config=credentials)
        self._run(f"push of {name}", pushed)
        return f"image {name} built and pushed"

    def _run(self, what: str, stream: Any) -> None:  # noqa: ANN401 - the docker SDK has no types
        lines: list[str] = []
        try:
            for event in cast("list[dict[str, Any]]", stream):
                lines += str(event.get("stream") or event.get("status") or "").rstrip().splitlines()
                if "error" in event:
                    raise ImageError("\n".join([f"{what} failed: {event['error']}", *lines[-15:]]))
        finally:
            self._keep([found.group(1) for line in lines if (found := _STEP.match(line))])

    def _keep(self, ids: list[str]) -> None:
        """Note the images of a build's steps: they carry no label, and the next build goes on from them."""
        if ids:
            with steps_file(self._home).open("a") as file:
                file.writelines(f"{one}\n" for one in ids)


def refuse_off_loopback(repository: str) -> None:
    """Raise `ImageError` unless the registry in an image's name is on this machine."""
    host = repository.split("/", 1)[0].rsplit(":", 1)[0]
    if not is_loopback(host):
        raise ImageError(f"{repository}: the local stack pushes to loopback only")
