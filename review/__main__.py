"""Previews told in a pull request: `python -m review --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from review import run
from review.comment import LIMIT, comment
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m review", description="Previews told in a pull request.")
    commands = parser.add_subparsers(required=True)
    told = commands.add_parser("comment", help="the comment, from the events of each stack")
    told.add_argument(
        "folder", type=Path, help=f"holds STACK{EVENTS} for each stack, and STACK{SAID} where the CLI spoke"
    )
    told.add_argument("--stacks", nargs="*", default=[], help="stacks in their order; one without a file is told of")
    told.add_argument("--details", default="", help="address of the full report")
    told.add_argument("--limit", type=int, default=LIMIT, help="most bytes; default: %(default)s, GitHub's limit")
    told.set_defaults(act=_comment)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; 0 when it is done."""
    given = _parser().parse_args(arguments)
    return given.act(given)


if __name__ == "__main__":
    sys.exit(main())
