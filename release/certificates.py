"""The rollback certificates as an output of the stack.

They are read once the release is live, and in a preview of a service whose release does not change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from release import rollbacks
from release.record import Site
from release.session import Clients, ProviderSettings, WrongAccount

Told = list[dict[str, str]] | str
EMULATED = "no AWS behind this stack: `python -m local releases`"


def certificates(settings: ProviderSettings) -> Callable[[Mapping[str, str], int | None], Awaitable[Told]]:
    """What reads the certificate of a service once the version of its release record is known.

    It is a help and no condition: where it cannot be read, for want of a right say, it tells that instead of failing.
    A version of None is one that no AWS gave.
    """
    clients = settings.clients()

    async def read(site: Mapping[str, str], version: int | None) -> Told:
        return EMULATED if version is None else await asyncio.to_thread(_read, Site(**site), clients)

    return read


def _read(site: Site, clients: Clients) -> Told:
    try:
        clients.check_account(site.account)
        return rollbacks.as_output(rollbacks.read(site, clients))
    except (ClientError, BotoCoreError, WrongAccount) as error:
        return f"cannot be read: {error}"
