"""AWS sessions made from the AWS provider's own settings, so that both look at the same account.

boto3 sees neither `aws:profile` nor `aws:assumeRoles` of a stack file by itself.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

_ENDPOINTS = {"elasticloadbalancingv2": "elbv2", "cloudwatchlogs": "logs"}
"""The provider's older words for services that boto3 names otherwise."""


class WrongAccount(Exception):
    """The credentials belong to another account than the release."""


@dataclass(frozen=True)
class ProviderSettings:
    """The part of the `aws:` configuration that decides where calls go, and as whom."""

    region: str | None = None
    profile: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    assume_roles: tuple[Mapping[str, Any], ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, get: Callable[[str], str | None]) -> "ProviderSettings":
        """The settings behind `get`, which gives the text of an `aws:` key (JSON for what is no text)."""

        def parsed(key: str) -> list[Any]:
            text = get(key)
            found = json.loads(text) if text else []
            return cast("list[Any]", found if isinstance(found, list) else [found])

        keys = {key: get(key) for key in ("accessKey", "secretKey")}
        if missing := [key for key, value in keys.items() if not value and any(keys.values())]:
            raise ValueError(f"aws:{missing[0]} is missing: the other half of the key is set")
        endpoints = {
            _ENDPOINTS.get(service, service): str(url)
            for entry in parsed("endpoints")
            for service, url in cast("dict[str, str]", entry).items()
        }
        return cls(
            region=get("region"),
            profile=get("profile"),
            access_key=keys["accessKey"],
            secret_key=keys["secretKey"],
            token=get("token"),
            assume_roles=tuple(parsed("assumeRoles") or parsed("assumeRole")),
            endpoints=endpoints,
            allowed_account_ids=tuple(map(str, parsed("allowedAccountIds"))),
            forbidden_account_ids=tuple(map(str, parsed("forbiddenAccountIds"))),
        )

    def clients(self) -> "Clients":
        """Clients with these settings."""
        return Clients(self)


class Clients:
    """boto3 clients that go where the provider goes; each is made when it is first asked for."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._session: Any = None
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """The client of a service, such as `ecs`."""
        with self._lock:  # sessions are not made for threads, clients are
            if service not in self._made:
                self._session = self._session or self._start()
                self._made[service] = self._client(self._session, service)
            return self._made[service]

    def check_account(self, expected: str | None) -> str:
        """The credentials' account.

        Raises:
            WrongAccount: it is not the release's, or the settings do not allow it.
        """
        found = str(self.client("sts").get_caller_identity()["Account"])
        settings = self._settings
        if expected not in (None, found):
            raise WrongAccount(f"the release is in account {expected}, but the credentials belong to {found}")
        if settings.allowed_account_ids and found not in settings.allowed_account_ids:
            raise WrongAccount(f"account {found} is not among aws:allowedAccountIds")
        if found in settings.forbidden_account_ids:
            raise WrongAccount(f"account {found} is among aws:forbiddenAccountIds")
        return found

    def _start(self) -> Any:  # noqa: ANN401 - boto3 has no types
        import boto3  # noqa: PLC0415 - a quarter of a second that previews need not pay

        settings = self._settings
        session: Any = boto3.Session(
            region_name=settings.region,
            profile_name=settings.profile,
            aws_access_key_id=settings.access_key,
            aws_secret_access_key=settings.secret_key,
            aws_session_token=settings.token,
        )
        for role in settings.assume_roles:
            asked = {
                "RoleArn": role["roleArn"],
                "RoleSessionName": role.get("sessionName", "slipway"),
            }
            if role.get("externalId"):
                asked["ExternalId"] = role["externalId"]
            given = self._client(session, "sts").assume_role(**asked)["Credentials"]
            session = boto3.Session(
                region_name=settings.region,
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
        return session

    def _client(self, session: Any, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        from botocore.config import Config  # noqa: PLC0415 - see _start

        endpoint = self._settings.endpoints.get(service)
        return session.client(
            service,
            endpoint_url=endpoint,
            config=Config(retries={"mode": "standard", "max_attempts": 5}),
        )
