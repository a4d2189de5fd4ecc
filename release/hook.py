"""The hook of the release record: it runs before the record is written, and decides whether it is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pulumi
from pulumi import Output, ResourceHookArgs

from release.follow import follow
from release.record import ReleaseRecord
from release.session import ProviderSettings


def follow_hook(settings: ProviderSettings, stack_file: Path) -> Callable[[ResourceHookArgs], Awaitable[None]]:
    """A hook for `before_create` and `before_update`; what it raises keeps the record unwritten.

    `stack_file` is where a refusal says what to change.
    """

    async def hook(args: ResourceHookArgs) -> None:
        value = (args.new_inputs or {})["insecureValue"]
        text = await value.future() if isinstance(value, Output) else value
        record = ReleaseRecord.from_json(str(text))
        await asyncio.to_thread(_follow, record, settings, stack_file)

    return hook


def _follow(record: ReleaseRecord, settings: ProviderSettings, stack_file: Path) -> None:
    clients = settings.clients()
    clients.check_account(record.account)
    follow(record, clients, pulumi.log.info, stack_file)
