"""Previews told in a pull request: `python -m review --help`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from review import pull_request_stack, run, stacks
from review.comment import LIMIT, comment
from review.github import API, GitHubError, PullRequest, Repository
from review.run import Run

EVENTS, SAID = ".events", ".said"
"""Endings of the files of a stack: the engine's events, and what the CLI said beside them."""


class NoTokenError(Exception):
    """The job has no token."""


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


def _repository(name: str, permission: str) -> Repository:
    """The repository, with the token of the job.

    Raises:
        NoTokenError: there is none.
    """
    token = os.environ.get("GITHUB_TOKEN")
    if not token:
        raise NoTokenError(f"GITHUB_TOKEN is not set: it is the job's token, with the permission {permission}.")
    return Repository(name, token, os.environ.get("GITHUB_API_URL", API))


def _post(given: argparse.Namespace) -> int:
    pull_request = PullRequest(_repository(given.repository, "pull-requests: write"), given.number)
    done = pull_request.tell(given.file.read_text(), only_update=given.when == "written")
    sys.stdout.write(f"{done}\n")
    return 0


def _stack(given: argparse.Namespace) -> int:
    from review import stack_file  # noqa: PLC0415 - it alone needs a package: no other command does

    text = stack_file.render(Path.cwd(), given.number, given.platform, given.domain, given.secrets_provider)
    (Path.cwd() / f"Pulumi.{pull_request_stack.name(given.number)}.yaml").write_text(text)
    return 0


def _told(given: argparse.Namespace) -> int:
    sys.stdout.write(pull_request_stack.comment(given.number, given.domain, given.outcome, given.commit, given.details))
    return 0


def _unwanted(given: argparse.Namespace) -> int:
    known = [one["name"] for one in json.loads(given.file.read_text())]
    wanted = _repository(given.repository, "pull-requests: read").open_with(pull_request_stack.LABEL)
    sys.stdout.write(f"{json.dumps(pull_request_stack.unwanted(known, wanted))}\n")
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

    own = commands.add_parser("stack", help="write the stack file of a pull request")
    own.add_argument("--number", required=True, type=int, help="of the pull request")
    own.add_argument("--platform", required=True, help="ORGANIZATION/PROJECT/STACK that it shares")
    own.add_argument("--domain", required=True, help="the stack answers at pr-NUMBER.DOMAIN")
    own.add_argument("--secrets-provider", default="", help="with a backend of one's own; its address")
    own.set_defaults(act=_stack)

    of_stack = commands.add_parser("told", help="the comment on the stack of a pull request")
    of_stack.add_argument("--number", required=True, type=int, help="of the pull request")
    of_stack.add_argument("--domain", required=True, help="the stack answers at pr-NUMBER.DOMAIN")
    of_stack.add_argument("--outcome", required=True, choices=pull_request_stack.OUTCOMES)
    of_stack.add_argument("--commit", required=True, help="that was to come up")
    of_stack.add_argument("--details", required=True, help="address of the log")
    of_stack.set_defaults(act=_told)

    left = commands.add_parser("unwanted", help="pull requests that have a stack and should not, as a JSON list")
    left.add_argument("file", type=Path, help="what `pulumi stack ls --json` says")
    left.add_argument("--repository", required=True, help="OWNER/NAME")
    left.set_defaults(act=_unwanted)
    return every


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; 0 when it is done."""
    given = parser().parse_args(arguments)
    try:
        return given.act(given)
    except NoTokenError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (GitHubError, pull_request_stack.NoStackError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
