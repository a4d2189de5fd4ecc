"""Builds images with the Docker daemon, and pushes them to a registry on loopback: to no other."""

import hashlib
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

LABEL = "slipway.local"
"""Label of every image that the local stack built: `down` removes exactly these."""


def owner(stack: str, home: Path) -> str:
    """The label's value: a stack of one folder, so that two checkouts do not remove each other's."""
    return f"{stack}-{hashlib.sha256(str(home).encode()).hexdigest()[:8]}"


class ImageError(Exception):
    """An image that could not be built or pushed; the text has the last lines of the output."""


class LocalImages:
    """Images on this machine."""

    def __init__(self, docker: Any, owner: str) -> None:  # noqa: ANN401 - the docker SDK has no types
        self._docker, self._owner = docker, owner

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
        for event in cast("list[dict[str, Any]]", stream):
            lines += str(event.get("stream") or event.get("status") or "").rstrip().splitlines()
            if "error" in event:
                raise ImageError("\n".join([f"{what} failed: {event['error']}", *lines[-15:]]))


def refuse_off_loopback(repository: str) -> None:
    """Raise `ImageError` unless the registry in an image's name is on this machine."""
    host = repository.split("/", 1)[0].rsplit(":", 1)[0]
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ImageError(f"{repository}: the local stack pushes to loopback only")
