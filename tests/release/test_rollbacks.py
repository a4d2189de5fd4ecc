"""The rollback certificate: against the simulator of the lifecycle rules, and as it is read from AWS's answers."""

import json
from collections.abc import Generator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from components.lifecycle import Event, Registry, policy
from release import __main__ as command
from release import state
from release.record import ReleaseRecord, Site
from release.rollbacks import FOREVER, Good, Images, NothingToRestore, as_output, certificate, previous, read, told
from release.session import Clients

SITE = Site("123456789012", "eu-central-1", "shop-dev", "web", "/shop-dev/web/release")
FAMILY = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev-web"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
FIRST = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def record(revision: int, tag: str, repository: str = "shop-dev/web") -> ReleaseRecord:
    return ReleaseRecord(
        account="123456789012",
        region="eu-central-1",
        cluster="shop-dev",
        service="web",
        task_definition=f"{FAMILY}:{revision}",
        image=f"{HOST}/{repository}:{tag}",
        container="web",
        time_limit_seconds=900,
    )


def good(revision: int, tag: str, hours: int = 0) -> Good:
    return Good(record(revision, tag), FIRST + timedelta(hours=hours or revision))


def images(*tags: str, keep: int | None = 30) -> dict[str, Images]:
    """The newest first."""
    return {"shop-dev/web": Images(tuple((tag,) for tag in tags), keep)}


@given(st.integers(1, 12), st.lists(st.integers(0, 20), max_size=40), st.data())
def test_it_says_what_the_simulated_registry_keeps(keep: int, pushes: list[int], data: st.DataObject):
    """After just so many pushes each image is there, after one more it is not; one that is pushed again is no push."""
    registry = Registry(keep).play(Event("push", f"c-{number}") for number in pushes)
    found = Images(tuple((tag,) for tag in reversed(registry.images)), keep)
    for number in set(pushes):
        left = found.pushes_left(f"c-{number}")
        assert (left is not None) == (f"c-{number}" in registry.images)
        if left is None:
            continue
        later = Registry(keep, list(registry.images))
        later.play(Event("push", f"new-{n}") for n in range(data.draw(st.integers(0, int(left)))))
        assert f"c-{number}" in later.images
        later = Registry(keep, list(registry.images))
        later.play(Event("push", f"new-{n}") for n in range(int(left) + 1))
        assert f"c-{number}" not in later.images


def test_a_release_that_was_gone_back_to_keeps_the_rank_of_its_push():
    history = [good(1, "c-1"), good(2, "c-2"), good(1, "c-1", 9)]
    newest, older = certificate(history, images("c-2", "c-1"), f"{FAMILY}:1")
    assert newest.runs
    assert newest.good.since == FIRST + timedelta(hours=9)
    assert (newest.pushes_left, older.pushes_left) == (28, 29)


@pytest.mark.parametrize(
    ("tags", "keep", "until"),
    [
        (["c-1"], 30, "for 29 more pushes"),
        (["c-2", "c-1"], 3, "for 1 more push"),
        (["c-3", "c-2", "c-1"], 3, "until the next push"),
        (["c-3", "c-2", "c-1"], 2, "for a day at most: it is about to expire"),
        (["c-2"], 30, "gone"),
        (["c-1"], None, "for good: no rule expires it"),
    ],
)
def test_until_when_is_said_in_words(tags: list[str], keep: int | None, until: str):
    (one,) = certificate([good(1, "c-1")], images(*tags, keep=keep), "another")
    assert one.until == until


def test_an_image_of_a_repository_that_is_not_there_is_gone():
    (one,) = certificate([Good(record(1, "c-1", "elsewhere/web"), FIRST)], images("c-1"), "")
    assert one.pushes_left is None


def test_the_release_before_is_the_one_before_what_runs():
    history = [good(1, "c-1"), good(2, "c-2"), good(3, "c-3")]
    there = images("c-3", "c-2", "c-1")
    assert previous(certificate(history, there, f"{FAMILY}:3")).record == record(2, "c-2")
    assert previous(certificate(history, there, f"{FAMILY}:2")).record == record(1, "c-1")
    # What runs was never good: the last good one is gone back to.
    assert previous(certificate(history, there, f"{FAMILY}:4")).record == record(3, "c-3")


def test_with_nothing_to_go_back_to_that_is_said():
    with pytest.raises(NothingToRestore, match="no earlier release"):
        previous(certificate([good(1, "c-1")], images("c-1"), f"{FAMILY}:1"))
    with pytest.raises(NothingToRestore, match=r"the image of shop-dev-web:1, the release before, is gone: .*:c-1"):
        previous(certificate([good(1, "c-1"), good(2, "c-2")], images("c-2"), f"{FAMILY}:2"))


def test_it_is_told_in_80_columns():
    found = certificate([good(1, "c-" + "1" * 20), good(2, "c-" + "2" * 20)], images("c-" + "2" * 20), f"{FAMILY}:2")
    lines = list(told(found))
    assert lines == [
        "  shop-dev-web:2  live 2026-11-26 14:00 UTC  runs, for 29 more pushes",
        f"      {HOST}/shop-dev/web:c-22222222222222222222",
        "  shop-dev-web:1  live 2026-11-26 13:00 UTC  gone",
        f"      {HOST}/shop-dev/web:c-11111111111111111111",
    ]
    assert list(told([])) == ["  no release was live yet"]
    assert as_output(found)[1] == {
        "release": "shop-dev-web:1",
        "image": f"{HOST}/shop-dev/web:c-11111111111111111111",
        "live": "2026-11-26 13:00 UTC",
        "restorable": "gone",
    }


class Aws:
    """Clients whose answers are checked against AWS's own models."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
        self._clients = {name: boto3.client(name, **keys) for name in ("ssm", "ecr", "ecs")}
        self.stubs = {name: Stubber(client) for name, client in self._clients.items()}

    def client(self, service: str) -> Any:
        return self._clients[service]


@pytest.fixture
def aws() -> Generator[Aws]:
    made = Aws()
    with ExitStack() as stack:
        for stub in made.stubs.values():
            stack.enter_context(stub)
        yield made
        for stub in made.stubs.values():
            stub.assert_no_pending_responses()


def recorded(aws: Aws, *found: tuple[int, ReleaseRecord]) -> None:
    ssm = aws.stubs["ssm"]
    pages = [found[:1], found[1:]]
    for number, page in enumerate(pages):
        told_ = [
            {"Version": version, "Value": one.to_json(), "LastModifiedDate": FIRST + timedelta(hours=version)}
            for version, one in page
        ]
        more = {"NextToken": "more"} if number == 0 else {}
        ssm.add_response("get_parameter_history", {"Parameters": told_, **more})


def pushed(aws: Aws, *tags: list[str]) -> None:
    """In any order: the number in the first tag tells when."""
    details = [
        {"imageTags": one, "imageDigest": f"sha256:{'0' * 64}", "imagePushedAt": FIRST + timedelta(int(one[0][2:]))}
        for one in tags
    ]
    aws.stubs["ecr"].add_response("describe_images", {"imageDetails": details}, {"repositoryName": "shop-dev/web"})


def test_it_is_read_from_record_and_registry(aws: Aws):
    recorded(aws, (2, record(2, "c-2")), (1, record(1, "c-1")))
    # One of them was never live, one has no tag, and one is of a rule of somebody else.
    pushed(aws, ["c-3"], ["c-1"], ["c-2", "latest"], ["z-9"])
    aws.stubs["ecr"].add_response("get_lifecycle_policy", {"lifecyclePolicyText": policy(4, 14)})
    found = read(SITE, aws)
    assert [(one.good.record.image[-3:], one.runs, one.pushes_left) for one in found] == [
        ("c-2", True, 2),
        ("c-1", False, 1),
    ]


def test_without_a_policy_nothing_expires(aws: Aws):
    recorded(aws, (1, record(1, "c-1")))
    pushed(aws, ["c-1"])
    aws.stubs["ecr"].add_client_error("get_lifecycle_policy", "LifecyclePolicyNotFoundException")
    (one,) = read(SITE, aws)
    assert one.pushes_left == FOREVER


def test_before_the_first_good_release_there_is_none(aws: Aws):
    aws.stubs["ssm"].add_client_error("get_parameter_history", "ParameterNotFound")
    assert read(SITE, aws) == []


def test_a_repository_that_was_deleted_has_no_images(aws: Aws):
    recorded(aws, (1, record(1, "c-1")))
    aws.stubs["ecr"].add_client_error("describe_images", "RepositoryNotFoundException")
    (one,) = read(SITE, aws)
    assert one.until == "gone"


def test_the_policy_that_is_declared_is_one_that_is_read():
    rules = json.loads(policy(30, 14))["rules"]
    assert [rule["selection"]["countType"] for rule in rules] == ["sinceImagePushed", "imageCountMoreThan"]


# The commands


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: object) -> Any:
        return certificate([good(1, "c-1"), good(2, "c-2")], images("c-2", "c-1"), f"{FAMILY}:2")

    monkeypatch.setattr(command.rollbacks, "read", found)
    monkeypatch.setattr(state, "running_revision", lambda *_: f"{FAMILY}:2")
    monkeypatch.setattr(Clients, "check_account", lambda *_: "123456789012")


WHERE = ["--cluster", "shop-dev", "--region", "eu-central-1"]


@pytest.mark.usefixtures("history")
def test_previous_says_the_revision_alone(capsys: pytest.CaptureFixture[str]):
    assert command.main(["previous", *WHERE, "web"]) == 0
    assert capsys.readouterr().out == "shop-dev-web:1\n"


@pytest.mark.usefixtures("history")
def test_releases_says_all(capsys: pytest.CaptureFixture[str]):
    assert command.main(["releases", *WHERE, "web"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("web in shop-dev\n  shop-dev-web:2  live ")
    assert out.count("more pushes") == 2


def test_a_record_is_of_one_service(capsys: pytest.CaptureFixture[str]):
    assert command.main(["previous", *WHERE, "--record", "/x", "web", "api"]) == 2
    assert "name it" in capsys.readouterr().err
