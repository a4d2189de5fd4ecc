"""The hook alone decides whether the record is written: what it lets through, and what it refuses."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pulumi import Output, ResourceHookArgs

from release import hook
from release.record import ReleaseRecord
from release.session import WrongAccount

RECORD = ReleaseRecord(
    account="123456789012",
    region="eu-central-1",
    cluster="shop-dev",
    service="web",
    task_definition="arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev-web:7",
    image="example.com/web:1",
    container="main",
    time_limit_seconds=900,
)
FILE = Path("Pulumi.dev.yaml")


class Account:
    """The provider's settings and their clients at once: an account that is right, or is not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.checked = error, ""

    def clients(self) -> "Account":
        return self

    def check_account(self, expected: str) -> None:
        self.checked = expected
        if self.error:
            raise self.error


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(
        hook, "settle", lambda record, written, clients, _, file: found.append((record, written, clients, file))
    )
    return found


TEXT = RECORD.to_json()


def run(
    account: Account, value: Any = TEXT, *, output: bool = False, sealed: bool = False, old: str | None = None
) -> None:
    async def main() -> None:
        told = Output.from_input(value) if output else value
        inputs = {"name": "/shop-dev/web/release", "insecureValue": Output.secret(told) if sealed else told}
        before = {"name": "/shop-dev/web/release", "insecureValue": old} if old else None
        kind = "aws:ssm/parameter:Parameter"
        args = ResourceHookArgs("urn", "", "web", kind, new_inputs=inputs, old_inputs=before)
        await hook.settle_hook(account, FILE)(args)  # type: ignore[arg-type]

    asyncio.run(main())


@pytest.mark.parametrize("how", [{}, {"output": True}, {"output": True, "sealed": True}])
def test_what_was_declared_is_followed_in_the_records_account(followed: list[Any], how: dict[str, bool]):
    account = Account()
    run(account, **how)
    assert followed == [(RECORD, None, account, FILE)]
    assert account.checked == "123456789012"


@pytest.mark.parametrize("output", [False, True])
def test_a_release_that_is_refused_stays_unwritten(monkeypatch: pytest.MonkeyPatch, output: bool):  # noqa: FBT001 - pytest gives it
    def refuse(*_: Any) -> None:
        raise RuntimeError("rolled back")

    monkeypatch.setattr(hook, "settle", refuse)
    with pytest.raises(RuntimeError, match="rolled back"):
        run(Account(), output=output)


def test_another_account_is_refused_before_anything_is_read(followed: list[Any]):
    with pytest.raises(WrongAccount):
        run(Account(WrongAccount("the credentials belong to another")))
    assert followed == []


@pytest.mark.parametrize("value", ["{}", "not JSON", '{"account": "1", "more": 2}'])
def test_a_text_that_is_no_record_is_refused(followed: list[Any], value: str):
    with pytest.raises(ValueError, match="not a release record"):
        run(Account(), value)
    assert followed == []


def test_what_is_written_already_is_told_too_and_a_text_of_another_version_tells_nothing(followed: list[Any]):
    account = Account()
    run(account, old=TEXT.replace("shop-dev-web:7", "shop-dev-web:6"))
    run(account, old='{"of": "another version"}')
    assert [written and written.task_definition[-1] for _, written, _, _ in followed] == ["6", None]
