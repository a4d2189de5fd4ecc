import pytest

from review.secrecy import is_secret_name, masked


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "password", "API_KEY", "apiKey", "GITHUB_TOKEN", "Secret", "SENTRY_DSN", "KEY"]
)
def test_names_of_secrets(name: str):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["PORT", "APP_VERSION", "MONKEY", "kmsKeyId", "AUTHOR", "PASSENGERS"])
def test_names_of_what_may_be_read(name: str):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://app:hunter2@db/app", "postgres://…@db/app"),
        ("--password=hunter2 --port 80", "--password=… --port 80"),
        ('{"token": "abc"}', '{"token": "…"}'),
        ("AKIAABCDEFGHIJKLMNOP is a key", "… is a key"),
        ("ghp_abcdefghijklmnop1234", "…"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "… x"),
        ("https://example.com/a:b@c", "https://example.com/a:b@c"),
        ("registry/web:c-542030a64c9114f60e9f", "registry/web:c-542030a64c9114f60e9f"),
    ],
)
def test_credentials_are_taken_out_of_a_text(text: str, shown: str):
    assert masked(text) == shown
