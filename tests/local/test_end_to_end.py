"""The stack on this machine, with real containers and real HTTP, in a copy of the project."""

import http.client
import json
import time
from collections.abc import Generator

import pytest
import yaml

from local import docker_engine, emulator
from local.clients import LocalClients
from local.images import LABEL, owner, steps_file
from tests.local.project import Stack, stack_with_docker

pytestmark = pytest.mark.containers
PORT = 4577


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with stack_with_docker(tmp_path_factory.mktemp("project"), PORT) as made:
        yield made


def test_first_deployment_answers_with_the_content_tag_and_a_second_run_changes_nothing(stack: Stack):
    first = stack.up()
    version = stack.version()
    assert version
    assert version.startswith("c-")
    assert version in first
    second = stack.up()
    assert "nothing changed" in second
    assert stack.version() == version


def test_both_tasks_answer_with_environment_secret_and_logs(stack: Stack):
    clients = LocalClients(f"http://127.0.0.1:{PORT}", "us-east-1")
    arn = clients.client("secretsmanager").create_secret(Name="key", SecretString="hush")["ARN"]

    def add(web: dict) -> None:  # type: ignore[type-arg]
        web["task"] |= {"environment": {"GREETING": "good day"}, "secrets": {"APP_SECRET": arn}}

    stack.configure(add)
    stack.up()
    hosts = set()
    for _ in range(40):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        connection.request("GET", "/", headers={"Host": "balancer.alb.localhost"})
        body = json.loads(connection.getresponse().read())
        connection.close()
        hosts.add(body["host"])
        assert body["greeting"] == "good day"
        assert body["secretConfigured"] is True
        assert "hush" not in json.dumps(body)
    assert len(hosts) == 2
    logs = stack.run("logs").stdout
    assert "/slipway-local/web" in logs
    assert '"version"' in logs


def test_a_killed_container_returns(stack: Stack):
    docker, good = docker_engine.connect(), stack.version()
    label = {"label": f"{LABEL}={owner('local', stack.home)}"}
    before = {one.id for one in docker.containers.list(filters=label, ignore_removed=True)}
    victim = next(iter(before))
    docker.containers.get(victim).kill()
    deadline = time.monotonic() + 60
    while (
        len(now := {one.id for one in docker.containers.list(filters=label, ignore_removed=True)}) < len(before)
        or victim in now
    ):
        assert time.monotonic() < deadline, "no container took the killed one's place"
        time.sleep(0.2)
    docker.close()
    assert len(now - before) == 1
    stack.returns_to(str(good))


def test_a_worker_runs_beside_its_queue_and_nobody_asks_it(stack: Stack):
    before = stack.file.read_text()
    content = yaml.safe_load(before)
    content["config"]["services"]["worker"] = {"queue": {"visibilityTimeout": 120}, "desiredCount": 1}
    stack.file.write_text(yaml.safe_dump(content))
    said = stack.up()
    assert "nobody asks it: it runs" in said
    assert "nothing changed" in stack.up()
    sqs = LocalClients(f"http://127.0.0.1:{PORT}", "us-east-1").client("sqs")
    url = sqs.get_queue_url(QueueName="slipway-local-worker")["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["VisibilityTimeout"] == "120"
    assert json.loads(told["RedrivePolicy"])["deadLetterTargetArn"].endswith(":slipway-local-worker_dead")
    docker = docker_engine.connect()
    label = {"label": f"{LABEL}={owner('local', stack.home)}"}
    environments = [one.attrs["Config"]["Env"] for one in docker.containers.list(filters=label, ignore_removed=True)]
    docker.close()
    address = "QUEUE_URL=https://sqs.us-east-1.amazonaws.com/000000000000/slipway-local-worker"
    assert sum(address in each for each in environments) == 1
    sqs.send_message(QueueUrl=url, MessageBody="work")
    assert [one["Body"] for one in sqs.receive_message(QueueUrl=url)["Messages"]] == ["work"]
    stack.file.write_text(before)


def test_a_service_moves_to_instances_and_back_and_answers_from_containers(stack: Stack):
    good, before = stack.version(), stack.file.read_text()
    content = yaml.safe_load(before)
    content["config"]["cluster"] = {"ec2": {"os": "AL2023", "onDemandPercentage": 0}}
    content["config"]["services"]["web"]["capacity"] = [{"provider": "EC2"}]
    stack.file.write_text(yaml.safe_dump(content))
    moved = stack.up()
    assert "service web rolls to slipway-local-web" in moved
    told = " ".join(moved.split("declared only: ")[1].split("not exercised")[0].split())
    assert {"CapacityProvider", "Group", "InstanceProfile", "LaunchTemplate"} <= set(told.split(", "))
    assert stack.version() == good
    stack.file.write_text(before)
    assert "service web rolls to slipway-local-web" in stack.up()
    assert stack.version() == good


def test_down_leaves_nothing(stack: Stack):
    pid = json.loads((stack.home / "emulator.json").read_text())["pid"]
    label = f"{LABEL}={owner('local', stack.home)}"
    docker = docker_engine.connect()
    steps = set(steps_file(stack.home).read_text().split())
    running = docker.containers.list(filters={"label": label}, ignore_removed=True)
    volumes = {mount["Name"] for one in running for mount in one.attrs["Mounts"] if mount["Type"] == "volume"}
    assert volumes
    assert [one for one in docker.images.list(all=True) if one.short_id.removeprefix("sha256:")[:12] in steps]
    done = stack.run("down")
    assert done.returncode == 0, done.stdout
    assert docker.containers.list(all=True, filters={"label": label}, ignore_removed=True) == []
    assert docker.images.list(all=True, filters={"label": label}) == []
    assert volumes.isdisjoint(one.name for one in docker.volumes.list())
    images = docker.images.list(all=True)
    parents = {one.attrs["Parent"] for one in images}  # of other stacks' images, which are made from the same steps
    left = [one for one in images if one.short_id.removeprefix("sha256:")[:12] in steps and not one.tags]
    assert [one.id for one in left if one.id not in parents] == []
    assert emulator.started(pid) is None  # gone, or dead and waiting for its parent
    assert not stack.home.exists()
    docker.close()
