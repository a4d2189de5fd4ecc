"""Containers go also while the daemon still makes or removes some of them."""

from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError
from requests import Response

from local.down import _remove_containers
from local.images import LABEL


def refusal(status: int) -> APIError:
    answer = Response()
    answer.status_code = status
    return APIError("refused", answer)


class Container:
    """One that is gone after so many attempts, each refused with this status."""

    def __init__(self, attempts: int, status: int = 409) -> None:
        self.attempts, self.status = attempts, status
        self.labels = {"ministack.instance": "another folder's"}

    def remove(self, *, force: bool, v: bool) -> None:
        assert force
        assert v
        self.attempts -= 1
        if self.attempts > 0:
            raise refusal(self.status)


class Daemon:
    """One that tells of a container that was asked for before only at the second look."""

    def __init__(self, *found: Container) -> None:
        self.found, self.late, self.containers = list(found), [Container(1)], self

    def list(self, *, filters: dict[str, Any], **_: object) -> list[Container]:
        if filters != {"label": f"{LABEL}=ours"}:
            return []
        here = [one for one in self.found if one.attempts > 0]
        self.found, self.late = self.found + self.late, []
        return here


def test_one_that_is_being_removed_or_made_or_is_gone_stops_nothing(tmp_path: Path):
    daemon = Daemon(Container(1), Container(3, 409), Container(2, 404))
    _remove_containers(daemon, "ours", tmp_path)
    assert [one.attempts for one in daemon.found] == [0, 0, 0, 0]


def test_one_that_cannot_be_removed_is_an_error(tmp_path: Path):
    with pytest.raises(APIError):
        _remove_containers(Daemon(Container(2, 500)), "ours", tmp_path)
