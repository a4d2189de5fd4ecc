"""Schedule expressions as Application Auto Scaling takes them: its own examples, and slips of every kind."""

import zoneinfo

import pytest

from settings.schedule import expression_problem, timezone_problem

LEGAL = (
    "cron(30 6 ? * MON *)",
    "cron(0 10 * * ? *)",
    "cron(15 12 * * ? *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/10 * ? * MON-FRI *)",
    "cron(0/5 8-17 ? * 2-6 *)",
    "cron(0 9,12,15 ? JAN,jun,12 sat *)",
    "cron(15 10 ? * 6L 2030-2035)",
    "cron(0 9 ? * 2#1 *)",
    "cron(0 9 L * ? *)",
    "cron(0 9 15W * ? 2030/2)",
    "at(2028-02-29T08:00:00)",
    "rate(1 minute)",
    "rate(12 hours)",
    "rate(7 days)",
)
WRONG = (
    ("", "must be cron"),
    ("0 8 * * *", "must be cron"),
    ("cron(0 8 * * ? *) ", "must be cron"),
    ("Cron(0 8 * * ? *)", "must be cron"),
    ("cron(0 8 * * ?)", "has 5 fields"),
    ("cron(60 8 * * ? *)", "minutes cannot be '60': it goes from 0 to 59"),
    ("cron(0 24 * * ? *)", "hours cannot be '24'"),
    ("cron(? 8 * * ? *)", "minutes cannot be '?'"),
    ("cron(0 8 0 * ? *)", "day-of-month cannot be '0'"),
    ("cron(0 8 32W * ? *)", "day-of-month cannot be '32W'"),
    ("cron(0 8 1 13 ? *)", "month cannot be '13': it goes from 1 to 12, or JAN to DEC"),
    ("cron(0 8 ? * 0 *)", "day-of-week cannot be '0'"),
    ("cron(0 8 ? * MON#6 *)", "day-of-week cannot be 'MON#6'"),
    ("cron(0 8 ? * MO *)", "day-of-week cannot be 'MO'"),
    ("cron(0 8 * * ? 1969)", "year cannot be '1969'"),
    ("cron(0 8 1, * ? *)", "day-of-month cannot be '1,'"),
    ("cron(0 1-2-3 * * ? *)", "hours cannot be '1-2-3'"),
    ("cron(*/0 8 * * ? *)", "minutes cannot be '*/0'"),
    ("cron(0 8 * * * *)", "? in exactly one"),
    ("cron(0 8 1 * MON *)", "? in exactly one"),
    ("cron(0 8 ? * ? *)", "? in exactly one"),
    ("at(2030-02-30T08:00:00)", "at(2030-01-31T08:00:00)"),
    ("at(2030-01-31)", "at(2030-01-31T08:00:00)"),
    ("at(2030-01-31T08:00:00Z)", "at(2030-01-31T08:00:00)"),
    ("rate(0 minutes)", "rate(12 hours)"),
    ("rate(5 weeks)", "rate(12 hours)"),
)


@pytest.mark.parametrize("expression", LEGAL)
def test_a_legal_expression_is_accepted(expression: str):
    assert expression_problem(expression) is None


@pytest.mark.parametrize(("expression", "told"), WRONG)
def test_a_wrong_expression_is_told_with_what_is_wrong(expression: str, told: str):
    assert told in str(expression_problem(expression))


def test_time_zones_are_those_of_iana():
    assert timezone_problem("America/Argentina/Buenos_Aires") is None
    assert timezone_problem("UTC") is None
    assert timezone_problem("Mars/Base") == "is no IANA time zone such as Europe/Berlin"
    assert timezone_problem("Asia/Tokio") == "is no IANA time zone such as Europe/Berlin; did you mean 'Asia/Tokyo'?"


def test_a_system_that_lists_no_zones_lets_aws_decide(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    assert timezone_problem("Europe/Berlin") is None
