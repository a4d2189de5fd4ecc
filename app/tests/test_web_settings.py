import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.settings import Settings


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_environment({}) == Settings(
        version="dev",
        greeting="Hello from Slipway",
        secret_configured=False,
        port=8080,
        shutdown_seconds=20,
    )


def test_each_variable_is_read():
    environment = {
        "APP_VERSION": "c-1",
        "GREETING": "Hi",
        "APP_SECRET": "s3cret",
        "PORT": "9000",
        "SHUTDOWN_SECONDS": "5",
    }
    assert Settings.from_environment(environment) == Settings("c-1", "Hi", True, 9000, 5)  # noqa: FBT003 - in the order above


def test_an_empty_variable_counts_as_unset():
    names = ("APP_VERSION", "GREETING", "APP_SECRET", "PORT", "SHUTDOWN_SECONDS")
    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings()


@given(st.text(min_size=1))
def test_of_the_secret_only_its_presence_is_kept(secret: str):
    settings = Settings.from_environment({"APP_SECRET": secret})
    assert settings == Settings(secret_configured=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "８０"),  # noqa: RUF001 - full-width digits, on purpose
        ("SHUTDOWN_SECONDS", "0"),
        ("SHUTDOWN_SECONDS", "116"),
        ("SHUTDOWN_SECONDS", "2.5"),
    ],
)
def test_a_wrong_number_names_its_variable_and_the_range(name: str, value: str):
    with pytest.raises(ValueError, match=f"{name} is '{value}': give a whole number from"):
        Settings.from_environment({name: value})
