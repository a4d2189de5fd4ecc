"""A stack that was brought up from nothing, and what was seen on the way."""

from dataclasses import dataclass

from checkout import Checkout, Outcome
from pulumi import automation as auto

SECRET = "a-value-that-was-marked-secret"


@dataclass
class Deployed:
    """The stack; its previews, unlike its `up`, were under its policies."""

    stack: str
    checkout: Checkout
    first: Outcome
    up: Outcome
    second: Outcome


def under_policies(stack: str) -> dict[str, list[str]]:
    return {"policy_packs": ["policies"], "policy_pack_configs": [f"policies/config/{stack}.json"]}


def mark_keys(site: Checkout, stack: str) -> None:
    """Gives the stack keys of AWS that are marked secret."""
    keys = {"aws:accessKey": "a-key-that-was-marked-secret", "aws:secretKey": SECRET}
    site.stack(stack).set_all_config({key: auto.ConfigValue(keys[key], secret=True) for key in keys})


def bring_up(stack: str, site: Checkout) -> Deployed:
    mark_keys(site, stack)
    policies = under_policies(stack)
    first, up = site.preview(stack, **policies), site.up(stack)
    return Deployed(stack, site, first, up, site.preview(stack, **policies))
