"""The commands of day two: each word is what AWS has, and a shell reads them as they are meant."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import boto3
import pytest

from release import __main__ as command
from release.commands import Subject, commands, deploy
from release.record import Site

SITE = Site("123456789012", "eu-central-1", "shop-dev", "web", "/shop-dev/web/release")
PLAIN = Subject(SITE, "web", "/shop-dev/web", 2)
ROUTED = replace(PLAIN, routed={"name": "cloudwatch_logs", "log_group_name": "/shop/web"})
ALL = [PLAIN, replace(PLAIN, scaling=(2, 10), exec_enabled=True), replace(PLAIN, provider="ec2-shop-dev"), ROUTED]
TAIL = {"--since", "--follow", "--format", "--filter-pattern", "--log-stream-names", "--log-stream-name-prefix"}
"""`aws logs tail` is the CLI's own ("AWS CLI Command Reference", tail), in no service's model."""
EVERYWHERE = {"--region", "--query", "--output"}
OWN = {("ecs", "execute-command"): {"--interactive"}}
"""A boolean of the API is a flag without a value."""


def parts(line: str) -> Iterator[list[str]]:
    """The commands in a line as lists of words, those inside `$( )` too, as the shell would part them."""
    if line.startswith('revision="'):
        assigned, line = line.split(" && ", 1)
        line = line.replace('"$revision"', "REVISION")
        yield from parts(assigned.removeprefix('revision="$(').removesuffix(')"'))
    words = shlex.split(line)
    yield words
    for word in words:
        if word.startswith("$("):
            yield from parts(word.removeprefix("$(").removesuffix(")"))


@cache
def model(service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
    return boto3.client(service, **keys).meta.service_model


def kebab(name: str) -> str:
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).lstrip("-")


def flags(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    key = ""
    for word in words:
        if word.startswith("--"):
            key = word
            assert key not in found, f"{key} twice"
            found[key] = []
        elif key:
            found[key].append(word)
    return found


def every() -> list[tuple[str, list[str]]]:
    return [(name, words) for one in ALL for name, line in commands(one).items() for words in parts(line)]


@pytest.mark.parametrize(("name", "words"), every())
def test_every_flag_is_a_parameter_of_the_operation(name: str, words: list[str]):
    if words[:3] == ["python", "-m", "release"]:
        asked = command._words(words[3:])
        assert (asked.cluster, asked.region, asked.account) == ("shop-dev", "eu-central-1", "123456789012")
        assert (asked.record, asked.services) == ("/shop-dev/web/release", ["web"])
        return
    _, service, operation = words[:3]
    given = flags(words[3:])
    assert given["--region"] == ["eu-central-1"]
    if (service, operation) == ("logs", "tail"):
        assert words[3] in ("/shop-dev/web", "/shop/web")
        assert given.keys() <= TAIL | EVERYWHERE
        return
    operations = {kebab(one): one for one in model(service).operation_names}
    shape = model(service).operation_model(operations[operation]).input_shape
    known = {f"--{kebab(member)}": member for member in shape.members}
    assert given.keys() <= known.keys() | EVERYWHERE, name
    assert {f"--{kebab(one)}" for one in shape.required_members} <= given.keys()
    if service == "ecs":
        assert given["--cluster"] == ["shop-dev"]
    for flag, values in given.items():
        boolean = flag in known and shape.members[known[flag]].type_name == "boolean"
        assert len(values) == (0 if boolean else 1), flag


def test_what_a_query_asks_for_is_there():
    for _, words in every():
        given = flags(words)
        if "--query" not in given:
            continue
        operation = "".join(part.title() for part in words[2].split("-"))
        top, *rest = given["--query"][0].replace("[0]", "").split(".")
        shape = model(words[1]).operation_model(operation).output_shape.members[top].member
        assert all(key in shape.members for key in rest)


def test_each_is_what_it_is_for():
    told = commands(PLAIN)
    assert told["logs"] == "aws logs tail /shop-dev/web --follow --since 1h --region eu-central-1"
    where = "--cluster shop-dev --region eu-central-1 --account 123456789012 --record /shop-dev/web/release web"
    assert told["explain"] == f"python -m release explain {where}"
    assert told["rollback"] == (
        f'revision="$(python -m release previous {where})" && aws ecs update-service --cluster shop-dev '
        '--service web --task-definition "$revision" --region eu-central-1'
    )
    assert told["scale"] == (
        "aws ecs update-service --cluster shop-dev --service web --desired-count 2 --region eu-central-1"
    )
    assert "exec" not in told
    (run, *_) = parts(told["run"])
    given = flags(run)
    (overrides,) = given["--overrides"]
    assert json.loads(overrides) == {"containerOverrides": [{"name": "web", "command": ["COMMAND"]}]}
    assert given["--launch-type"] == ["FARGATE"]


@pytest.mark.parametrize("name", ["cloudwatch", "cloudwatch_logs"])
def test_lines_that_a_log_router_sends_to_a_group_are_read_there_and_its_own_in_the_log(name: str):
    options = {"Name": name, "Log_Group_Name": "/shop/web", "region": "eu-west-1"}
    told = commands(replace(PLAIN, routed=options))
    assert told["logs"] == "aws logs tail /shop/web --follow --since 1h --region eu-west-1"
    assert told["routerLogs"] == commands(PLAIN)["logs"]
    assert commands(ROUTED)["logs"] == "aws logs tail /shop/web --follow --since 1h --region eu-central-1"
    assert "routerLogs" not in commands(PLAIN)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"Name": "loki", "Host": "it's far"}, "Host it's far, Name loki"),
        (
            {"Name": "cloudwatch", "log_group_name": "/$(ecs_task_id)"},
            "Name cloudwatch, log_group_name /$(ecs_task_id)",
        ),
        (
            {"Name": "cloudwatch_logs", "log_group_name": "/a", "log_group_template": "/b"},
            "Name cloudwatch_logs, log_group_name /a, log_group_template /b",
        ),
        ({}, "its own configuration says where"),
    ],
)
def test_lines_that_go_elsewhere_are_told_of_in_one_harmless_line(options: dict[str, str], where: str):
    told = commands(replace(PLAIN, routed=options))["logs"]
    assert shlex.split(told) == ["echo", f"sent on by the log router (FireLens): {where}"]


def test_a_service_that_scales_is_scaled_by_its_bounds():
    given = flags(next(parts(commands(ALL[1])["scale"])))
    assert given["--resource-id"] == ["service/shop-dev/web"]
    assert (given["--min-capacity"], given["--max-capacity"]) == (["2"], ["10"])


def test_a_shell_is_opened_only_where_it_is_enabled():
    outer, inner = parts(commands(ALL[1])["exec"])
    assert outer[:3] == ["aws", "ecs", "execute-command"]
    assert flags(outer)["--container"] == ["web"]
    assert flags(inner)["--service-name"] == ["web"]


def test_a_task_on_instances_goes_to_their_provider():
    given = flags(next(parts(commands(ALL[2])["run"])))
    assert given["--capacity-provider-strategy"] == ["capacityProvider=ec2-shop-dev,weight=1"]
    assert "--launch-type" not in given


@pytest.mark.parametrize("name", ["it's", "two words", "a;b", "$(rm)", "`x`", '"'])
def test_a_name_never_leaves_its_quotes(name: str):
    words = shlex.split(deploy(SITE._replace(cluster=name), "web:7"))
    assert words[words.index("--cluster") + 1] == name
