"""The tag of an image is its content.

A digest of the build context (paths, bytes, executable bit; `.dockerignore` honoured), the
Dockerfile, target, build arguments and platform. No clock, no git state, no umask: the same commit has
the same tag on every machine.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from docker.utils.build import PatternMatcher

PREFIX = "c-"
"""Start of every content tag; the lifecycle policy counts releases by it."""


def content_tag(context: Path, dockerfile: str, *, target: str | None, args: Mapping[str, str], platform: str) -> str:
    """The tag, `c-` and 20 hex digits.

    Raises:
        FileNotFoundError: the context or the Dockerfile is not there; the text names which.
    """
    if not context.is_dir():
        raise FileNotFoundError(f"the build context {str(context)!r} is not a folder")
    if not (context / dockerfile).is_file():
        raise FileNotFoundError(f"there is no {dockerfile!r} in the build context {str(context)!r}")
    digest = hashlib.sha256()
    for part in _parts(context, dockerfile, target, args, platform):
        # The length keeps neighbouring parts apart: ("ab", "c") is not ("a", "bc").
        digest.update(len(part).to_bytes(8, "big") + part)
    return PREFIX + digest.hexdigest()[:20]


def _parts(
    context: Path, dockerfile: str, target: str | None, args: Mapping[str, str], platform: str
) -> Iterator[bytes]:
    yield b"target" if target is None else b"target=" + target.encode()
    yield platform.encode()
    for key in sorted(args):
        yield f"{key}={args[key]}".encode()
    yield (context / dockerfile).read_bytes()
    for path in context_files(context, dockerfile):
        file = context / path
        yield path.encode()
        if file.is_symlink():
            yield b"link " + str(file.readlink()).encode()
            continue
        yield b"executable" if file.stat().st_mode & 0o100 else b"plain"
        yield file.read_bytes()


def context_files(context: Path, dockerfile: str) -> list[str]:
    """The files that Docker would send, as sorted POSIX paths; `.dockerignore` itself is left out."""
    ignore = context / ".dockerignore"
    lines = ignore.read_text().splitlines() if ignore.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    kept = PatternMatcher(patterns).walk(str(context))
    files = {Path(path).as_posix() for path in kept if _is_file(context / path)}
    # Docker always sends these two; the Dockerfile is counted by itself, the other changes nothing.
    return sorted(files - {".dockerignore", Path(dockerfile).as_posix()})


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()
