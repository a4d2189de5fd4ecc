"""The one place that makes AWS clients on this machine: dummy credentials, loopback addresses only."""

import os
import threading
from collections.abc import Iterable
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit


class NotLoopback(Exception):
    """A call that would have left this machine; nothing was sent."""


class LocalClients:
    """boto3 clients of the emulated AWS; nothing is read from the environment or a profile."""

    def __init__(self, endpoint: str, region: str) -> None:
        refuse_off_loopback(endpoint)
        self._endpoint, self._region = endpoint, region
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """The client of a service, made once."""
        from botocore.config import Config  # noqa: PLC0415 - see _session

        with self._lock:
            if service not in self._made:
                config = Config(
                    connect_timeout=5,
                    read_timeout=60,
                    retries={"mode": "standard", "total_max_attempts": 2},
                    proxies={},  # else HTTP_PROXY would carry the call away from this machine
                    defaults_mode="legacy",  # "auto" asks the instance metadata for the region
                    use_fips_endpoint=False,
                    use_dualstack_endpoint=False,
                )
                self._made[service] = self._session.client(service, endpoint_url=self._endpoint, config=config)
            return self._made[service]

    def prepare(self, services: Iterable[str]) -> None:
        """Make the clients of these services: a caller who waits for something else has the time that it takes."""
        for service in services:
            self.client(service)

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - boto3 has no types
        return _session(self._region)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; a name other than `localhost` is none, wherever it leads."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_off_loopback(url: str) -> None:
    """Raise `NotLoopback` unless the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        raise NotLoopback(f"the local stack talks to loopback only, not to {host!r}")


def _session(region: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """One session for all clients: they share what it loads, which makes ten of them five times as fast."""
    import boto3  # noqa: PLC0415 - a quarter of a second that `plan` need not pay
    import botocore.session  # noqa: PLC0415 - the same

    inner: Any = botocore.session.Session()
    for name, (key, _, default, convert) in inner.SESSION_VARIABLES.items():
        kept = os.devnull if name in ("config_file", "credentials_file") else default
        inner.session_var_map[name] = (key, None, kept, convert)
    session: Any = boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - a dummy
        region_name=region,
        botocore_session=inner,
    )
    session.events.register("before-send", _check)
    return session


def _check(request: Any, **_: object) -> None:  # noqa: ANN401 - a botocore request
    refuse_off_loopback(request.url)
