"""A stack that shares another one's network, cluster and balancer: its whole life, and the other one untouched."""

import re
from collections.abc import Callable, Generator
from pathlib import Path

import checkout
import pytest
from checkout import Checkout
from deployment import SECRET, Deployed
from pulumi import automation as auto

from review import stack_file

OWNER = "organization/slipway/dev"
SHARED = {"vpc:Vpc", "cluster:Cluster", "loadBalancer:LoadBalancer", "listener:Listener", "subnet:Subnet"}


@pytest.fixture(scope="module")
def site(deployed: Callable[[str], Deployed], tmp_path_factory: pytest.TempPathFactory) -> Generator[Checkout]:
    """A deployed `dev`, and beside it the stack file of a pull request."""
    with checkout.again(deployed("dev").checkout, tmp_path_factory.mktemp("shared") / "project") as copied:
        (copied.folder / "Pulumi.pr-1.yaml").write_text(stack_file.render(copied.folder, 1, OWNER, "example.com"))
        keys = {"aws:accessKey": "test", "aws:secretKey": SECRET}
        copied.stack("pr-1").set_all_config({key: auto.ConfigValue(keys[key], secret=True) for key in keys})
        yield copied


def state(site: Checkout) -> object:
    return site.stack("dev").export_stack().deployment["resources"]


def test_it_comes_and_goes_without_touching_the_stack_that_it_shares(site: Checkout):
    before = state(site)
    preview, up, again = site.preview("pr-1"), site.up("pr-1"), site.preview("pr-1")
    assert not preview.failed, preview.text
    assert not up.failed, up.text
    assert up.changed == preview.changed
    assert again.changed == {}
    assert [key for key in preview.steps if key.split(" ")[0].rsplit("/", 1)[-1] in SHARED] == []

    shared = site.stack("dev").outputs()["platform"].value
    service = up.inputs["aws:ecs/service:Service web"]
    assert (service["name"], service["cluster"]) == ("slipway-pr-1-web", shared["cluster"]["arn"])
    assert up.inputs["aws:lb/listenerRule:ListenerRule web"]["listenerArn"] == shared["loadBalancer"]["listenerArn"]
    # By this name the role of pull requests knows what is theirs.
    assert re.fullmatch(r"pr-1\.web-task-[0-9a-f]{7}", up.inputs["aws:iam/role:Role web-task"]["name"])
    assert set(site.account.services) == {"web", "slipway-pr-1-web"}
    assert site.preview("dev").changed == {}

    gone = site.destroy("pr-1")
    assert not gone.failed, gone.text
    assert state(site) == before
    assert site.preview("dev").changed == {}


def test_a_stack_that_is_not_there_is_named(site: Checkout, tmp_path: Path):
    with checkout.again(site, tmp_path / "project") as copied:
        copied.configure("pr-1", "platform", "organization/slipway/nope")
        outcome = copied.preview("pr-1")
    assert outcome.failed
    assert "nope" in outcome.text
