"""The stack on this machine, with real containers and real HTTP, in a copy of the project."""

import json
import re
import time
from collections.abc import Callable, Generator

import pytest
import yaml

from local import docker_engine, emulator
from local.images import LABEL, owner, steps_file
from tests.local.project import Stack, stack_with_docker

PORT = 4577
BROKEN = 'import sys\nprint("no database", flush=True)\nsys.exit(3)\n'


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
    from local.clients import LocalClients  # noqa: PLC0415 - only where the stack is up

    clients = LocalClients(f"http://127.0.0.1:{PORT}", "us-east-1")
    arn = clients.client("secretsmanager").create_secret(Name="key", SecretString="hush")["ARN"]

    def add(web: dict) -> None:  # type: ignore[type-arg]
        web["task"] |= {"environment": {"GREETING": "good day"}, "secrets": {"APP_SECRET": arn}}

    stack.configure(add)
    stack.up()
    import http.client  # noqa: PLC0415 - as above

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


def test_a_secret_without_a_value_is_refused_with_the_command_that_fills_it_and_goes_live_when_filled(stack: Stack):
    from local.clients import LocalClients  # noqa: PLC0415 - only where the stack is up

    good, before = stack.version(), stack.file.read_text()
    stack.configure(lambda web: web["task"].update(createdSecrets={"db": {}}, secrets={"APP_SECRET": "db:password::"}))
    done = stack.run("up")
    assert done.returncode == 1, done.stdout
    told = "".join(done.stdout.split("cause:")[1].split())  # lines are wrapped wherever they end
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:slipway-local/web/db"
    assert f"put-secret-value--secret-id{arn}--secret-string" in told
    assert stack.version() == good
    clients = LocalClients(f"http://127.0.0.1:{PORT}", "us-east-1")
    clients.client("secretsmanager").put_secret_value(SecretId=arn, SecretString='{"password": "hush"}')
    assert "service web rolls to" in stack.up()
    stack.file.write_text(before)
    stack.up()
    assert stack.version() == good


def test_what_was_built_is_promoted_by_its_digest_and_what_was_not_is_refused(stack: Stack):
    good, before, source = stack.version(), stack.file.read_text(), stack.main.read_text()
    stack.configure(lambda web: web.update(image={"promoteFrom": "slipway-local/web"}))
    promoted = stack.up()
    assert "service web rolls to" in promoted
    assert "built and pushed" not in promoted
    assert stack.version() == good
    docker = docker_engine.connect()
    running = docker.containers.list(filters={"label": f"{LABEL}={owner('local', stack.home)}"}, ignore_removed=True)
    assert {one.attrs["Config"]["Image"].partition("@")[2][:7] for one in running} == {"sha256:"}
    docker.close()
    stack.main.write_text(source + "# never built\n")
    done = stack.run("up")
    assert done.returncode == 1, done.stdout
    assert "services.web.image.promoteFrom: has no image of this content, c-" in done.stdout
    assert stack.version() == good
    stack.main.write_text(source)
    stack.file.write_text(before)
    stack.up()


def test_a_killed_container_returns(stack: Stack):
    docker = docker_engine.connect()
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
    assert stack.version()


def test_what_the_policies_refuse_is_not_deployed(stack: Stack):
    good, before = stack.version(), stack.file.read_text()
    everything = {"actions": ["s3:*"], "resources": ["*"]}
    stack.configure(lambda web: web["task"].update(cpu=512, memory=1024, permissions=[everything]))
    done = stack.run("up")
    assert done.returncode == 1, done.stdout
    assert "the policies refuse stack local, nothing is deployed: iam-no-wildcards" in done.stdout
    assert "task definition" not in done.stdout.split("policies:")[0]
    assert "rolls to" not in done.stdout
    assert stack.version() == good
    stack.file.write_text(before)


def test_what_is_done_by_hand_on_day_two(stack: Stack):
    a, source = stack.version(), stack.main.read_text()
    code = "import sys; print('said'); sys.exit(4)"
    for command in ("exec", "run"):
        done = stack.run(command, "web", "--", "python3", "-c", code)
        assert (done.returncode, done.stdout) == (4, "said\n")
    assert stack.run("scale", "web", "1").returncode == 0
    assert "of 1 tasks" in stack.run("status").stdout
    stack.main.write_text(source + "# by hand\n")
    stack.up()
    b = stack.version()
    told = stack.run("releases").stdout.splitlines()
    assert told[1].endswith("runs, for 29 more pushes")
    assert told[2].endswith(f":{b}")
    assert told[3].endswith("for 28 more pushes")
    assert told[4].endswith(f":{a}")
    done = stack.run("rollback", "web")
    assert done.returncode == 0, done.stdout
    assert stack.version() == a
    stack.main.write_text(source)
    stack.up()
    done = stack.run("scale", "nope", "1")
    assert done.returncode == 1
    assert "no service 'nope'" in done.stdout


def test_a_to_b_to_a_each_answers_with_its_own_version(stack: Stack):
    a, source = stack.version(), stack.main.read_text()
    stack.main.write_text(source + "# B\n")
    told = stack.folder / "told.md"
    done = stack.run("rehearse", "--markdown", str(told))
    assert done.returncode == 0, done.stdout
    b = stack.version()
    assert b != a
    first, *rest = told.read_text().splitlines()
    assert first == f"**web**: `{a}` → `{b}`"
    lost, answer, image, memory = (line for line in rest if line)
    assert re.fullmatch(r"- requests lost: \*\*\d+\*\* of [1-9]\d+", lost)
    assert re.fullmatch(r"- first answer of the new version: after \d+\.\d s, build included", answer)
    assert re.fullmatch(r"- image: [1-9]\d+\.\d MiB \([+-]0\.0\)", image)
    assert re.fullmatch(r"- memory: [1-9]\d* MiB \(was [1-9]\d* MiB\)", memory)
    stack.main.write_text(source)
    again = stack.up()
    assert stack.version() == a
    assert "built and pushed" not in again


def test_a_crashing_image_is_refused_with_its_cause_while_the_old_version_answers_and_still_on_the_next_run(
    stack: Stack,
):
    good, source = stack.version(), stack.main.read_text()
    stack.main.write_text(BROKEN)
    for _ in range(2):
        done = stack.run("up")
        assert done.returncode == 1, done.stdout
        assert "The release of web is not live" in done.stdout
        assert "the container exited" in done.stdout
        assert "exit code 3" in done.stdout
        assert "no database" in done.stdout
        assert "up and verified" not in done.stdout
        assert stack.version() == good
    told = stack.run("explain", "web")
    assert told.returncode == 1, told.stdout
    assert "web in slipway-local: NOT LIVE\n  its deployment failed, and ECS rolled back\n" in told.stdout
    assert "  cause     the container exited\n  change    Pulumi.local.yaml: services.web.image" in told.stdout
    for row in ("container web: exit code 3", "log            no database", "target         healthy"):
        assert row in told.stdout
    stack.main.write_text(source)
    stack.up()
    assert stack.version() == good
    told = stack.run("explain")
    assert told.returncode == 0, told.stdout
    assert told.stdout.startswith("web in slipway-local: LIVE\n")


def test_a_service_that_is_not_there_has_no_story(stack: Stack):
    told = stack.run("explain", "nope")
    assert told.returncode == 2
    assert "no release of a service 'nope' in cluster 'slipway-local'; its services are: web" in told.stdout


def test_a_missing_image_is_refused_with_its_cause(stack: Stack):
    good, before = stack.version(), stack.file.read_text()
    missing = f"127.0.0.1:{PORT}/slipway-local/web@sha256:{'0' * 64}"
    stack.configure(lambda web: web.update(image={"reference": missing}))
    done = stack.run("up")
    assert done.returncode == 1, done.stdout
    assert "image" in done.stdout.split("cause:")[1].splitlines()[0]
    assert "change:   Pulumi.local.yaml: services.web.image (line " in done.stdout
    assert stack.version() == good
    told = stack.run("explain")
    assert told.returncode == 1, told.stdout
    assert "  change    Pulumi.local.yaml: services.web.image (line " in told.stdout
    stack.file.write_text(before)
    stack.up()


def migrate(code: str) -> Callable[[dict], None]:  # type: ignore[type-arg]
    return lambda web: web.update(beforeRelease={"command": ["python3", "-c", code]})


def test_a_task_before_the_release_runs_once_and_a_failing_one_keeps_the_old_version(stack: Stack):
    good, before, source = stack.version(), stack.file.read_text(), stack.main.read_text()
    stack.configure(migrate("import os; print('migrated to', os.environ['APP_VERSION'])"))
    assert "web: the task before the release ended well" in stack.up()
    assert "nothing changed" in stack.up()
    assert f"migrated to {good}" in stack.run("logs").stdout

    stack.main.write_text(source + "# needs a table\n")
    stack.configure(migrate("import sys; print('no such table: users', flush=True); sys.exit(4)"))
    for _ in range(2):
        done = stack.run("up")
        assert done.returncode == 1, done.stdout
        assert "The task before the release of web failed: exit code 4." in done.stdout
        assert "log: no such table: users" in done.stdout
        assert "rolls to" not in done.stdout
        assert "up and verified" not in done.stdout
        assert stack.version() == good
    stack.configure(migrate("print('mended')"))
    assert "web: the task before the release ended well" in stack.up()
    assert stack.version() != good
    stack.file.write_text(before)
    stack.main.write_text(source)
    stack.up()
    assert stack.version() == good


def test_a_worker_runs_beside_its_queue_and_nobody_asks_it(stack: Stack):
    from local.clients import LocalClients  # noqa: PLC0415 - only where the stack is up

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
    left = [one for one in docker.images.list(all=True) if one.short_id.removeprefix("sha256:")[:12] in steps]
    assert [one.tags for one in left if not one.tags] == []
    assert emulator.started(pid) is None  # gone, or dead and waiting for its parent
    assert not stack.home.exists()
    docker.close()
