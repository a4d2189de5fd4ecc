"""Previews told in a pull request: `python -m review --help`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from review import run, stacks
from review.comment import LIMIT, comment
from review.github import API, GitHubError, PullRequest
from review.run import Run

EVENTS, SAID = ".events", ".said"
"""Endings of the files of a stack: the engine's events, and what the CLI said beside them."""


def _runs(folder: Path) -> list[Run]:
    """A run for each stack of which the folder has a file."""
    return [
        _run(folder, name) for name in sorted({one.stem for one in folder.iterdir() if one.suffix in (EVENTS, SAID)})
    ]


def _run(folder: Path, name: str) -> Run:
    found = run.read(name, _lines(folder / f"{name}{EVENTS}"))
    found.said += _lines(folder / f"{name}{SAID}")
    return found


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _comment(given: argparse.Namespace) -> int:
    found = _runs(given.folder)
    missing = [name for name in given.stacks if name not in {one.stack for one in found}]
    order = {name: place for place, name in enumerate(given.stacks)}
    found.sort(key=lambda one: order.get(one.stack, len(order)))
    sys.stdout.write(comment(found, missing=missing, details=given.details, limit=given.limit))
    return 0


def _post(given: argparse.Namespace) -> int:
    token = os.environ.get("GITHUB_TOKEN")
    if not token:
        sys.stderr.write("GITHUB_TOKEN is not set: it is the job's token, with the permission pull-requests: write.\n")
        return 2
    pull_request = PullRequest(given.repository, given.number, token, os.environ.get("GITHUB_API_URL", API))
    try:
        done = pull_request.tell(given.file.read_text(), only_update=given.when == "written")
    except GitHubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


def _stacks(given: argparse.Namespace) -> int:
    root = Path.cwd()
    known = stacks.stacks(root)
    if given.all:
        found = known
    else:
        changed = given.changed if given.since is None else stacks.changed_since(given.since, root)
        found = stacks.touched(changed, known)
    sys.stdout.write(f"{json.dumps(found)}\n")
    return 0


def parser() -> argparse.ArgumentParser:
    """What the commands take."""
    every = argparse.ArgumentParser(prog="python -m review", description="Previews told in a pull request.")
    commands = every.add_subparsers(required=True)

    touched = commands.add_parser("stacks", help="the stacks that a change touches, as a JSON list")
    change = touched.add_mutually_exclusive_group(required=True)
    change.add_argument("--since", help="commit that the change starts from")
    change.add_argument("--changed", nargs="*", help="its paths")
    change.add_argument("--all", action="store_true", help="whatever changed")
    touched.set_defaults(act=_stacks)

    told = commands.add_parser("comment", help="the comment, from the events of each stack")
    told.add_argument(
        "folder", type=Path, help=f"has STACK{EVENTS} for each stack, and STACK{SAID} where the CLI spoke"
    )
    told.add_argument(
        "--stacks", type=json.loads, default=[], help="all stacks, as a JSON list; one without a file is told of"
    )
    told.add_argument("--details", default="", help="address of the full report")
    told.add_argument("--limit", type=int, default=LIMIT, help="most bytes; default: %(default)s, GitHub's limit")
    told.set_defaults(act=_comment)

    post = commands.add_parser("post", help="write the comment, or update it in place")
    post.add_argument("file", type=Path)
    post.add_argument("--repository", required=True, help="OWNER/NAME")
    post.add_argument("--number", required=True, type=int, help="of the pull request")
    post.add_argument(
        "--when", choices=("always", "written"), default="always", help="written: only update one that is there"
    )
    post.set_defaults(act=_post)
    return every


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; 0 when it is done."""
    given = parser().parse_args(arguments)
    return given.act(given)


if __name__ == "__main__":
    sys.exit(main())
