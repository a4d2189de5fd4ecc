"""`python -m local COMMAND [--stack NAME]`: the stack on this machine."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - said in a sentence, before anything newer is imported
    sys.exit(f"Slipway needs Python 3.11 or newer; this is {sys.version.split()[0]}")

from rich.console import Console

from local import day_two, docker_engine, plan, stack_file, up, verdicts
from local.base_image import NoBase
from local.clients import LocalClients, NotLoopback
from local.down import down
from local.emulator import EmulatorError, running
from local.images import ImageError
from local.lock import Busy, lock
from local.policy_client import PolicyPackError, Verdicts
from local.program import ProgramError
from local.rehearsal import rehearse
from release.__main__ import tell
from release.explain import NoService, services
from release.follow import ReleaseRefused
from release.record import Site
from release.rollbacks import NothingToRestore

PROJECT = Path(__file__).resolve().parent.parent
HOME = (PROJECT / ".slipway").resolve() / "local"
OF_RELEASES = ("explain", "releases")
"""What is told of releases as `python -m release` tells it."""
BY_HAND = ("exec", "run", "scale", "rollback")
"""What is done to one service, as the stack's output `commands` has it for AWS."""
LINES = 50
"""Lines that `logs` shows of each log group: the last ones."""
FAILURES = (
    stack_file.StackFileError,
    ProgramError,
    up.NotUp,
    Busy,
    EmulatorError,
    ImageError,
    NoBase,
    NotLoopback,
    PolicyPackError,
    verdicts.Refused,
    NoService,
    day_two.NotDone,
    docker_engine.NoDocker,
    ReleaseRefused,
    NothingToRestore,
)


def main() -> int:
    """Run one command; 0 when it did what it says, 1 with a sentence when not, 130 after Ctrl-C.

    `explain` ends with 1 when a release is not live, and with 2 and a sentence when there is none to tell of.
    """
    words = _words()
    console = Console(emoji=False, width=None if sys.stdout.isatty() else 200)
    try:
        return _run(words, console)
    except FAILURES as failure:
        Console(stderr=True, soft_wrap=True, emoji=False).print(
            str(failure), style="red", markup=False, highlight=False
        )
        return 2 if words.command in OF_RELEASES else 1
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted: run it again to go on, or `make local-down` to remove it", style="red")
        sys.stdout.flush()
        os._exit(130)  # at once: threads that still make resources would only add their own tracebacks


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("up", "build, run and verify the stack"),
        ("plan", "show what a stack declares; needs no Docker, no network, no credentials"),
        ("rehearse", "bring it up over what runs while clients ask, and tell what they noticed"),
        ("status", "what runs"),
        ("logs", "the services' last log lines"),
        ("explain", "the story of each service's last release: 0 when all are live, 1 when one is not"),
        ("releases", "the releases that were live, and for how many more pushes each can be restored"),
        ("exec", "run a command in a running container of a service"),
        ("run", "run a one-off task of a service with another command"),
        ("scale", "set the number of a service's tasks, until the next up"),
        ("rollback", "go back to a service's last good release before the one that runs, until the next up"),
        ("down", "remove everything"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--stack", default=None if name == "plan" else "local", help="name of the stack file")
        if name in ("up", "rehearse"):
            command.add_argument("--no-docker-install", action="store_true", help="never install or start Docker")
        if name == "plan":
            command.add_argument("--json", action="store_true", help="for programs")
        if name in OF_RELEASES:
            command.add_argument("services", nargs="*", metavar="SERVICE", help="names; all when left out")
        if name in BY_HAND:
            command.add_argument("service", metavar="SERVICE")
        if name in ("exec", "run"):
            command.add_argument("line", nargs="+", metavar="COMMAND", help="after --: the command and its words")
        if name == "scale":
            command.add_argument("count", type=int, metavar="COUNT")
        if name == "rehearse":
            command.add_argument("--markdown", type=Path, help="file for what was noticed, for people elsewhere")
    return parser.parse_args()


def _run(words: argparse.Namespace, console: Console) -> int:
    if words.command == "plan":
        _plan(console, words)
        return 0
    project, config = stack_file.configuration(PROJECT, words.stack)
    endpoint, region = up.endpoint_of(config), config["aws:region"]
    if words.command not in ("up", "rehearse", "down"):
        if not running(HOME):
            raise up.NotUp("the stack is not up: `make local` brings it up")
        return _look(words, console, LocalClients(endpoint, region), f"{project}-{words.stack}")
    with lock(HOME, words.command):
        if words.command == "up":
            up.up(console, PROJECT, words.stack, HOME, install=not words.no_docker_install)
        elif words.command == "rehearse":
            _rehearse(console, words, LocalClients(endpoint, region), endpoint, f"{project}-{words.stack}")
        else:
            down(words.stack, HOME, up.Progress(console))
    return 0


def _look(words: argparse.Namespace, console: Console, clients: LocalClients, cluster: str) -> int:
    """What is done with a stack that is up."""
    if words.command in OF_RELEASES:
        return _releases(clients, cluster, words)
    if words.command in BY_HAND:
        return _by_hand(clients, cluster, words, up.Progress(console))
    (_status if words.command == "status" else _logs)(console, clients, cluster)
    return 0


def _plan(console: Console, words: argparse.Namespace) -> None:
    said: dict[str, Verdicts] = {}
    for stack in [words.stack] if words.stack else stack_file.stacks(PROJECT):
        started = time.monotonic()
        found, said[stack] = verdicts.planned(PROJECT, *stack_file.configuration(PROJECT, stack), stack=stack)
        if words.json:
            told = {"stack": stack, "resources": plan.as_json(found), "policies": verdicts.rows(said[stack])}
            print(json.dumps(told, indent=2, sort_keys=True))  # noqa: T201 - for programs
            continue
        plan.show(console, stack, found)
        verdicts.show(console, said[stack])
        console.print(f"planned in {time.monotonic() - started:.1f} s; account and region stand for the real ones")
    for stack, told in said.items():
        verdicts.refuse(stack, told)


def _rehearse(console: Console, words: argparse.Namespace, clients: LocalClients, endpoint: str, cluster: str) -> None:
    if not running(HOME):
        raise up.NotUp("nothing runs here that could be rolled: bring up the version to start from first")

    def bring_up() -> None:
        up.up(console, PROJECT, words.stack, HOME, install=not words.no_docker_install)

    told = "\n".join(one.to_markdown() for one in rehearse(clients, endpoint, cluster, bring_up))
    console.print(told, markup=False, highlight=False)
    if words.markdown:
        words.markdown.write_text(told, encoding="utf-8")


def _status(console: Console, clients: LocalClients, cluster: str) -> None:
    ecs = clients.client("ecs")
    arns = ecs.list_services(cluster=cluster)["serviceArns"]
    for service in ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []:
        revision = service["taskDefinition"].rsplit("/", 1)[1]
        console.print(
            f"{service['serviceName']}: {revision}, {service['runningCount']} of {service['desiredCount']} tasks"
        )


def _logs(console: Console, clients: LocalClients, cluster: str) -> None:
    logs = clients.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix=f"/{cluster}/")["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        events = sorted((one for page in pages for one in page["events"]), key=lambda one: one["timestamp"])
        for event in events[-LINES:]:
            console.print(
                f"{group['logGroupName']}  {event['message'].rstrip()}",
                markup=False,
                highlight=False,
            )


def _releases(clients: LocalClients, cluster: str, words: argparse.Namespace) -> int:
    names = words.services or services(cluster, clients)
    told = [tell(words.command, _site(clients, cluster, name), clients, _file(words.stack)) for name in names]
    print(*(text for text, _ in told), sep="\n\n")  # noqa: T201 - plain text, for any terminal
    return 0 if all(good for _, good in told) else 1


def _by_hand(clients: LocalClients, cluster: str, words: argparse.Namespace, say: up.Progress) -> int:
    site = _site(clients, cluster, words.service)
    match words.command:
        case "exec":
            return day_two.execute(site, clients, docker_engine.connect(), words.line)
        case "run":
            return day_two.run(site, clients, words.line)
        case "scale":
            day_two.scale(site, clients, words.count)
        case _:
            day_two.rollback(site, clients, say, _file(words.stack))
    return 0


def _site(clients: LocalClients, cluster: str, service: str) -> Site:
    account, region = clients.client("sts").get_caller_identity()["Account"], clients.client("ecs").meta.region_name
    return Site(account, region, cluster, service, f"/{cluster}/{service}/release")


def _file(stack: str) -> Path:
    return PROJECT / f"Pulumi.{stack}.yaml"


if __name__ == "__main__":
    sys.exit(main())
