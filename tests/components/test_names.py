import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.names import capacity_provider, dead_letters, fit, load_balancer, queue, secret


@given(st.text(min_size=1, max_size=80), st.integers(10, 64))
def test_a_name_is_legal_within_its_limit_and_stable(name: str, limit: int):
    made = fit(name, limit)
    assert 0 < len(made) <= limit
    assert all(character.isascii() and (character.isalnum() or character == "-") for character in made)
    assert made[0] != "-"
    assert made[-1] != "-"
    assert fit(made, limit) == made


@given(st.lists(st.text("abc-", min_size=20, max_size=60), min_size=2, max_size=20, unique=True))
def test_different_names_stay_apart(names: list[str]):
    assert len({fit(name, 24) for name in names}) == len(names)


def test_a_load_balancer_leaves_room_for_the_suffix_that_pulumi_adds():
    assert len(load_balancer("x" * 60)) + len("-1234567") == 32


@pytest.mark.parametrize("kind", ["ec2", "managed"])
@pytest.mark.parametrize("cluster", ["aws-shop", "ecs", "fargate-dev", "shop_dev", "x" * 255])
def test_a_capacity_provider_has_none_of_the_names_that_ecs_keeps(kind: str, cluster: str):
    name = capacity_provider(kind, cluster)
    assert len(name) <= 255
    assert not name.startswith(("aws", "ecs", "fargate"))


@pytest.mark.parametrize(
    ("prefix", "name", "made"),
    [
        ("shop-dev/web", "db", "shop-dev/web/db"),
        ("shop-dev/web", "test-secret", "shop-dev/web/test-secret_"),
        ("shop-d/ab", "c", "shop-d/ab/c_"),
        ("shop-dev/web", "test-key", "shop-dev/web/test-key"),
    ],
)
def test_no_secret_has_a_name_that_looks_like_a_whole_one(prefix: str, name: str, made: str):
    assert secret(prefix, name) == made


@given(st.text(min_size=1, max_size=120), st.from_regex(r"[a-z][a-z0-9-]{0,22}[a-z0-9]", fullmatch=True))
def test_a_queue_and_its_dead_letters_fit_and_are_no_other_services(stack: str, service: str):
    name = queue(f"{stack}-{service}")
    assert len(dead_letters(name)) <= 80
    assert dead_letters(name) != queue(f"{stack}-{service}-dead")
