"""What looks like a secret, and what only talks about one; and that no message ever shows one."""

import pytest
from sample import R, changed, stack_of
from sample_stack import TERMS, sample
from slipway_policies.judge import everything
from slipway_policies.rules import RULES
from slipway_policies.secrets import looks_secret
from slipway_policies.settings import Settings

SECRETS = [
    ("DB_PASSWORD", "correct-horse"),
    ("API_KEY", "abc123def"),
    ("STRIPE_SECRET", "whatever"),
    ("AWS_ACCESS_KEY_ID", "anything"),
    ("ECS_ENGINE_AUTH_DATA", "{}"),
    ("ANY", "AKIAIOSFODNN7EXAMPLE"),
    ("DATABASE_URL", "postgres://app:hunter2@db:5432/app"),
    ("ANY", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
    ("ANY", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    ("HEADER", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
    ("BLOB", "9fJ2kLq7XzP0vR4tY8uW3eN6mB1cA5dGhKjS"),
]
PLAIN = [
    ("PORT", "8080"),
    ("PASSWORD_REQUIRED", "true"),
    ("REQUIRE_PASSWORD", "true"),
    ("TOKEN_TTL", "3600"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db"),
    ("DB_PASSWORD", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db"),
    ("PASSWORD_FILE", "/run/secrets/db"),
    ("AUTH_TOKEN_URL", "https://id.example/token"),
    ("API_TOKEN", ""),
    ("GIT_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ("APP_VERSION", "c-4f1c2d3e4a5b6c7d"),
    ("DATABASE_URL", "postgres://db:5432/app"),
    ("GREETING", "hello world, this is a perfectly plain sentence"),
]
VALUE = "s3cr3t-Hunter2-Xyz"
PLACES = {
    "ecs-env-no-secrets": {"task.containerDefinitions[0].environment[0]": {"name": "DB_PASSWORD", "value": VALUE}},
    "image-build-args-no-secrets": {"image.build.args.API_TOKEN": VALUE},
    "secret-not-literal": {"secret-version.secretString": VALUE},
    "ecs-secret-refs-valid": {"task.containerDefinitions[0].secrets[0].valueFrom": f"arn:{VALUE}"},
}


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_is_seen(name: str, value: str):
    why = looks_secret(name, value, Settings())
    assert why
    assert value not in why


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_what_only_talks_about_one_passes(name: str, value: str):
    assert looks_secret(name, value, Settings()) is None


@pytest.mark.parametrize("where", ["value", "insecureValue"])
@pytest.mark.parametrize(
    ("value", "state"), [("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "violation"), ("b", "compliant")]
)
def test_a_parameters_text_is_judged_wherever_it_is_given(where: str, value: str, state: str):
    parameter = R("aws:ssm/parameter:Parameter", {"type": "String", "name": "/shop/one", where: value})
    findings = everything(RULES, stack_of(sample() | {"parameter": parameter}), TERMS)
    (found,) = [f for f in findings if f.rule.id == "secret-not-literal" and f.resource.type.endswith(":Parameter")]
    assert found.verdict.state == state


@pytest.mark.parametrize("rule", PLACES)
def test_no_message_of_any_rule_shows_the_value(rule: str):
    findings = everything(RULES, stack_of(changed(sample(), PLACES[rule])), TERMS)
    assert rule in {f.rule.id for f in findings if f.verdict.state == "violation"}
    assert [f.message for f in findings if VALUE in f.message] == []
