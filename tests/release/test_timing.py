"""How long a release takes: the numbers, and what they are with the defaults of other tools."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from release.timing import START, START_ALLOWANCE, Pace

OURS = Pace(
    interval=15,
    timeout=5,
    healthy=2,
    unhealthy=3,
    grace_period=60,
    deregistration_delay=30,
    stop_timeout=30,
    desired_count=2,
)
AWS = replace(OURS, interval=30, healthy=5, unhealthy=2, grace_period=0, deregistration_delay=300)
CDK = replace(AWS, grace_period=60)
RIVALS = {"pulumi-awsx": AWS, "AWS CDK": CDK, "terraform-aws-ecs": AWS}


def test_a_good_release_is_start_healthy_and_drain():
    assert OURS.to_healthy == 30
    assert OURS.to_steady == START + 30 + 30


def test_a_failure_counts_after_the_grace_period_or_the_failed_checks_whichever_is_later():
    assert OURS.to_detect == 60
    assert replace(OURS, grace_period=0).to_detect == 3 * 15 + 5


@pytest.mark.parametrize(("count", "failures"), [(1, 3), (6, 3), (7, 4), (1000, 200)])
def test_the_circuit_breaker_trips_after_half_of_the_tasks_within_its_bounds(count: int, failures: int):
    assert replace(OURS, desired_count=count).failures_to_trip == failures


def test_the_limit_leaves_room_for_the_circuit_breaker_and_for_a_slow_start():
    assert OURS.limit == OURS.to_roll_back == 3 * (START_ALLOWANCE + 60 + 30) + 30 + 60
    patient = replace(OURS, grace_period=3000)
    assert patient.limit > START_ALLOWANCE + 3000 + patient.to_healthy + patient.to_drain


def test_on_instances_one_may_have_to_start_first_once():
    waiting = replace(OURS, instance_start=420)
    assert waiting.to_roll_back == OURS.to_roll_back + 420
    assert waiting.limit == OURS.limit + 420
    assert replace(waiting, grace_period=3000).limit == replace(OURS, grace_period=3000).limit + 420


@pytest.mark.parametrize("rival", [AWS, CDK], ids=["pulumi-awsx", "AWS CDK"])
def test_a_release_is_live_at_least_four_times_sooner_than_with_others_defaults(rival: Pace):
    assert rival.to_steady / OURS.to_steady >= 4


def test_the_page_has_these_numbers():
    page = (Path(__file__).resolve().parents[2] / "docs" / "releases.md").read_text()
    for name, pace in {"Slipway": OURS, **RIVALS}.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {name} |")]
        told = [int(found) for found in re.findall(r"\b(\d+)\b", row)]
        assert told == [pace.to_healthy, pace.to_detect, pace.to_drain, pace.to_steady]
