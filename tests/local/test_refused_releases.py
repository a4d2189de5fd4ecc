"""Releases that are refused, with real containers: what is told of each, and that the old version answers on."""

from collections.abc import Callable, Generator

import pytest

from local.clients import LocalClients
from tests.local.project import Stack, stack_with_docker

pytestmark = pytest.mark.containers
PORT = 4579
BROKEN = 'import sys\nprint("no database", flush=True)\nsys.exit(3)\n'


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with stack_with_docker(tmp_path_factory.mktemp("project"), PORT) as made:
        made.up()
        yield made


def test_a_secret_without_a_value_is_refused_with_the_command_that_fills_it_and_goes_live_when_filled(stack: Stack):
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
        stack.returns_to(good)
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
