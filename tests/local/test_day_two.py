"""What is done with a version that runs, with real containers: promote it, roll it, go back, look inside."""

import re
from collections.abc import Generator

import pytest

from local import docker_engine
from local.images import LABEL, owner
from tests.local.project import Stack, stack_with_docker

pytestmark = pytest.mark.containers
PORT = 4580


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with stack_with_docker(tmp_path_factory.mktemp("project"), PORT) as made:
        made.up()
        yield made


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
    stack.returns_to(a)
    stack.main.write_text(source)
    stack.up()
    done = stack.run("scale", "nope", "1")
    assert done.returncode == 1
    assert "no service 'nope'" in done.stdout


def test_a_service_that_is_not_there_has_no_story(stack: Stack):
    told = stack.run("explain", "nope")
    assert told.returncode == 2
    assert "no release of a service 'nope' in cluster 'slipway-local'; its services are: web" in told.stdout


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
