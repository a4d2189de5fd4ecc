"""Who calls whom: the addresses that callers are told, and the order in which services are made."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.calls import addresses, callees_first, meet
from settings.options import read
from settings.stack import StackOptions

NAMES = ["api", "cart", "mail", "shop", "web"]


def services(asked: dict[str, Any]) -> Any:
    return read(StackOptions, {"services": asked}, "")["services"]


def called(names: list[str]) -> dict[str, Any]:
    return {"connect": {}, "calls": names}


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True), min_size=1))
def test_each_service_is_made_once_whatever_calls_what(drawn: dict[str, list[str]]):
    calls = {name: [one for one in callees if one in drawn and one != name] for name, callees in drawn.items()}
    order = callees_first(services({name: called(callees) for name, callees in calls.items()}))
    assert sorted(order) == sorted(calls)


@given(st.permutations(NAMES), st.data())
def test_without_a_circle_each_comes_after_all_that_it_calls(ranked: list[str], data: st.DataObject):
    calls = {
        name: data.draw(st.lists(st.sampled_from(ranked[:number]), unique=True)) if number else []
        for number, name in enumerate(ranked)
    }
    order = callees_first(services({name: called(calls[name]) for name in sorted(calls)}))
    assert all(order.index(callee) < order.index(name) for name in calls for callee in calls[name])


def test_the_order_is_that_of_names_whatever_the_files():
    assert callees_first(services({"web": {}, "api": {}, "mail": {}})) == ["api", "mail", "web"]


@pytest.mark.parametrize("names", [["api", "web"], ["web", "api"]])
def test_in_a_circle_the_first_by_name_is_made_last(names: list[str]):
    asked = {"api": called(["web"]), "web": called(["api"])}
    assert callees_first(services({name: asked[name] for name in names})) == ["web", "api"]


@pytest.mark.parametrize(
    ("connect", "address"),
    [
        ({}, "http://order-api:9000"),
        ({"port": 80}, "http://order-api:80"),
        ({"host": "orders", "protocol": "grpc"}, "http://orders:9000"),
        ({"protocol": "tcp"}, "tcp://order-api:9000"),
    ],
)
def test_a_caller_is_told_the_address(connect: dict[str, Any], address: str):
    api = {"connect": connect, "task": {"port": 9000}}
    found = services({"web": {"calls": ["order-api"]}, "order-api": api})
    assert addresses("web", found) == {"ORDER_API_URL": address}
    assert addresses("order-api", found) == {}


def test_they_meet_when_one_may_be_called():
    assert meet(services({"web": {}, "api": {"connect": {}}})) is True
    assert meet(services({"web": {}, "api": {}})) is False
