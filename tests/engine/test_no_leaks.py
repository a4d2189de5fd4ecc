"""No secret is written in plain text."""

from account import TOKEN
from checkout import Checkout
from deployment import SECRET, Deployed
from pulumi import automation as auto


def written(checkout: Checkout) -> str:
    return "\n".join(path.read_text() for path in checkout.state.rglob("*") if path.is_file())


def test_neither_the_registry_token_nor_a_secret_key_is_in_state_or_output(each: Deployed):
    state = written(each.checkout)
    assert "ciphertext" in state
    for text in (state, each.first.text, each.up.text, each.second.text, repr((each.first.inputs, each.up.inputs))):
        assert TOKEN not in text
        assert SECRET not in text


def test_a_secret_among_the_settings_is_refused_or_stays_one(dev: Checkout):
    secret = auto.ConfigValue(SECRET, secret=True)
    dev.stack("dev").set_config("slipway:services.web.task.environment.TOKEN", secret, path=True)
    outcome = dev.up("dev")
    assert SECRET not in outcome.text
    assert SECRET not in written(dev)
