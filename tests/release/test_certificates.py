"""The output `rollback`: what is told when the certificate is read, and when it cannot be."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from release import certificates as module
from release.certificates import certificates
from release.record import Site
from release.session import Clients, ProviderSettings, WrongAccount

SITE = Site("123456789012", "eu-central-1", "shop-dev", "web", "/shop-dev/web/release")


def told(version: int | None) -> Any:
    return asyncio.run(certificates(ProviderSettings(region="eu-central-1"))(SITE._asdict(), version))  # type: ignore[arg-type]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    checked: list[str | None] = []
    monkeypatch.setattr(Clients, "check_account", lambda _, expected: checked.append(expected))
    return checked


def test_it_is_read_in_the_releases_account(account: list[str | None], monkeypatch: pytest.MonkeyPatch):
    asked: list[Site] = []
    monkeypatch.setattr(module.rollbacks, "read", lambda site, _: asked.append(site) or [])
    assert told(7) == []
    assert asked == [SITE]
    assert account == ["123456789012"]


def test_a_right_that_is_missing_is_told_and_fails_nothing(account: list[str | None], monkeypatch: pytest.MonkeyPatch):
    def deny(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetParameterHistory")

    monkeypatch.setattr(module.rollbacks, "read", deny)
    assert "cannot be read: An error occurred (AccessDeniedException)" in told(7)
    assert account


def test_another_account_is_not_read(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise WrongAccount("the credentials belong to another")

    monkeypatch.setattr(Clients, "check_account", refuse)
    monkeypatch.setattr(module.rollbacks, "read", lambda *_: pytest.fail("read"))
    assert told(7) == "cannot be read: the credentials belong to another"


def test_where_no_aws_is_nothing_is_asked(account: list[str | None]):
    assert "python -m local releases" in told(None)
    assert account == []
