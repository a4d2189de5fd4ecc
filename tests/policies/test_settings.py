"""Settings and profiles: what a configuration may say, and what happens when it says nonsense."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import changed, stack_of
from sample_stack import TERMS, sample
from slipway_policies.judge import everything, together
from slipway_policies.rules import RULES
from slipway_policies.settings import NUMBERS, PROFILE_TAG, TEXTS, Settings, profile_of, read, schema

LAX = {"service.enableExecuteCommand": True, "balancer.enableDeletionProtection": False, "task.pidMode": "host"}


@pytest.mark.parametrize(
    ("given_profile", "tags", "stack", "expected"),
    [
        ("dev", {PROFILE_TAG: "staging"}, "prod", "dev"),
        (None, {PROFILE_TAG: "staging"}, "prod", "staging"),
        (None, {PROFILE_TAG: "nonsense"}, "web-dev", "dev"),
        (None, {}, "dev", "dev"),
        (None, {}, "staging.web", "staging"),
        (None, {}, "development", "prod"),
        (None, {}, "local", "prod"),
        (None, {}, "", "prod"),
    ],
)
def test_the_profile_is_set_or_tagged_or_named_and_else_the_strictest(given_profile, tags, stack, expected):
    assert profile_of(Settings(profile=given_profile), tags, stack) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("dev", {"ecs-no-host-pid"}), ("prod", {"ecs-no-host-pid", "ecs-exec-off", "alb-deletion-protection"})],
)
def test_a_profile_turns_violations_into_advice_and_never_security(profile, expected):
    findings = everything(RULES, stack_of(changed(sample(), LAX)), replace(TERMS, profile=profile))
    broken = [f for f in findings if f.verdict.state == "violation"]
    assert {f.rule.id for f in broken if f.enforced} == expected
    assert {f.rule.id for f in broken} == {"ecs-no-host-pid", "ecs-exec-off", "alb-deletion-protection"}


def test_no_critical_rule_is_relaxed_and_prod_relaxes_nothing():
    assert [rule.id for rule in RULES if rule.relaxed and rule.severity == "critical"] == []
    assert [rule.id for rule in RULES if "prod" in rule.relaxed] == []
    assert [rule.id for rule in RULES if rule.relaxed == ("staging",)] == []


def test_every_setting_is_in_the_schema_with_its_default():
    assert schema().keys() == {"profile", "exemptions", *TEXTS, *NUMBERS}
    defaults = {key: told["default"] for key, told in schema().items() if "default" in told}
    assert read(defaults) == Settings()


@pytest.mark.parametrize("key", [*TEXTS, *NUMBERS, "profile", "exemptions"])
def test_a_setting_of_a_wrong_type_keeps_its_default_and_is_told(key):
    settings = read({key: {"odd": True}})
    assert len(settings.problems) == 1
    assert key in settings.problems[0]
    assert replace(settings, problems=()) == Settings()


def test_a_setting_that_is_none_is_told():
    assert read({"registry": ["x"]}).problems == ("registry is no setting",)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*schema(), "other"]), ANYTHING, max_size=5))
def test_no_configuration_raises(config):
    assert isinstance(read(config), Settings)


@pytest.mark.parametrize(
    ("rule", "changes", "settings"),
    [
        (
            "image-private-registry",
            {"task.containerDefinitions[0].image": "ghcr.io/shop/web:1"},
            {"registries": ("ghcr.io",)},
        ),
        (
            "image-private-registry",
            {"task.containerDefinitions[0].image": "127.0.0.1:4566/web:1"},
            {"registries": ("127.0.0.1:*",)},
        ),
        ("ecr-private-only", {"charts.repositoryName": "web"}, {"public_repositories": ("web",)}),
        ("alb-exposure-declared", {"nlb.internal": False}, {"public_balancers": ("nlb",)}),
        (
            "ecs-env-no-secrets",
            {"task.containerDefinitions[0].environment[0]": {"name": "CSRF_TOKEN", "value": "x-header"}},
            {"plain_names": ("CSRF_*",)},
        ),
        (
            "ecs-log-configured",
            {"task.containerDefinitions[0].logConfiguration.logDriver": "splunk"},
            {"log_drivers": ("splunk",)},
        ),
        (
            "alb-tls-policy",
            {"listener.sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {"tls_policies": ("*-TLS13-1-2-2021-06",)},
        ),
        ("logs-retention", {"log.retentionInDays": 1}, {"retention_days": 1}),
        ("ecr-lifecycle-keeps-rollback", {"lifecycle.policy.rules[1].selection.countNumber": 3}, {"keep_releases": 3}),
        ("required-tags", {"cluster.tags": {"team": "shop"}}, {"required_tags": ("team",)}),
        ("iam-no-wildcards", {"task-policy.policy.Statement[0].Action": "s3:*"}, {"wildcard_actions": ("s3:*",)}),
        ("provider-region-allowed", {"provider.region": "us-east-1"}, {"regions": ("us-east-1",)}),
        ("provider-account-pinned", {"provider.allowedAccountIds": ["210987654321"]}, {"accounts": ("210987654321",)}),
    ],
)
def test_what_a_setting_allows_is_no_violation(rule, changes, settings):
    one = next(each for each in RULES if each.id == rule)
    about = next(iter(changes)).split(".")[0]
    stack = stack_of(changed(sample(), changes))
    allowed = replace(TERMS, settings=replace(TERMS.settings, **settings))
    for terms, expected in ((TERMS, True), (allowed, False)):
        found = [f for f in together(one, stack, terms) if f.resource.name == about and f.verdict.state == "violation"]
        assert bool(found) is expected
