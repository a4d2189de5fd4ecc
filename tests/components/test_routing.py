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
