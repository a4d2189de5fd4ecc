"""Each cause has the lines of the stack file that mend it, and these lines are options that there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from release.causes import CAUSES, Cause, Rules, cause_of
from release.stack_line import lines_to_change
from settings.options import _model_at, model_of
from settings.stack import StackOptions

FILE = """\
# A comment.
config:
  aws:region: eu-central-1
  shop:services:
    web:
      task:
        memory: 512
        sidecars:
          proxy:
            image: example.com/proxy:1
    "api": {healthCheck: {path: /}}
"""


def every(rules: Rules = CAUSES) -> Iterator[Cause]:
    for _, cause in rules:
        yield cause
        yield from every(cause.finer)


def is_option(path: str) -> bool:
    """Whether a stack file may have this path; names of services and sidecars are any."""
    *steps, last = path.split(".")
    model = _model_at(model_of(StackOptions), tuple(steps))
    return model is not None and last in {field.alias for field in model.model_fields.values()}


@pytest.mark.parametrize("sidecar", [None, "proxy", "log-router"])
@pytest.mark.parametrize("cause", list(every()), ids=lambda cause: cause.words)
def test_every_line_to_change_is_an_option(cause: Cause, sidecar: str | None):
    for line in lines_to_change(cause, "web", sidecar, None):
        assert is_option(line.removeprefix("the stack file: ")), line


@pytest.mark.parametrize("path", ["services.web.healthCheck.pth", "nonsense", "services.web.task.sidecars.x.nope"])
def test_what_is_no_option_is_seen(path: str):
    assert not is_option(path)


def test_every_cause_that_a_setting_mends_has_a_line():
    none = {cause.words for cause in every() if not cause.lines}
    assert none == {
        "ECS cannot assume the task's role",
        "the log group is missing, or the execution role may not write to it",
    }


def test_rules_come_before_texts():
    cause = cause_of(["Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage"])
    assert cause
    assert "more memory" in cause.words


@pytest.mark.parametrize("text", ["(service spot) has started 1 tasks", "shop-dev-spotify:3 begins"])
def test_a_name_is_no_cause(text: str):
    assert cause_of([text]) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Health checks failed with these codes: [404]", "healthCheck.path"),
        ("Health checks failed with these codes: [503]", "healthCheck.path"),
        ("Request timed out", "gracePeriod"),
        ("Health checks failed: error while establishing a connection", "task.port"),
    ],
)
def test_what_the_balancer_says_makes_a_failing_check_finer(text: str, line: str):
    unhealthy = cause_of(["Task failed ELB health checks in (target-group x)"])
    assert unhealthy
    finer = cause_of([text], unhealthy.finer)
    assert finer
    assert finer.lines[0] == f"{{service}}.{line}"


@pytest.mark.parametrize(
    ("path", "service", "where"),
    [
        ("{service}.task.memory", "web", "line 7"),
        ("{image}", "web", "not set: the default holds"),
        ("{service}.healthCheck.path", "api", "line 11"),
        ("network.egress", "web", "not set: the default holds"),
        ("{service}.task.memory.x", "web", "not set: the default holds"),
    ],
)
def test_a_line_is_found_in_the_file(tmp_path: Path, path: str, service: str, where: str):
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(FILE)
    (told,) = lines_to_change(Cause("", (path,)), service, None, file)
    assert told.startswith("Pulumi.dev.yaml: ")
    assert told.endswith(f" ({where})")


def test_a_sidecars_image_is_its_own(tmp_path: Path):
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(FILE)
    told = lines_to_change(Cause("", ("{image}", "{container}.user")), "web", "proxy", file)
    assert told == (
        "Pulumi.dev.yaml: services.web.task.sidecars.proxy.image (line 10)",
        "Pulumi.dev.yaml: services.web.task.sidecars.proxy.user (not set: the default holds)",
    )


def test_a_log_router_has_its_own_options():
    (told,) = lines_to_change(Cause("", ("{image}",)), "web", "log-router", None)
    assert told == "the stack file: services.web.task.logRouter.image"


def test_a_file_that_is_elsewhere_is_named_all_the_same():
    told = lines_to_change(Cause("", ("{service}.task.memory",)), "web", None, Path("nowhere/Pulumi.dev.yaml"))
    assert told == ("Pulumi.dev.yaml: services.web.task.memory",)
