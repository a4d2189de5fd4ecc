"""Reports from the engine's events and from a list of verdicts."""

import io
import json

import pytest
from slipway_policies.report import ReportError, Told, main, markdown, read, sarif
from slipway_policies.rules import RULES
from slipway_policies.summary import SUMMARIES

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
                "message": "<{%reset%}>Tags are immutable.\nweb: imageTagMutability is 'MUTABLE' | Set it.<{%reset%}>",
                "color": "raw",
                "policyName": "ecr-tag-immutability",
                "policyPackName": "slipway-policies",
                "enforcementLevel": "mandatory",
            },
        },
        {
            "sequence": 2,
            "timestamp": 1,
            "policyEvent": {
                "message": "<{%fg 1%}>said<{%reset%}>\n",
                "policyName": "exemption-shown",
                "enforcementLevel": "warning",
            },
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


def test_the_verdicts_of_each_stack_are_read():
    verdicts = json.loads(VERDICTS)
    text = "\n".join(json.dumps({"stack": stack, "policies": verdicts}, indent=2) for stack in ("dev", "prod"))
    assert read(io.StringIO(text)) == read(io.StringIO(VERDICTS)) * 2


def test_a_rule_of_another_pack_has_the_severity_that_came_with_it():
    told = [{"rule": "other", "message": "x"}, {"rule": "other", "message": "x", "severity": "critical"}]
    told += [{"rule": "other", "message": "x", "severity": "odd"}, {"rule": "alb-waf", "severity": "low"}]
    assert [each.severity for each in read(io.StringIO(json.dumps(told)))] == ["medium", "critical", "medium", "medium"]


@pytest.mark.parametrize("text", ["nonsense", '{"a": 1}\nnonsense', "[1]", '[{"rule": 1}]', '"text"', "3"])
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


def test_sarif_has_the_structure_that_the_standard_demands():
    verdicts = [
        {"rule": each.id, "urn": URN, "message": each.mend, "level": "mandatory"} for each in (*RULES, *SUMMARIES)
    ]
    told = [*read(io.StringIO(json.dumps(verdicts))), *read(io.StringIO(EVENTS)), Told("other", "", "said", "odd")]
    log = json.loads(json.dumps(sarif(told)))
    assert log.keys() == {"$schema", "version", "runs"}
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]) == len(RULES) + len(SUMMARIES) + 1
    for rule in driver["rules"]:
        assert rule.keys() <= {"id", "name", "shortDescription", "fullDescription", "help", "properties"}
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help") if key in rule)
    for result in run["results"]:
        assert result.keys() == {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"}
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        assert all(each.keys() == {"name", "fullyQualifiedName", "kind"} for each in place["logicalLocations"])


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
