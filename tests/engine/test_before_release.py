"""The task before a release blocks it when it fails, and is asked for again until it ends well."""

import pytest
from checkout import Checkout
from test_changes import change_the_app

RECORD = "aws:ssm/parameter:Parameter web-before-release"
REFUSED = "The task before the release of web failed: exit code 3."


@pytest.fixture
def migrating(dev: Checkout) -> Checkout:
    """A deployed `dev` whose task has run once, well."""
    dev.configure("dev", "services.web.beforeRelease", {"command": ["migrate"]})
    outcome = dev.up("dev")
    assert not outcome.failed, outcome.text
    assert outcome.changed == {RECORD: "create", "slipway:index:Job web": "create"}
    return dev


def test_it_runs_once_for_a_release_and_not_for_an_unchanged_up(migrating: Checkout):
    running = migrating.account.services["web"].running
    assert migrating.account.jobs == [(running, ["migrate"])]
    assert migrating.up("dev").changed == {}
    migrating.configure("dev", "services.web.beforeRelease.timeLimit", 60)
    assert migrating.up("dev").changed == {RECORD: "update"}
    assert len(migrating.account.jobs) == 1


def test_it_runs_again_for_another_command(migrating: Checkout):
    migrating.configure("dev", "services.web.beforeRelease.command", ["migrate", "--all"])
    assert migrating.up("dev").changed == {RECORD: "update"}
    assert migrating.account.jobs[1][1] == ["migrate", "--all"]


def test_one_that_fails_leaves_the_service_as_it_is_and_is_asked_for_again(migrating: Checkout):
    account = migrating.account
    before = account.services["web"].declared
    account.job_exit = 3
    change_the_app(migrating)
    for count in (2, 3):
        outcome = migrating.up("dev")
        assert outcome.failed
        assert REFUSED in outcome.text
        assert account.services["web"].declared == before
        assert len(account.jobs) == count
        waiting = migrating.preview("dev").changed
        assert waiting[RECORD] == "update"
        assert "aws:ecs/service:Service web" in waiting

    account.job_exit = 0
    mended = migrating.up("dev")
    assert not mended.failed, mended.text
    assert account.services["web"].running == account.jobs[-1][0] != before
    assert len(account.jobs) == 4
    assert migrating.preview("dev").changed == {}
