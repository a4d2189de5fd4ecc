"""What each stack file declares: the whole URN tree as a snapshot, and what must hold of it."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime.mocks import MockCallArgs
from rich.console import Console

from local import stack_file
from local.plan import Nothing, plan, show, unknown_paths
from local.program import UNKNOWN, Declared, ProgramError, Run

PROJECT = Path(__file__).resolve().parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
STACKS = stack_file.stacks(PROJECT)


@pytest.fixture(scope="module", params=STACKS)
def planned(request: pytest.FixtureRequest) -> tuple[str, Run]:
    return request.param, plan(PROJECT, request.param)


def of_type(run: Run, kind: str) -> list[Declared]:
    return [one for one in run.declared if one.type.endswith(f":{kind}") and one.custom]


def test_the_four_stacks_are_there():
    assert STACKS == ["dev", "local", "prod", "staging"]


def test_the_urns_are_those_of_the_snapshot(planned: tuple[str, Run]):
    stack, run = planned
    # The image is named after its content, which is not what this is about.
    urns = [one.urn.rsplit("-c-", 1)[0] if "docker:index" in one.urn else one.urn for one in run.declared]
    text = "\n".join(sorted(urns)) + "\n"
    path = SNAPSHOTS / f"{stack}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.read_text() == text, (
        "run again with UPDATE_SNAPSHOTS=1 if this is meant: a changed URN replaces a resource"
    )


def test_container_definitions_are_fully_known_at_first_preview(planned: tuple[str, Run]):
    _, run = planned
    (definition,) = of_type(run, "TaskDefinition")
    (container,) = json.loads(definition.inputs["containerDefinitions"])
    assert container["image"].rsplit(":", 1)[1].startswith("c-")
    assert container["readonlyRootFilesystem"] is True
    assert container["user"] == "10001:10001"
    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]
    assert set(unknown_paths(definition.inputs)) == {"executionRoleArn", "taskRoleArn"}


def test_the_definitions_are_canonical(planned: tuple[str, Run]):
    (definition,) = of_type(planned[1], "TaskDefinition")
    text = definition.inputs["containerDefinitions"]
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


def test_the_task_waits_for_its_image_and_the_image_for_its_repository(planned: tuple[str, Run]):
    _, run = planned
    (definition,), (image,), (repository,) = (of_type(run, kind) for kind in ("TaskDefinition", "Image", "Repository"))
    assert image.urn in definition.dependencies
    assert repository.urn in image.dependencies
    assert image.inputs["skipPush"] is False


def test_the_service_waits_for_its_rule_and_is_safe_to_roll(planned: tuple[str, Run]):
    _, run = planned
    (service,), (rule,) = of_type(run, "Service"), of_type(run, "ListenerRule")
    assert rule.urn in service.dependencies
    assert service.inputs["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert "launchType" not in service.inputs
    assert service.inputs["capacityProviderStrategies"]
    assert service.inputs["networkConfiguration"]["assignPublicIp"] is False


def test_the_release_record_is_no_secret(planned: tuple[str, Run]):
    _, run = planned
    (record,) = of_type(run, "Parameter")
    assert record.inputs["insecureValue"] == UNKNOWN
    assert "value" not in record.inputs


def test_the_count_is_ignored_exactly_when_scaling_is_on(planned: tuple[str, Run]):
    _, run = planned
    (service,) = of_type(run, "Service")
    assert service.ignore_changes == (("desiredCount",) if of_type(run, "Target") else ())


def test_nothing_is_open_to_the_world_but_what_was_asked(planned: tuple[str, Run]):
    stack, run = planned
    rules = of_type(run, "SecurityGroupIngressRule")
    opened = {(one.name, one.inputs["fromPort"]) for one in rules if one.inputs.get("cidrIpv4") == "0.0.0.0/0"}
    plain = {("balancer-0-0-0-0-0-80", 80)}
    secure = plain | {("balancer-0-0-0-0-0-443", 443)}
    assert opened == {"local": set(), "dev": plain}.get(stack, secure)
    for group in of_type(run, "SecurityGroup"):
        assert not {"ingress", "egress"} & group.inputs.keys()


def test_what_faces_the_internet_speaks_https_or_says_that_it_does_not(planned: tuple[str, Run]):
    stack, run = planned
    listeners = {one.inputs["protocol"]: one.inputs["defaultActions"] for one in of_type(run, "Listener")}
    assert listeners.keys() == ({"HTTP"} if stack in ("local", "dev") else {"HTTP", "HTTPS"})
    if "HTTPS" in listeners:
        assert listeners["HTTP"][0]["redirect"]["protocol"] == "HTTPS"
        (rule,) = of_type(run, "ListenerRule")
        (https,) = [one.urn for one in of_type(run, "Listener") if one.inputs["protocol"] == "HTTPS"]
        assert rule.property_dependencies["listenerArn"] == (https,)


def test_protect_is_on_where_people_rely_on_it(planned: tuple[str, Run]):
    stack, run = planned
    protected = {one.type.split(":")[-1] for one in run.declared if one.protect}
    relied_on = {"Repository", "LoadBalancer", "Bucket"}
    assert protected == {"prod": relied_on | {"Key"}, "staging": relied_on}.get(stack, set())
    (balancer,) = of_type(run, "LoadBalancer")
    assert balancer.inputs["enableDeletionProtection"] is (stack in ("prod", "staging"))


def test_repositories_are_private_scanned_immutable_and_cleaned(planned: tuple[str, Run]):
    _, run = planned
    (repository,), (policy,) = of_type(run, "Repository"), of_type(run, "LifecyclePolicy")
    assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    assert json.loads(policy.inputs["policy"])["rules"][1]["selection"]["countNumber"] == 30


def test_the_times_of_a_release_are_an_output_and_in_the_plan(planned: tuple[str, Run]):
    stack, run = planned
    assert run.outputs["releaseSeconds"]["web"]["live (usual)"] == (75 if stack == "local" else 120)
    out = StringIO()
    show(Console(file=out, width=200), stack, run)
    assert "a release of web: healthy 10 s" in out.getvalue() or "a release of web: healthy 30 s" in out.getvalue()


def test_where_releases_are_is_known_at_first_preview(planned: tuple[str, Run]):
    stack, run = planned
    region, account = ("us-east-1", "0" * 12) if stack == "local" else ("eu-central-1", "123456789012")
    site = {"account": account, "region": region, "cluster": f"slipway-{stack}", "service": "web"}
    assert run.outputs["releases"] == {"web": {**site, "record": f"/slipway-{stack}/web/release"}}


def test_what_people_type_is_known_at_first_preview(planned: tuple[str, Run]):
    stack, run = planned
    told = run.outputs["commands"]["web"]
    assert told.keys() == {"logs", "explain", "run", "scale", "rollback"}
    assert f"/slipway-{stack}/web --follow" in told["logs"]
    assert ("register-scalable-target" in told["scale"]) is (stack in ("staging", "prod"))


def test_what_can_be_restored_is_not_known_offline_and_the_plan_says_what_is(planned: tuple[str, Run]):
    stack, run = planned
    assert run.outputs["rollback"] == UNKNOWN
    out = StringIO()
    show(Console(file=out, width=300), stack, run)
    assert "going back, web: a release can be restored until 30 others were pushed after it" in out.getvalue()


def test_every_statement_names_its_resources(planned: tuple[str, Run]):
    for one in of_type(planned[1], "RolePolicy"):
        assert one.inputs["policy"] != UNKNOWN
        for statement in json.loads(one.inputs["policy"])["Statement"]:
            assert statement["Resource"] != "*" or statement["Action"] == "ecr:GetAuthorizationToken"


def test_every_component_registers_under_a_frozen_token(planned: tuple[str, Run]):
    tokens = {one.type for one in planned[1].declared if one.type.startswith("slipway:")}
    expected = {
        "App",
        "AppImage",
        "Cluster",
        "ImageRepository",
        "LoadBalancer",
        "LogBucket",
        "Network",
        "Release",
        "Service",
        "Task",
    }
    optional = {f"slipway:index:{name}" for name in ("AlarmTopic", "Certificate", "Scaling", "ServiceAlarms")}
    assert tokens - optional == {f"slipway:index:{name}" for name in expected}


def configured(tmp_path: Path, stack: str, config: str) -> Path:
    """The project with one stack file of its own."""
    for name in ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / f"Pulumi.{stack}.yaml").write_text(f"config: {config}\n")
    return tmp_path


@pytest.mark.parametrize("stack", ["Dev", "dev.two", "dev--two", "dev-"])
def test_a_stack_whose_name_aws_would_refuse_is_told_before_anything_is_declared(tmp_path: Path, stack: str):
    project = configured(tmp_path, stack, "{slipway:services: {web: {}}}")
    with pytest.raises(ProgramError, match=f"Stack '{stack}' needs another name") as error:
        plan(project, stack)
    assert "lower case letters and digits" in str(error.value)
    assert f"(got 'slipway-{stack}')" in str(error.value)


def test_a_project_made_by_pulumi_new_plans_under_its_own_name(tmp_path: Path):
    """It has another name, no template any more, and the tags that the CLI writes."""
    project = configured(tmp_path, "dev", "{aws:region: eu-central-1, services: {web: {}}}")
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())
    described["config"]["pulumi:tags"] = {"value": {"pulumi:template": "slipway"}}
    (project / "Pulumi.yaml").unlink()
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({**described, "name": "shop", "template": None}))
    (cluster,) = of_type(plan(project, "dev"), "Cluster")
    assert cluster.inputs["name"] == "shop-dev"


def test_the_registry_is_not_asked_for_an_image_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def call(self: Nothing, args: MockCallArgs) -> Any:
        asked.append(args.token)
        return answer(self, args)

    answer = Nothing.call
    monkeypatch.setattr(Nothing, "call", call)
    services = "{slipway:services: {web: {image: {reference: ghcr.io/shop/web:1}}}}"
    plan(configured(tmp_path, "other", services), "other")
    assert [token for token in asked if token.startswith("aws:ecr/")] == []


def test_a_stack_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(
        stack_file.StackFileError, match=r"no stack file Pulumi\.nope\.yaml; the stacks are: dev, local"
    ):
        plan(PROJECT, "nope")


def test_a_wrong_key_is_told_by_the_plan(tmp_path: Path):
    project = configured(tmp_path, "bad", "{slipway:services: {web: {task: {cpuu: 1}}}, slipway:nonsense: 1}")
    with pytest.raises(ProgramError, match="did you mean 'cpu'") as error:
        plan(project, "bad")
    assert "nonsense: unknown key" in str(error.value)
