import json

from hypothesis import given
from hypothesis import strategies as st

from components.lifecycle import Event, Registry, policy
from settings.repository import PUSHES_IN_A_ROW


def released(image: str) -> list[Event]:
    return [Event("push", image), Event("deploy", image)]


@given(st.integers(PUSHES_IN_A_ROW + 2, 100), st.integers(0, 60), st.lists(st.booleans(), max_size=PUSHES_IN_A_ROW))
def test_twenty_pushes_in_a_row_never_cost_the_running_image_or_the_one_before(
    keep: int, history: int, fails: list[bool]
):
    registry = Registry(keep)
    for number in range(history):
        registry.play(released(f"old-{number}"))
    registry.play([*released("before"), *released("running")])
    for number, with_deployment in enumerate(fails):
        registry.play([Event("push", f"bad-{number}"), *([Event("fail", f"bad-{number}")] if with_deployment else [])])
    assert registry.lost() == []
    assert (registry.running, registry.previous) == ("running", "before")


def test_one_fewer_can_lose_the_one_before():
    registry = Registry(PUSHES_IN_A_ROW + 1).play([*released("before"), *released("running")])
    registry.play(Event("push", f"bad-{number}") for number in range(PUSHES_IN_A_ROW))
    assert registry.lost() == ["before"]


def test_a_rollback_does_not_make_an_image_newer():
    registry = Registry(22).play(released("old"))
    for number in range(10):
        registry.play(released(f"new-{number}"))
    registry.play([Event("rollback", "old")])
    assert registry.running == "old"
    registry.play(Event("push", f"bad-{number}") for number in range(12))
    assert registry.lost() == ["old"]


def test_the_policy_expires_untagged_by_age_and_releases_by_count():
    untagged, tagged = json.loads(policy(30, 14))["rules"]
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14,
    }
    assert tagged["selection"] == {
        "tagStatus": "tagged",
        "tagPrefixList": ["c-"],
        "countType": "imageCountMoreThan",
        "countNumber": 30,
    }
