"""A cluster gets its capacity providers when ECS takes each of them, and not before."""

import asyncio
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from pulumi import Output, ResourceHookArgs

from release import capacity
from release.capacity import NotActive, active_hook, wait
from release.follow import Clock
from release.session import WrongAccount

NAMES = ["FARGATE", "managed-shop-dev"]


def one(name: str, status: str, **more: str) -> dict[str, str]:
    return {"name": name, "status": status, **more}


class Stubbed:
    """An ECS that gives these answers in their order, checked against AWS's own model."""

    def __init__(self, *answers: list[dict[str, str]]) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
        self.ecs: Any = boto3.client("ecs", **keys)  # type: ignore[call-overload]
        self.stub = Stubber(self.ecs)
        for answer in answers:
            asked = {"capacityProviders": NAMES}
            self.stub.add_response("describe_capacity_providers", {"capacityProviders": answer}, asked)
        self.stub.activate()

    def client(self, service: str) -> Any:
        assert service == "ecs"
        return self.ecs


def waited(*answers: list[dict[str, str]]) -> tuple[list[str], float]:
    said: list[str] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    stubbed: Any = Stubbed(*answers)
    wait(NAMES, stubbed, said.append, Clock(lambda: now[0], sleep))
    stubbed.stub.assert_no_pending_responses()
    return said, now[0]


THERE = one("FARGATE", "ACTIVE")


def test_what_is_active_is_not_waited_for():
    assert waited([THERE, one("managed-shop-dev", "ACTIVE")]) == ([], 0.0)


def test_what_is_made_is_waited_for_and_told_once_for_each_state():
    made = one("managed-shop-dev", "PROVISIONING")
    said, _ = waited([THERE], [THERE, made], [THERE, made], [THERE, one("managed-shop-dev", "ACTIVE")])
    assert said == [
        "waiting for capacity: managed-shop-dev is not there",
        "waiting for capacity: managed-shop-dev is PROVISIONING",
    ]


def test_what_cannot_be_made_is_told_at_once():
    failed = one("managed-shop-dev", "PROVISIONING", updateStatus="CREATE_FAILED", updateStatusReason="no such role")
    with pytest.raises(NotActive, match="could not make the capacity provider managed-shop-dev: no such role"):
        waited([THERE, failed])


def test_it_does_not_wait_for_ever():
    with pytest.raises(NotActive, match="managed-shop-dev is PROVISIONING after 600 s: run the update again"):
        waited(*[[THERE, one("managed-shop-dev", "PROVISIONING")]] * 200)


class Account:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def clients(self) -> "Account":
        return self

    def check_account(self, expected: str | None) -> None:
        assert expected is None
        if self.error:
            raise self.error


def run(account: Account, names: Any) -> None:
    async def main() -> None:
        args = ResourceHookArgs("urn", "", "cluster", "aws:ecs", new_inputs={"capacityProviders": names})
        await active_hook(account)(args)  # type: ignore[arg-type]

    asyncio.run(main())


@pytest.mark.parametrize("output", [False, True])
def test_the_hook_waits_for_the_providers_of_the_association(monkeypatch: pytest.MonkeyPatch, output: bool):  # noqa: FBT001 - pytest gives it
    found: list[Any] = []
    monkeypatch.setattr(capacity, "wait", lambda names, *_: found.append(names))

    async def main() -> None:
        names = Output.from_input(NAMES) if output else NAMES
        args = ResourceHookArgs("urn", "", "cluster", "aws:ecs", new_inputs={"capacityProviders": names})
        await active_hook(Account())(args)  # type: ignore[arg-type]

    asyncio.run(main())
    assert found == [NAMES]


def test_an_account_that_the_settings_do_not_allow_is_refused_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(capacity, "wait", lambda *_: pytest.fail("asked"))
    with pytest.raises(WrongAccount):
        run(Account(WrongAccount("the credentials belong to another")), NAMES)
