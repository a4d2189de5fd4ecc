"""Waits until ECS takes the capacity providers that a cluster is to have.

ECS makes one of Managed Instances after it has answered, and the provider of Pulumi does not wait for it (pulumi-aws
#6061, terraform-provider-aws #45693).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pulumi
from pulumi import Output, ResourceHookArgs

from release.follow import Clock, Say, pause
from release.session import ProviderSettings
from release.state import Clients

TIME_LIMIT = 600
"""Seconds: ECS takes less than a minute."""


class NotActive(Exception):
    """A capacity provider that ECS has not made: the cluster gets none of them yet."""


def active_hook(settings: ProviderSettings) -> Callable[[ResourceHookArgs], Awaitable[None]]:
    """A hook for `before_create` and `before_update` of a cluster's association with its capacity providers."""

    async def hook(args: ResourceHookArgs) -> None:
        names = await Output.from_input((args.new_inputs or {})["capacityProviders"]).future()
        clients = settings.clients()
        await asyncio.to_thread(clients.check_account, None)
        await asyncio.to_thread(wait, names or [], clients, pulumi.log.info)

    return hook


def wait(names: Sequence[str], clients: Clients, say: Say, clock: Clock | None = None) -> None:
    """Return when each of them is active.

    Raises:
        NotActive: ECS could not make one, or ran out of time.
    """
    clock = clock or Clock()
    started, told = clock.now(), ""
    while True:
        answer = clients.client("ecs").describe_capacity_providers(capacityProviders=list(names))
        found = {one["name"]: one for one in answer["capacityProviders"]}
        states = {name: found.get(name, {}).get("status", "not there") for name in names}
        missing = ", ".join(f"{name} is {state}" for name, state in states.items() if state != "ACTIVE")
        if not missing:
            return
        for name, one in found.items():
            if one.get("updateStatus") == "CREATE_FAILED":
                raise NotActive(f"ECS could not make the capacity provider {name}: {one.get('updateStatusReason')}")
        elapsed = clock.now() - started
        if elapsed > TIME_LIMIT:
            raise NotActive(f"{missing} after {TIME_LIMIT} s: run the update again once ECS has made it")
        if missing != told:
            say(f"waiting for capacity: {missing}")
            told = missing
        clock.sleep(pause(elapsed))
