"""What is known of the commands that the pages name: whether they exist, and which words they take."""

import argparse
import contextlib
import importlib
import importlib.util
import io
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from unittest import mock

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from tests.docs.pages import PROJECT, Block

ELSEWHERE = {"cd", "curl", "docker", "echo", "export", "git", "head", "jq", "kill", "pip", "sudo", "tail"}
"""Commands that are not ours, and are not looked into."""
PROGRAMS = (PROJECT, PROJECT / "policies", PROJECT / "app" / "src")
"""Folders that a command in a sentence may be meant to run in: the sentence says where."""
LEFT_OUT = (" are required", " is required")
"""How argparse ends when it misses words."""
BETWEEN = {"|", "||", "&&", ";", "&", "(", ")"}
PULUMI: dict[str, set[str]] = {
    "": {"--version"},
    "cancel": {"--stack", "--yes"},
    "config": {"--stack"},
    "config get": {"--path", "--stack"},
    "config refresh": {"--stack"},
    "config rm": {"--path", "--stack"},
    "config set": {"--path", "--stack", "--secret"},
    "destroy": {"--stack", "--yes", "--target", "--remove"},
    "import": {"--stack", "--yes"},
    "install": set(),
    "login": {"--local"},
    "logout": set(),
    "new": {"--dir", "--name", "--stack", "--yes", "--force", "--generate-only"},
    "org": set(),
    "policy analyze": {"--policy-pack", "--policy-pack-config", "--file", "--json", "--stack"},
    "policy publish": set(),
    "preview": {
        *("--diff", "--expect-no-changes", "--json", "--policy-pack", "--policy-pack-config", "--refresh", "--stack"),
        *("--non-interactive", "--parallel"),
    },
    "refresh": {"--stack", "--yes", "--preview-only"},
    "stack": {"--show-urns", "--stack"},
    "stack export": {"--file", "--stack"},
    "stack import": {"--file", "--stack"},
    "stack init": {"--secrets-provider"},
    "stack ls": set(),
    "stack output": {"--json", "--show-secrets", "--stack"},
    "stack rm": {"--yes", "--stack"},
    "stack select": {"--create"},
    "stack tag set": {"--stack"},
    "state delete": {"--stack", "--yes"},
    "state unprotect": {"--all", "--stack", "--yes"},
    "up": {
        *("--diff", "--policy-pack", "--policy-pack-config", "--refresh", "--replace", "--stack", "--target", "--yes"),
        *("--skip-preview", "--parallel", "--target-dependents"),
    },
    "whoami": {"--verbose"},
}
"""Commands of the Pulumi CLI that the pages may name, with the flags that they may use of each."""
OF_FILES = ("--policy-pack", "--policy-pack-config")
"""Flags that name something of the project."""
ALONE = ("", "config", "stack")
"""Those of them that take no words: what follows is a command of theirs."""
AWS_CUSTOM: dict[tuple[str, str], set[str]] = {
    ("logs", "tail"): {"--follow", "--since", "--format", "--filter-pattern", "--log-stream-names"},
    ("sso", "login"): {"--sso-session"},
    ("ecr", "get-login-password"): set(),
    ("s3", "cp"): {"--recursive"},
    ("s3", "ls"): set(),
    ("configure", "sso"): set(),
}
"""Commands that the AWS CLI adds to the services' own operations."""
AWS_EVERYWHERE = {"--region", "--profile", "--output", "--query", "--no-cli-pager", "--endpoint-url", "--no-paginate"}
AWS_INPUT = {"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"}


def faults(block: Block, *, whole: bool = True) -> list[str]:
    """What is wrong with the commands of a block; a part of one in a sentence may leave words out (not `whole`)."""
    found: list[str] = []
    here = PROJECT
    for line in _lines(block):
        try:
            commands = list(_commands(line))
        except ValueError as error:
            found += [f"{line!r} is no line of a shell: {error}"] if block.language else []
            continue
        for words, paths in commands:
            if words[0] == "cd":
                here = (here / words[1]).resolve()
            places = [here, *paths] if whole else PROGRAMS
            found += [f"{' '.join(words)!r}: {why}" for why in _wrong(words, places, block, whole=whole)]
    return found


def _lines(block: Block) -> Iterator[str]:
    joined = re.sub(r"\\\n\s*", " ", block.text)
    for line in joined.splitlines():
        if block.language == "console":
            if line.startswith("$ "):
                yield line.removeprefix("$ ")
        elif line.strip():
            yield line


def _commands(line: str) -> Iterator[tuple[list[str], list[Path]]]:
    """The commands of a line, each with the folders that its PYTHONPATH adds."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split, lexer.commenters = True, "#"
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word in BETWEEN:
            yield from _command(words)
            words = []
        else:
            words.append(word)


def _command(words: list[str]) -> Iterator[tuple[list[str], list[Path]]]:
    paths: list[Path] = []
    while words and (given := re.fullmatch(r"([A-Z_]+)=(.*)", words[0])):
        paths += [PROJECT / one for one in given[2].split(":")] if given[1] == "PYTHONPATH" else []
        words = words[1:]
    kept: list[str] = []
    skip = False
    for word in words:
        if skip or word in ("<", ">", ">>", "<<<"):
            skip = not skip
        else:
            kept.append(word)
    if kept:
        yield kept, paths


def _wrong(words: list[str], paths: Iterable[Path], block: Block, *, whole: bool) -> Iterator[str]:
    name, rest = Path(words[0]).name, words[1:]
    if not whole:
        rest = [word for word in rest if word not in ("…", "...")]
    for flag, value in pairwise(rest):
        if flag in OF_FILES and not any((place / value).exists() for place in (PROJECT, *paths)):
            yield f"there is no {value} for {flag}"
    if re.fullmatch(r"python[\d.]*", name):
        yield from _python(rest, paths, whole=whole) if rest[:1] == ["-m"] and rest[1:] else ()
    elif check := _CHECKS.get(name):
        yield from check(rest, whole)
    elif name not in ELSEWHERE and block.language:
        yield f"{name} is not known here"


def _make(words: list[str], _: bool) -> Iterator[str]:  # noqa: FBT001 - the shape of every check
    targets = set(re.findall(r"^([a-z][\w-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    yield from (f"the Makefile has no target {one!r}" for one in words if "=" not in one and one not in targets)


def _pulumi(words: list[str], _: bool) -> Iterator[str]:  # noqa: FBT001 - the same
    plain = list(takewhile(lambda word: not word.startswith("-"), words))
    command = next(name for n in (3, 2, 1, 0) if (name := " ".join(plain[:n])) in PULUMI)
    if command in ALONE and len(plain) > len(command.split()):
        yield f"{' '.join(plain)!r} is not among the commands of Pulumi that are known here"
        return
    known = PULUMI[command]
    yield from (f"pulumi {command} takes no {flag}, as far as is known here" for flag in _flags(words) - known)


def _aws(words: list[str], whole: bool) -> Iterator[str]:  # noqa: FBT001 - the same
    plain = [word for word in words if not word.startswith("-")]
    if len(plain) < 2:
        return
    service, operation = plain[:2]
    flags = _flags(words) - AWS_EVERYWHERE
    custom = AWS_CUSTOM.get((service, operation))
    if custom is not None:
        yield from (f"takes no {flag}" for flag in flags - custom)
        return
    model = _service(service)
    if model is None:
        yield f"there is no AWS service {service!r}"
        return
    shape = model.get(operation)
    if shape is None:
        yield f"{service} has no operation {operation!r}"
        return
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    known = members.keys() | {f"--no-{flag[2:]}" for flag in members} | AWS_INPUT
    yield from (f"takes no {flag}" for flag in sorted(flags - known))
    needed = {flag for flag, name in members.items() if name in shape.required_members}
    if whole and not flags & AWS_INPUT:
        yield from (f"needs {flag}" for flag in sorted(needed - flags))


@cache
def _service(name: str) -> dict[str, Any] | None:
    """A service's operations, as the CLI spells them, with what each takes."""
    try:
        model = botocore.session.get_session().get_service_model(name)
    except UnknownServiceError:
        return None
    return {xform_name(one, "-"): model.operation_model(one).input_shape or _NOTHING for one in model.operation_names}


class _NoInput:
    members: dict[str, object] = {}  # noqa: RUF012 - never changed
    required_members: list[str] = []  # noqa: RUF012 - the same


_NOTHING = _NoInput()


def _flags(words: list[str]) -> set[str]:
    return {word.split("=", 1)[0] for word in words if word.startswith("--")}


_CHECKS: dict[str, Callable[[list[str], bool], Iterator[str]]] = {"make": _make, "pulumi": _pulumi, "aws": _aws}


def _python(words: list[str], paths: Iterable[Path], *, whole: bool) -> Iterator[str]:
    module, rest = words[1], words[2:]
    file = _file(module, paths)
    if file is None:
        if "." in module or importlib.util.find_spec(module) is None or (PROJECT / module).exists():
            yield f"there is no module {module!r} to run here"
        return
    if "argparse" in file.read_text():
        said = _parsed(file, rest)
        if said and (whole or not any(end in said for end in LEFT_OUT)):
            yield said


def _file(module: str, paths: Iterable[Path]) -> Path | None:
    """The file that `python -m` runs: only where the command can see it."""
    for place in paths:
        for end in (".py", "/__main__.py"):
            file = place / f"{module.replace('.', '/')}{end}"
            if file.is_file():
                return file
    return None


class _Understood(Exception):
    """The command's own parser took its words; nothing is run."""


def _parsed(file: Path, words: list[str]) -> str | None:
    """What the module's own parser has against the words, if anything.

    Its `main` is begun, and left as soon as they are parsed: so a module that parses in `main` first runs nothing.
    """
    main = importlib.import_module(".".join(file.relative_to(PROJECT).with_suffix("").parts)).main
    parse, said = argparse.ArgumentParser.parse_args, io.StringIO()

    def stop(self: argparse.ArgumentParser, args: Any = None, namespace: Any = None) -> None:
        parse(self, args, namespace)
        raise _Understood

    with (
        mock.patch.object(argparse.ArgumentParser, "parse_args", stop),
        mock.patch.object(sys, "argv", [str(file), *words]),
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        try:
            main()
        except _Understood:
            return None
        except SystemExit as end:
            return said.getvalue().strip().splitlines()[-1] if end.code else None
    raise AssertionError(f"{file} ran without parsing its words")
