"""The examples of docs/scaling.md are legal."""

from settings.options import read
from settings.scaling import ScalingOptions
from tests.scaled import examples


def test_each_example_is_legal_and_each_way_has_one():
    for example in examples():
        assert read(ScalingOptions, example, "the example")
    assert {key for example in examples() for key in example} >= {"metrics", "steps", "schedules"}
