"""`up` tells the truth about a release, and goes on telling it until the release is good."""

from collections.abc import Callable, Generator
from pathlib import Path

import checkout
import pytest
from checkout import Checkout, Outcome
from deployment import Deployed
from test_changes import change_the_app

REASON = "OutOfMemoryError: Container killed due to memory usage"
RECORD = {"aws:ssm/parameter:Parameter web": "update"}


def written(outcome: Outcome) -> dict[str, str]:
    """What is made or changed; the failed run also left the old image to be forgotten."""
    return {key: op for key, op in outcome.changed.items() if op != "delete"}


@pytest.fixture(scope="module")
def rolled_back(
    deployed: Callable[[str], Deployed], tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Checkout, Outcome]]:
    """A `dev` whose last release ECS rolled back, and the `up` that brought it."""
    with checkout.again(deployed("dev").checkout, tmp_path_factory.mktemp("broken") / "project") as site:
        site.account.broken = REASON
        change_the_app(site)
        yield site, site.up("dev")


@pytest.fixture
def broken(rolled_back: tuple[Checkout, Outcome], tmp_path: Path) -> Generator[Checkout]:
    with checkout.again(rolled_back[0], tmp_path / "project") as site:
        yield site


def test_a_release_that_rolled_back_fails_the_up_with_its_reason(rolled_back: tuple[Checkout, Outcome]):
    _, outcome = rolled_back
    assert outcome.failed
    assert "its deployment failed, and ECS rolled back" in outcome.text
    assert "a container needed more memory than the task has" in outcome.text
    assert REASON in outcome.text


def test_it_stays_failed_until_the_same_release_is_live(broken: Checkout):
    assert written(broken.preview("dev")) == RECORD
    again = broken.up("dev")
    assert again.failed
    assert "ECS rolled back" in again.text

    service = broken.account.services["web"]
    broken.account.broken, service.running = None, service.declared
    mended = broken.up("dev")
    assert not mended.failed, mended.text
    assert written(mended) == RECORD


def test_the_next_good_release_recovers(broken: Checkout):
    broken.account.broken = None
    change_the_app(broken, "# mended\n")
    mended = broken.up("dev")
    assert not mended.failed, mended.text
    assert broken.preview("dev").changed == {}
    # Each revision stays: it may be the one that ECS rolls back to.
    assert len(broken.account.images) == 3
    newest, first = broken.stack("dev").outputs()["rollback"].value["web"]
    # The release between them was never live, and its image takes a place all the same.
    assert (newest["restorable"], first["restorable"]) == ("for 29 more pushes, runs", "for 27 more pushes")
    assert (newest["release"], first["release"]) == ("slipway-dev-web:3", "slipway-dev-web:1")
