from typing import Any

from components.volumes import volumes


def named(**asked: Any) -> list[str]:
    return [str(one.name) for one in volumes(["scratch-0", "agent-scratch-0"], asked)]


def test_scratch_comes_first_and_the_others_by_name():
    assert named(b={}, a={}) == ["scratch-0", "agent-scratch-0", "a", "b"]
