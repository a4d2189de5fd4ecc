"""Stacks: which of them a change touches, so that no pull request waits for a preview that can show nothing."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

STACK_FILE = re.compile(r"Pulumi\.(?P<stack>[^.]+)\.yaml")
POLICIES = re.compile(r"policies/config/(?P<stack>[^/]+)\.json")
ELSEWHERE = ("bench/", "bootstrap/", "docs/", "local/", "review/", "tests/", "app/tests/", ".ci/", ".github/")
"""Folders of which no preview reads a file."""
NOT_READ = re.compile(
    r"((app|policies)/)?[^/]*\.md|policies/slipway_policies/guide\.md|LICENSE|Makefile|pyproject\.toml|\.gitignore"
)
NO_STACKS_OF_AWS = {"local"}
"""Stack files that are for this machine only (`make local`)."""


def stacks(root: Path) -> list[str]:
    """The stacks that have a stack file, but for those of this machine."""
    found = (STACK_FILE.fullmatch(one.name) for one in root.iterdir())
    return sorted(one["stack"] for one in found if one and one["stack"] not in NO_STACKS_OF_AWS)


def touched(changed: Sequence[str], known: Sequence[str]) -> list[str]:
    """The stacks whose preview the changed paths may change, in the order of `known`.

    A stack's own file, and its policies' configuration, touch that stack; any other file that a preview reads touches
    all. What is not known to be unread counts as read.
    """
    hit: set[str] = set()
    for path in changed:
        own = STACK_FILE.fullmatch(path) or POLICIES.fullmatch(path)
        if own:
            hit.add(own["stack"])
        elif _is_read(path):
            return list(known)
    return [stack for stack in known if stack in hit]


def _is_read(path: str) -> bool:
    return not (path.startswith(ELSEWHERE) or NOT_READ.fullmatch(path))


def changed_since(commit: str, root: Path) -> list[str]:
    """The paths that differ since a commit, the old and the new name of what was moved.

    Raises:
        subprocess.CalledProcessError: git does not know the commit.
    """
    command = ["git", "diff", "--name-only", "--no-renames", "-z", f"{commit}...HEAD"]
    told = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [path for path in told.split("\0") if path]
