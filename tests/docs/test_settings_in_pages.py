"""Every YAML block of the pages is one that the settings accept.

A block is a whole stack file when it has `config`, the inside of one when all its keys are of one, and else a
part: the options of a class that has all of its keys. A block that begins with a comment naming another file, such as
`# .github/workflows/preview.yml`, is not of a stack file, and only has to be YAML.
"""

import re
from typing import Any

import pytest
import yaml

import settings.stack  # noqa: F401 - declares all of the options
from settings.options import OptionsError, _models, model_of, read
from settings.stack import StackOptions
from tests.docs.pages import Block, Page, pages, where

ANOTHER_FILE = re.compile(r"#\s+(?!Pulumi\.\w+\.yaml)[\w./-]+\.(ya?ml|json)\b")
PREFIX = "slipway:"


def wrong(block: Block) -> str | None:
    """What is wrong with a block, if anything."""
    try:
        found = yaml.safe_load(block.text)
    except yaml.YAMLError as error:
        return f"is not YAML: {error}"
    if ANOTHER_FILE.match(block.text):
        return None
    if not isinstance(found, dict):
        return "is not a map of settings"
    if "config" in found:
        return _inside(found["config"])
    of_a_file = any(":" in key for key in found) or _keys(StackOptions) >= found.keys()
    return _inside(found) if of_a_file else _part(found)


def _inside(config: dict[str, Any]) -> str | None:
    own = {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX) or ":" not in key}
    return _refusal(StackOptions, {"services": {"web": {}}, **own})


def _part(found: dict[str, Any]) -> str | None:
    kinds = [kind for kind in _models if kind.__module__.startswith("settings.") and _keys(kind) >= found.keys()]
    if not kinds:
        return f"no class of options has all of the keys {sorted(found)}"
    refusals = [_refusal(kind, found) for kind in kinds]
    return None if None in refusals else refusals[0]


def _keys(kind: type) -> set[str]:
    return {str(field.alias) for field in model_of(kind).model_fields.values()}


def _refusal(kind: type, value: object) -> str | None:
    try:
        read(kind, value, kind.__name__)
    except OptionsError as error:
        return str(error)
    return None


def blocks() -> list[tuple[Page, Block]]:
    return [(page, block) for page in pages() for block in page.blocks if block.language in ("yaml", "yml")]


def test_every_block_is_accepted():
    told = [(where(page, block.line), wrong(block)) for page, block in blocks()]
    assert [f"{place}: {why}" for place, why in told if why] == []
    assert told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("slipway:services:\n  web:\n    desiredCuont: 2\n", "did you mean 'desiredCount'?"),
        ("config:\n  slipway:services:\n    web:\n      task: {cpu: 256, memory: 4096}\n", "no such pair"),
        ("config:\n  slipway:firewall: {}\n", "unknown key"),
        ("config:\n  firewall: {}\n", "unknown key"),
        ("scaling:\n  min: 5\n  max: 2\n", "is above max"),
        ("firewall: true\n", "no class of options"),
        ("- a list\n", "not a map"),
        ("a: [\n", "is not YAML"),
    ],
)
def test_a_wrong_block_is_told(text: str, why: str):
    assert why in str(wrong(Block("yaml", text, 1)))


@pytest.mark.parametrize(
    "text",
    [
        "config:\n  aws:region: eu-central-1\n  slipway:services: {web: {}}\n",
        "slipway:cluster:\n  containerInsights: enhanced\n",
        "scaling: {min: 1, max: 2}\n",
        "# .github/workflows/preview.yml\non: pull_request\n",
    ],
)
def test_a_good_block_passes(text: str):
    assert wrong(Block("yaml", text, 1)) is None
