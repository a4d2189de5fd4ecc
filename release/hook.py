"""The hook of a record: it runs before the record is written, and decides whether it is."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi import Output, ResourceHookArgs

from release.record import Record, known, parse
from release.session import ProviderSettings
from release.settle import settle


def settle_hook(settings: ProviderSettings, stack_file: Path) -> Callable[[ResourceHookArgs], Awaitable[None]]:
    """A hook for `before_create` and `before_update`; what it raises keeps the record unwritten.

    `stack_file` is where a refusal says what to change.
    """

    async def hook(args: ResourceHookArgs) -> None:
        record = parse(await _text(args.new_inputs or {}))
        written = known(await _text(args.old_inputs)) if args.old_inputs else None
        await asyncio.to_thread(_settle, record, written, settings, stack_file)

    return hook


async def _text(inputs: Mapping[str, Any]) -> str:
    value = inputs["insecureValue"]
    return str(await value.future() if isinstance(value, Output) else value)


def _settle(record: Record, written: Record | None, settings: ProviderSettings, stack_file: Path) -> None:
    clients = settings.clients()
    clients.check_account(record.account)
    settle(record, written, clients, pulumi.log.info, stack_file)
