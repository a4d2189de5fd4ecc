"""A service is not rolled while the rollback of the last release is under way."""

from typing import Any

import pytest

from local import exist
from local.exist import Emulated


class Ecs:
    """ECS, with the states of a service's deployments at each look; the last ones stay."""

    def __init__(self, *looks: tuple[str, ...]) -> None:
        self.looks, self.asked = list(looks), 0

    def client(self, _service: str) -> "Ecs":
        return self

    def describe_services(self, **_: object) -> dict[str, Any]:
        states = self.looks[min(self.asked, len(self.looks) - 1)]
        self.asked += 1
        return {"services": [{"deployments": [{"rolloutState": state} for state in states]}]}


def looks_until_rolled(monkeypatch: pytest.MonkeyPatch, *looks: tuple[str, ...]) -> tuple[int, list[str]]:
    monkeypatch.setattr(exist, "WAY_BACK_PAUSE", 0)
    ecs, said = Ecs(*looks), list[str]()
    Emulated(ecs, None, lambda *_: None, said.append)._wait_for_way_back("cluster", "web")
    return ecs.asked, said


UNDER_WAY = ("IN_PROGRESS", "FAILED")


def test_it_waits_for_the_end_of_a_rollback_and_says_so_once(monkeypatch: pytest.MonkeyPatch):
    asked, said = looks_until_rolled(monkeypatch, UNDER_WAY, UNDER_WAY, ("COMPLETED", "FAILED"))
    assert asked == 3
    assert said == ["web: waits until the last release's rollback is done"]


@pytest.mark.parametrize(
    "states", [("COMPLETED",), ("IN_PROGRESS",), ("IN_PROGRESS", "COMPLETED", "FAILED"), ("FAILED",)]
)
def test_without_one_it_does_not_wait(monkeypatch: pytest.MonkeyPatch, states: tuple[str, ...]):
    assert looks_until_rolled(monkeypatch, states) == (1, [])


def test_one_that_never_ends_does_not_hold_it_up_forever(monkeypatch: pytest.MonkeyPatch):
    asked, _ = looks_until_rolled(monkeypatch, UNDER_WAY)
    assert asked == exist.WAY_BACK_LOOKS
