"""`python -m release explain | releases | previous`: the releases of a service on AWS.

    python -m release explain --stack dev [SERVICE ...]
    python -m release explain --cluster shop-dev --region eu-central-1 [SERVICE ...]

`explain` tells the story of the last release, `releases` which earlier ones can still be restored and for how many more
pushes, `previous` the task definition of the last good release before the one that runs.

With a stack, where and as whom to look comes from the stack's own configuration and outputs, through the Pulumi CLI.
Without one, it comes from the words and from what the AWS SDK finds by itself: environment, profile, role.
Ends with 0, `explain` with 1 when a release is not live, and all with 2 when there is nothing to tell.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from release import rollbacks, state
from release.explain import NoService, explain, services
from release.record import Site
from release.session import Clients, ProviderSettings, WrongAccount


class NoStack(Exception):
    """The stack's configuration or outputs cannot be read."""


FAILURES = (NoStack, NoService, rollbacks.NothingToRestore, WrongAccount, BotoCoreError, ClientError, ValueError)


def main(words: list[str] | None = None) -> int:
    """Run one command."""
    asked = _words(words)
    try:
        settings, sites, file = _of_stack(asked) if asked.stack else _of_words(asked)
        clients = settings.clients()
        account = clients.check_account(sites[0].account if sites else None)
        if not sites:
            sites = _named(asked, account, clients)
        told = [tell(asked.command, site, clients, file) for site in sites]
    except FAILURES as error:
        print(error, file=sys.stderr)  # noqa: T201 - what the command says
        return 2
    print(*(text for text, _ in told), sep="\n\n")  # noqa: T201 - what the command says
    return 0 if all(good for _, good in told) else 1


def tell(command: str, site: Site, clients: state.Clients, file: Path | None) -> tuple[str, bool]:
    """What a command says of a service, and whether that is good."""
    if command == "explain":
        story = explain(site, clients, file)
        return str(story), story.live
    found = rollbacks.read(site, clients, state.running_revision(site, clients))
    if command == "previous":
        return state.short(rollbacks.previous(found).record.task_definition), True
    return "\n".join([f"{site.service} in {site.cluster}", *rollbacks.told(found)]), True


def _words(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("explain", "the story of the last release"),
        ("releases", "the releases that were live, and for how many more pushes each can be restored"),
        ("previous", "the task definition of the last good release before the one that runs"),
    ):
        told = commands.add_parser(name, help=text)
        told.add_argument("services", nargs="*", metavar="SERVICE", help="names of services; all when left out")
        where = told.add_mutually_exclusive_group(required=True)
        where.add_argument("--stack", help="name of the Pulumi stack")
        where.add_argument("--cluster", help="name of the ECS cluster")
        told.add_argument("--region", help="region of the cluster; the SDK's own when left out")
        told.add_argument("--account", help="refuse to look into any other account than this one")
        told.add_argument("--record", help="name of the release record; /CLUSTER/SERVICE/release when left out")
    return parser.parse_args(words)


def _of_words(asked: argparse.Namespace) -> tuple[ProviderSettings, list[Site], Path | None]:
    if asked.record and len(asked.services) != 1:
        raise NoStack("--record is the record of one service: name it")
    allowed = (asked.account,) if asked.account else ()
    return ProviderSettings(region=asked.region, allowed_account_ids=allowed), [], None


def _named(asked: argparse.Namespace, account: str, clients: Clients) -> list[Site]:
    region = clients.client("ecs").meta.region_name
    return [
        Site(account, region, asked.cluster, name, asked.record or f"/{asked.cluster}/{name}/release")
        for name in asked.services or services(asked.cluster, clients)
    ]


def _of_stack(asked: argparse.Namespace) -> tuple[ProviderSettings, list[Site], Path | None]:
    config = _pulumi("config", asked.stack)
    if any(key.startswith("aws:") and one.get("secret") for key, one in config.items()):
        config = _pulumi("config", asked.stack, "--show-secrets")
    settings = ProviderSettings.read(lambda key: config.get(f"aws:{key}", {}).get("value"))
    if asked.region:
        settings = replace(settings, region=asked.region)
    known = {name: Site(**site) for name, site in _pulumi("stack", asked.stack, "output").get("releases", {}).items()}
    if not known:
        raise NoStack(f"stack {asked.stack} has no output `releases` yet: name its --cluster and --region")
    missing = [name for name in asked.services if name not in known]
    if missing:
        raise NoStack(f"stack {asked.stack} has no service {missing[0]!r}; its services are: {', '.join(known)}")
    file = Path(f"Pulumi.{asked.stack.rsplit('/', 1)[-1]}.yaml")
    return settings, [known[name] for name in asked.services or known], file


def _pulumi(command: str, stack: str, *words: str) -> dict[str, Any]:
    """What the Pulumi CLI says, parsed."""
    line = ["pulumi", command, *words, "--stack", stack, "--json", "--non-interactive"]
    try:
        return json.loads(subprocess.run(line, capture_output=True, text=True, check=True).stdout or "{}")
    except FileNotFoundError:
        raise NoStack("the Pulumi CLI is not on PATH: name --cluster and --region instead of --stack") from None
    except subprocess.CalledProcessError as error:
        raise NoStack(f"`{' '.join(line)}` failed: {error.stderr.strip()}") from None


if __name__ == "__main__":
    sys.exit(main())
