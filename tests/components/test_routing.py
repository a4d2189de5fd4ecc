from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.routing import priorities, priority
from settings.options import OptionsError
from settings.service import RoutingOptions


def routing(*paths: str, host: str = "", rank: int | None = None) -> RoutingOptions:
    return {"paths": list(paths), "hosts": [host] if host else [], "priority": rank}


NAMES = st.text("abcdefghij", min_size=2, max_size=12)


@given(st.dictionaries(NAMES, st.text("xyz", max_size=10), min_size=1, max_size=6), NAMES)
def test_adding_a_service_renumbers_none(services: dict[str, str], new: str):
    asked = {name: routing(f"/{path}/*") for name, path in services.items()}
    before = {name: priority(name, one) for name, one in asked.items()}
    asked.setdefault(new, routing("/new/*"))
    assert {name: priority(name, asked[name]) for name in before} == before
    assert all(1 <= rank <= 50000 for rank in before.values())


@given(NAMES, NAMES, st.text("xyz", min_size=1, max_size=10))
def test_the_more_exact_is_asked_first(one: str, other: str, path: str):
    assert priority(one, routing(f"/{path}/*")) < priority(other, routing("/*"))
    assert priority(one, routing("/*", host="a.example.com")) < priority(other, routing(f"/{path}/*"))


def test_a_collision_is_an_error_that_names_both():
    with pytest.raises(OptionsError, match=r"services\.web\.routing\.priority: the same as 'api'"):
        priorities({"api": routing("/*", rank=7), "web": routing("/*", rank=7)})


def test_the_priorities_of_stacks_that_share_nothing_are_what_they_always_were():
    asked = {"web": routing("/*"), "api": routing("/api/*"), "shop": routing("/*", host="shop.example.com")}
    assert priorities(asked) == {"web": 48931, "api": 44234, "shop": 23713}


@given(st.sets(NAMES, min_size=1, max_size=4), NAMES, NAMES)
def test_another_stack_on_the_listener_renumbers_none(names: set[str], stack: str, other: str):
    asked = {name: routing("/*", host="a.example.com", rank=None) for name in names}
    before = {name: priority(name, one, stack) for name, one in asked.items()}
    for name, one in asked.items():
        priority(name, one, other)
    assert {name: priority(name, one, stack) for name, one in asked.items()} == before


@given(NAMES, NAMES, st.text("xyz", min_size=1, max_size=10))
def test_the_more_exact_is_asked_first_whosever_it_is(stack: str, other: str, path: str):
    assert priority("web", routing(f"/{path}/*"), stack) < priority("web", routing("/*"), other)
    assert priority("web", routing("/*", host="a.example.com"), stack) < priority("web", routing(f"/{path}/*"))


@given(st.integers(1, 900), st.sampled_from(["web", "api", "shop"]))
def test_the_same_service_of_two_stacks_collides_about_once_in_a_thousand_pairs(first: int, service: str):
    """100 pull requests in a row: 4950 pairs, of which 5 are expected to collide; 20 are six deviations away."""
    asked = routing("/*", host="pr.example.com")
    ranks = [priority(service, asked, f"slipway-pr-{number}") for number in range(first, first + 100)]
    assert sum(one == other for one, other in combinations(ranks, 2)) <= 20


def test_a_priority_that_is_named_holds_on_a_shared_listener_too():
    assert priority("web", routing("/*", rank=7), "slipway-pr-1") == 7


def test_a_service_that_is_not_on_the_listener_has_no_priority():
    assert priorities({"api": routing("/*", rank=7), "worker": None}) == {"api": 7}
