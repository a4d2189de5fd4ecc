import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from review import difference
from review.difference import Change

PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
)
INPUTS = st.dictionaries(st.text(min_size=1, max_size=4), PARTS, max_size=4)


def definitions(**parts: Any) -> dict[str, Any]:
    return {"containerDefinitions": json.dumps([{"name": "web", "essential": True, **parts}])}


def test_a_variable_that_moved_is_no_change():
    first = definitions(environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    second = definitions(environment=[{"name": "B", "value": "2"}, {"name": "A", "value": "1"}])
    assert difference.changes(first, second) == []


def test_variables_are_told_by_name():
    first = definitions(environment=[{"name": "A", "value": "1"}, {"name": "GONE", "value": ""}])
    second = definitions(environment=[{"name": "A", "value": "2"}, {"name": "NEW", "value": "3"}])
    place = ("containerDefinitions", "web", "environment")
    assert difference.changes(first, second) == [
        Change((*place, "A"), "1", "2"),
        Change((*place, "GONE"), "", None),
        Change((*place, "NEW"), None, "3"),
    ]


def test_a_secret_is_told_by_where_its_value_is():
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/db-password"
    changes = difference.changes(definitions(), definitions(secrets=[{"name": "DB_PASSWORD", "valueFrom": arn}]))
    assert changes == [Change(("containerDefinitions", "web", "secrets", "DB_PASSWORD"), None, arn)]


def test_lists_of_plain_values_tell_what_came_and_went():
    changes = difference.changes({"subnets": ["a", "b"]}, {"subnets": ["b", "c"]})
    assert changes == [Change(("subnets",), "a", None), Change(("subnets",), None, "c")]
    assert difference.changes({"command": ["x", "y"]}, {"command": ["y", "x"]}) == [
        Change(("command",), '["x", "y"]', '["y", "x"]')
    ]


def test_what_is_marked_secret_is_never_read():
    secret = {difference.SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    assert difference.changes({"value": "a"}, {"value": secret}) == [Change(("value",), "a", difference.HIDDEN)]


def test_what_is_unknown_is_known_later():
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert difference.changes({"a": '{"b": 1}'}, {"a": unknown}) == [Change(("a",), '{"b": 1}', difference.LATER)]


def test_the_engine_names_what_differs():
    assert difference.changes({"a": 1, "b": 1}, {"a": 2, "b": 2}, ["a[0].x"]) == [Change(("a",), "1", "2")]


def test_a_long_value_is_cut_and_says_how_long_it_is():
    (change,) = difference.values({"userData": "x" * 1000})
    assert change.after == f"{'x' * difference.LONGEST}… (1000 characters)"


@given(INPUTS)
def test_nothing_differs_from_itself(inputs: dict[str, Any]):
    assert difference.changes(inputs, json.loads(json.dumps(inputs))) == []


@given(INPUTS, INPUTS)
def test_the_way_back_is_the_way_there_turned(old: dict[str, Any], new: dict[str, Any]):
    there = {Change(one.path, one.after, one.before) for one in difference.changes(old, new)}
    assert there == set(difference.changes(new, old))


def test_an_element_without_a_name_goes_as_a_whole():
    policy = {"Statement": [{"Action": "a"}, {"Action": "b", "Effect": "Allow"}]}
    changes = difference.changes(
        {"policy": json.dumps(policy)}, {"policy": json.dumps({"Statement": [{"Action": "a"}]})}
    )
    assert changes == [Change(("policy", "Statement", "[1]"), '{"Action": "b", "Effect": "Allow"}', None)]
