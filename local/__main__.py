"""`python -m local up | plan | status | logs | explain | down [--stack NAME]`: the stack on this machine."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - said in a sentence, before anything newer is imported
    sys.exit(f"Slipway needs Python 3.11 or newer; this is {sys.version.split()[0]}")

from rich.console import Console

from local import plan, stack_file, up, verdicts
from local.base_image import NoBase
from local.clients import LocalClients, NotLoopback
from local.down import down
from local.emulator import EmulatorError, running
from local.images import ImageError
from local.lock import Busy, lock
from local.policy_client import PolicyPackError, Verdicts
from local.program import ProgramError
from release.explain import NoService, Site, explain, services

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".slipway" / "local"
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
)


def main() -> int:
    """Run one command; 0 when it did what it says, 1 with a sentence when not, 130 after Ctrl-C.

    `explain` ends with 1 when a release is not live, and with 2 and a sentence when there is none to tell of.
    """
    words = _words()
    console = Console(width=None if sys.stdout.isatty() else 200)
    try:
        return _run(words, console)
    except FAILURES as failure:
        Console(stderr=True, soft_wrap=True).print(str(failure), style="red", markup=False, highlight=False)
        return 2 if words.command == "explain" else 1
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
        ("status", "what runs"),
        ("logs", "the services' last log lines"),
        ("explain", "the story of each service's last release: 0 when all are live, 1 when one is not"),
        ("down", "remove everything"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--stack", default=None if name == "plan" else "local", help="name of the stack file")
        if name == "up":
            command.add_argument("--no-docker-install", action="store_true", help="never install or start Docker")
        if name == "plan":
            command.add_argument("--json", action="store_true", help="for programs")
        if name == "explain":
            command.add_argument("services", nargs="*", metavar="SERVICE", help="names; all when left out")
    return parser.parse_args()


def _run(words: argparse.Namespace, console: Console) -> int:
    if words.command == "plan":
        _plan(console, words)
        return 0
    project, config = stack_file.configuration(PROJECT, words.stack)
    endpoint, region = up.endpoint_of(config), config["aws:region"]
    if words.command in ("status", "logs", "explain"):
        if not running(HOME):
            raise up.NotUp("the stack is not up: `make local` brings it up")
        clients, cluster = LocalClients(endpoint, region), f"{project}-{words.stack}"
        if words.command == "explain":
            return _explain(clients, region, cluster, words)
        (_status if words.command == "status" else _logs)(console, clients, cluster)
        return 0
    with lock(HOME, words.command):
        if words.command == "up":
            up.up(console, PROJECT, words.stack, HOME, install=not words.no_docker_install)
        else:
            down(project, words.stack, endpoint, region, HOME, up.Progress(console))
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
        for event in logs.filter_log_events(logGroupName=group["logGroupName"], limit=50).get("events", []):
            console.print(
                f"{group['logGroupName']}  {event['message'].rstrip()}",
                markup=False,
                highlight=False,
            )


def _explain(clients: LocalClients, region: str, cluster: str, words: argparse.Namespace) -> int:
    account = clients.client("sts").get_caller_identity()["Account"]
    names = words.services or services(cluster, clients)
    file = PROJECT / f"Pulumi.{words.stack}.yaml"
    stories = [explain(Site(account, region, cluster, name), clients, file) for name in names]
    print(*stories, sep="\n\n")  # noqa: T201 - plain text, for any terminal
    return 0 if all(story.live for story in stories) else 1


if __name__ == "__main__":
    sys.exit(main())
