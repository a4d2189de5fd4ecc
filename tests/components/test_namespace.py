import pytest

from components.namespace import Namespace
from tests.components.declared import declare, problems


def test_a_namespace_has_the_stacks_name_and_no_dns_zone():
    made = declare(lambda: Namespace("namespace", {"namespace_name": "shop-dev"}))
    assert made.children == {
        "aws:servicediscovery/httpNamespace:HttpNamespace namespace": {
            "name": "shop-dev",
            "description": "Services that call each other",
        }
    }
    assert made.outputs == {"arn": "HttpNamespace.namespace.arn"}


@pytest.mark.parametrize("name", ["", "arn:shop", "shop dev", "x" * 1025])
def test_a_name_that_cloud_map_refuses_is_told(name: str):
    (told,) = problems(lambda: Namespace("namespace", {"namespace_name": name}))
    assert told.startswith("namespace.namespace_name: ")
