"""What is told of the rules: complete, unique, of real types, counted against the anchors, and on the page."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sample_stack import TERMS
from slipway_policies import docs, judge
from slipway_policies.coverage import coverage, strangers
from slipway_policies.kinds import DOCKER_IMAGE, IMAGE, STACK
from slipway_policies.resource import Resource
from slipway_policies.rules import RULES, logs
from slipway_policies.summary import SUMMARIES
from slipway_policies.verdict import COMPLIANT

ROOT = Path(__file__).parents[2]
OLD = ("aws:elasticloadbalancingv2/", "aws:applicationloadbalancing/", "aws:elasticloadbalancing/")
"""Names that only older states have."""
EVERY = [*RULES, *SUMMARIES]


def test_ids_are_unique_and_of_one_shape():
    ids = [each.id for each in EVERY]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", each) for each in ids)


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.id)
def test_every_rule_tells_what_why_and_how_to_mend(each):
    for text in (each.title, each.why, each.mend):
        assert text.endswith(".")
        assert text[0].isupper()
    assert len(each.title) <= 90
    assert len(each.why) > 20


def test_every_rule_has_one_function():
    assert [rule.id for rule in RULES if (rule.check is None) == (rule.stack_check is None)] == []


def test_the_first_tier_is_mandatory_but_for_what_is_undecided():
    lenient = [each.id for each in EVERY if each.tier == 1 and each.level != "mandatory"]
    assert lenient == ["undecided-mandatory", "exemption-shown", "profile-advice"]


def test_each_anchor_is_covered_so_far(record_property):
    found = {one.anchor: one for one in coverage(RULES)}
    for figure in found.values():
        record_property("figure", str(figure))
    assert found["SH"].total == 73
    assert found["SH"].on >= 50
    assert {anchor: one.missing for anchor, one in found.items() if one.missing} == {
        "Prw": ["ec2_securitygroup_allow_wide_open_public_ipv4"]
    }
    assert {anchor: one.total for anchor, one in found.items()} == {
        "SH": 73, "CKV": 95, "Nag": 23, "AVD": 34, "CIS": 11, "Prw": 88,
    }  # fmt: skip


def test_no_rule_claims_an_id_that_is_no_anchors():
    assert strangers(RULES) == []


def test_the_page_is_made_from_these_rules():
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert page == docs.page(), "make it again: cd policies && python -m slipway_policies.docs ../docs/policies.md"
    assert all(f"#### {each.id}\n" in page for each in EVERY)
    assert "{{" not in page


def test_the_command_writes_the_page(tmp_path):
    assert docs.main([str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == docs.page()
    assert docs.main([]) == 2


def test_the_rule_in_the_guide_is_one():
    (code,) = re.findall(r"```python\n(.*?)```", docs.page(), re.DOTALL)
    assert code.count("\n") <= 11
    names = vars(logs) | {"COMPLIANT": COMPLIANT}
    exec(code, names)  # noqa: S102 - what the guide says
    states = [
        finding.verdict.state
        for name in ("/shop/web", None)
        for finding in judge.alone(names["named"], Resource("urn:x", "t", lambda name=name: {"name": name}), TERMS)
    ]
    assert states == ["compliant", "violation"]


def test_the_pack_is_ready_with_little_more_than_the_sdk():
    code = (
        "import sys, pulumi_policy; before = set(sys.modules)\n"
        "from slipway_policies.pack import policies; policies()\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "policies", check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == ["slipway_policies"]


def test_every_type_is_one_that_the_provider_has():
    provider = importlib.util.find_spec("pulumi_aws")
    assert provider
    assert provider.origin
    known = set(re.findall(r"aws:\w+/\w+:\w+", Path(provider.origin).read_text(encoding="utf-8")))
    named = {token for rule in RULES for token in rule.kinds or ()} - IMAGE - DOCKER_IMAGE - STACK
    missing = {token for token in named if token.startswith("aws:") and not token.startswith(OLD)} - known
    assert missing == set()


def test_the_pack_imports_neither_the_provider_nor_the_project():
    sources = (ROOT / "policies").rglob("*.py")
    imported = {
        line for path in sources for line in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE)
    }
    roots = {each.split(".")[0] for each in imported}
    assert not roots & {"pulumi_aws", "pulumi_awsx", "components", "settings", "local", "release", "boto3"}
