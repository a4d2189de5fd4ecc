"""One `up` or `down` at a time in a project folder."""

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path
from typing import TextIO


class Busy(Exception):
    """Another command works on this stack, or the folder cannot be written."""


@contextlib.contextmanager
def lock(home: Path, command: str) -> Generator[None]:
    """Hold the folder's lock; it goes with the process.

    Raises:
        Busy: somebody else holds it, or the folder cannot be written or locked.
    """
    file = _locked(home)
    while not _still_there(file, home / "lock"):
        file.close()
        file = _locked(home)
    with file:
        file.truncate(0)
        file.write(f"{command}, process {os.getpid()}")
        file.flush()
        yield


def _locked(home: Path) -> TextIO:
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "lock").open("a+")
    except OSError as error:
        raise Busy(f"{home} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        with file:
            file.seek(0)
            holder = file.read().strip() or "just started"
        if isinstance(error, BlockingIOError):
            raise Busy(f"another command works on this stack ({holder}): wait for its end") from None
        raise Busy(f"{home} cannot be locked: {error.strerror}") from None
    return file


def _still_there(file: TextIO, path: Path) -> bool:
    """Whether the file is the folder's lock yet: `down` removes the folder, and a removed file keeps nobody out."""
    return path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino
