"""Reports from the engine's events and from a list of verdicts."""

import io
import json

import pytest
from slipway_policies.report import ReportError, main, markdown, read, sarif

URN = "urn:pulumi:prod::shop::aws:ecr/repository:Repository::web"
EVENTS = "\n".join(
    json.dumps(event)
    for event in (
        {"sequence": 0, "timestamp": 1, "preludeEvent": {"config": {}}},
        {
            "sequence": 1,
            "timestamp": 1,
            "policyEvent": {
                "resourceUrn": URN,
                "message": "Tags are immutable.\nweb: imageTagMutability is 'MUTABLE' | Set it.\n",
                "color": "raw",
                "policyName": "ecr-tag-immutability",
                "policyPackName": "slipway-policies",
                "enforcementLevel": "mandatory",
            },
        },
        {
            "sequence": 2,
            "timestamp": 1,
            "policyEvent": {"message": "said", "policyName": "exemption-shown", "enforcementLevel": "warning"},
        },
        {"sequence": 3, "timestamp": 1, "cancelEvent": {}},
    )
)
VERDICTS = json.dumps([{"rule": "alb-waf", "urn": URN, "message": "no ACL", "level": "advisory"}])


def test_the_engines_events_are_read():
    first, second = read(io.StringIO(EVENTS))
    assert (first.rule, first.urn, first.level) == ("ecr-tag-immutability", URN, "mandatory")
    assert first.message == "web: imageTagMutability is 'MUTABLE' | Set it."
    assert (second.message, second.level, second.resource) == ("said", "advisory", "the stack")


def test_a_list_of_verdicts_is_read():
    (only,) = read(io.StringIO(VERDICTS))
    assert (only.rule, only.severity, only.level) == ("alb-waf", "medium", "advisory")


@pytest.mark.parametrize("text", ["nonsense", '{"a": 1}\nnonsense', "[1]", '"text"', "3"])
def test_anything_else_is_refused(text: str):
    with pytest.raises(ReportError):
        read(io.StringIO(text))


def test_nothing_is_no_violation():
    assert read(io.StringIO("")) == []
    assert "No violations." in markdown([])


def test_markdown_counts_and_lists_the_most_severe_first():
    text = markdown(read(io.StringIO(EVENTS)))
    assert "| high | 1 | 0 |" in text
    assert "| low | 0 | 1 |" in text
    assert text.index("`ecr-tag-immutability`") < text.index("`exemption-shown`")
    assert "'MUTABLE' \\| Set it." in text


def test_sarif_has_the_rule_the_urn_and_the_level():
    log = sarif(read(io.StringIO(EVENTS)))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert rules[results[0]["ruleIndex"]]["id"] == results[0]["ruleId"] == "ecr-tag-immutability"
    assert rules[0]["properties"]["security-severity"] == "8.0"
    assert [result["level"] for result in results] == ["error", "warning"]
    assert results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == URN
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.yaml"


def test_a_finding_keeps_its_fingerprint_and_another_has_another():
    marks = [result["partialFingerprints"] for result in sarif(read(io.StringIO(EVENTS)))["runs"][0]["results"]]
    again = [result["partialFingerprints"] for result in sarif(read(io.StringIO(EVENTS)))["runs"][0]["results"]]
    assert marks == again
    assert marks[0] != marks[1]


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [(["markdown"], EVENTS, 0), (["sarif"], VERDICTS, 0), (["junit"], "", 2), ([], "", 2), (["sarif"], "x", 2)],
)
def test_the_command(arguments, text, code, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert bool(printed.out) is (code == 0)
    assert bool(printed.err) is (code != 0)
