"""A preview tells the whole truth before anything exists, and nothing once it does."""

import json

from checkout import PROJECT
from deployment import Deployed
from pulumi.runtime.rpc import UNKNOWN

from local.plan import plan


def test_the_first_preview_shows_every_container_in_full(each: Deployed):
    definitions = [one for key, one in each.first.inputs.items() if key.startswith("aws:ecs/taskDefinition:")]
    assert definitions
    for definition in definitions:
        text = definition["containerDefinitions"]
        assert UNKNOWN not in text
        assert {"image", "user", "portMappings"} <= json.loads(text)[0].keys()


def test_the_first_preview_declares_what_the_plan_without_an_engine_does(each: Deployed):
    planned = {f"{one.type} {one.name}" for one in plan(PROJECT, each.stack).declared}
    assert planned <= each.first.steps.keys()


def test_up_does_what_the_preview_showed(each: Deployed):
    assert not each.up.failed, each.up.text
    assert each.up.changed == each.first.changed


def test_the_second_preview_is_empty(each: Deployed):
    assert each.second.steps.keys() == each.first.steps.keys()
    assert each.second.changed == {}


def test_each_image_is_pushed_once(each: Deployed):
    assert set(each.checkout.account.pushes.values()) == {1}
