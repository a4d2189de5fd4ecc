"""The readers: a value of the wanted type, its absence, or undecided, and nothing else."""

import pytest
from slipway_policies.images import is_private, reference
from slipway_policies.node import Node, show
from slipway_policies.resource import UNKNOWN, Resource
from slipway_policies.settings import Settings
from slipway_policies.verdict import UndecidedError, UnknownError

PROPS = {
    "text": "a",
    "number": 80.0,
    "flag": "TRUE",
    "null": None,
    "unknown": UNKNOWN,
    "list": [{"name": "one"}, UNKNOWN],
    "single": [{"deep": {"er": 1}}],
    "map": {"a.b": 1, "unknown": UNKNOWN},
}


@pytest.fixture
def node() -> Node:
    return Node(Resource("urn:pulumi:prod::p::t::n", "t", lambda: PROPS))


def test_values_of_the_wanted_type(node: Node):
    assert node.text("text") == "a"
    assert node.text("number") == "80"
    assert node.number("number") == 80
    assert node.flag("flag") is True
    assert node.items("list")[0].text("name") == "one"
    assert node.number("single.deep.er") == 1
    assert node.number("single[0].deep.er") == 1
    assert [key for key, _ in node.entries("map")] == ["a.b", "unknown"]


@pytest.mark.parametrize("path", ["gone", "null", "gone.deeper", "list[9].name", "null.deeper"])
def test_absence_gives_the_default(node: Node, path: str):
    assert node.text(path, "default") == "default"
    assert node.number(path, 7) == 7
    assert node.flag(path, default=True) is True
    assert not node.has(path)


@pytest.mark.parametrize("path", ["unknown", "unknown.deeper", "list[1]", "list[1].name", "map.unknown"])
def test_the_unknown_is_undecided_with_its_path_and_is_there(node: Node, path: str):
    with pytest.raises(UnknownError) as raised:
        node.text(path)
    assert raised.value.verdict.unknown
    assert raised.value.verdict.path in path
    assert node.has(path)


@pytest.mark.parametrize(
    ("read", "path"),
    [
        ("text", "map"),
        ("number", "text"),
        ("flag", "text"),
        ("flag", "number"),
        ("items", "text"),
        ("text", "text.deeper"),
    ],
)
def test_a_wrong_type_is_undecided_and_not_for_being_unknown(node: Node, read: str, path: str):
    with pytest.raises(UndecidedError, match="cannot be judged") as raised:
        getattr(node, read)(path)
    assert not raised.value.verdict.unknown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not set"),
        (UNKNOWN, "not known yet"),
        (True, "true"),
        (80.0, "80"),
        ("a", "'a'"),
        ("x" * 200, "'" + "x" * 79 + "…"),
    ],
)
def test_values_are_shown_short(value: object, shown: str):
    assert show(value) == shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nginx", ("docker.io", "nginx", "", "")),
        ("nginx:1.27", ("docker.io", "nginx", "1.27", "")),
        ("shop/web:1", ("docker.io", "shop/web", "1", "")),
        ("localhost/web", ("localhost", "web", "", "")),
        ("127.0.0.1:4566/shop/web:c-1", ("127.0.0.1:4566", "shop/web", "c-1", "")),
        ("public.ecr.aws/docker/library/nginx@sha256:ab", ("public.ecr.aws", "docker/library/nginx", "", "sha256:ab")),
        ("host.example:5000/a/b:t@sha256:ab", ("host.example:5000", "a/b", "t", "sha256:ab")),
    ],
)
def test_references_are_read_as_docker_reads_them(text: str, parts: tuple[str, ...]):
    assert tuple(reference(text)) == parts


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", True),
        ("123456789012.dkr-ecr.us-east-1.on.aws", True),
        ("210987654321.dkr.ecr.eu-central-1.amazonaws.com", False),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example", False),
        ("public.ecr.aws", False),
        ("docker.io", False),
        ("registry.corp.example", True),
    ],
)
def test_a_registry_is_private_by_its_host(host: str, private: bool):  # noqa: FBT001 - a parameter of the test
    settings = Settings(accounts=("123456789012",), registries=("*.corp.example",))
    assert is_private(host, settings) is private
