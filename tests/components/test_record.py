from typing import Any

import pulumi
from pulumi import ResourceHook

from components.record import record
from tests.components.declared import Outer, Thing, declare


def settle(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


def made(needs: list[str]) -> dict[str, Any]:
    def make(opts: pulumi.ResourceOptions) -> pulumi.Resource:
        assert opts.parent
        hook, things = ResourceHook("follow", settle), [Thing(name) for name in needs]
        return record("web", "/web", "told", "text", hook=hook, needs=things, parent=opts.parent)

    return declare(lambda: Outer(make)).children["aws:ssm/parameter:Parameter web"]


RECORD = {
    "name": "/web",
    "type": "String",
    "description": "told",
    "insecureValue": "text",
    "opts.hooks": {"beforeCreate": ["follow"], "beforeUpdate": ["follow"]},
}


def test_a_record_is_a_text_that_a_hook_lets_pass():
    assert made([]) == RECORD


def test_it_waits_for_all_it_tells_of():
    assert made(["service", "rule"]) == {**RECORD, "opts.needs": ["Thing.rule", "Thing.service"]}
