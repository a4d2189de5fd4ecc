"""The comment, made from what the real engine said."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from real_previews import NAMES, RECORDS, recorded

from review import run
from review.comment import LIMIT, MARKER, comment

STACKS = ["dev", "staging", "prod", "lab"]
IMAGE = "web: `slipway-dev/web` `c-542030a64c9114f60e9f` → `c-164302b2135bce99fb9a`"


def told(name: str) -> str:
    return comment([recorded(name)])


def section(text: str, title: str) -> list[str]:
    """The items of a section."""
    _, _, rest = text.partition(f"**{title}**\n\n")
    return rest.partition("\n\n")[0].splitlines()


def test_a_line_of_the_app_is_an_image_and_its_version():
    text = told("app")
    assert section(text, "Images") == [f"- {IMAGE}, to be built from `app/Dockerfile`"]
    assert section(text, "Container web") == [
        "- env `APP_VERSION`: `c-542030a64c9114f60e9f` → `c-164302b2135bce99fb9a`"
    ]
    assert section(text, "Other updates") == [
        "- service `web`: `taskDefinition`: known after the update",
        "- parameter `web`: `insecureValue`: known after the update",
    ]
    assert "- **dev**: 1 create, 2 updates, 1 replace, 1 delete; 5 warnings, 5 exempt, 73 rules passed" in text
    assert text.count("**Container web**") == 1, "a replacement has three steps, and is one change"
    assert "CAUTION" not in text, "a task definition's next revision loses nothing"


def test_an_image_that_is_there_already_is_not_built():
    lines = (RECORDS / "app.events").read_text().replace('"skipPush": false', '"skipPush": true')
    text = comment([run.read("dev", lines.splitlines())])
    assert section(text, "Images") == [f"- {IMAGE}, already in its repository"]


def test_another_size_is_told_of_the_task_and_its_container():
    text = told("larger")
    assert section(text, "Task web") == ["- cpu: `256` → `512`", "- memory: `512` → `1024`"]
    assert section(text, "Container web") == ["- env `DB_PASSWORD` added: not shown", "- env `GREETING` added: `hello`"]
    assert "**Images**" not in text


def test_a_new_service_shows_its_container_in_full():
    text = told("service")
    assert section(text, "Images") == [
        "- api: `slipway-dev/api` `c-542030a64c9114f60e9f`, to be built from `app/Dockerfile`"
    ]
    lines = section(text, "Container api")
    assert {"- env `PORT`: `8080`", "- port `8080.protocol`: `tcp`", "- user: `10001:10001`"} <= set(lines)
    (definitions,) = (step.new["containerDefinitions"] for step in recorded("service").steps if "taskDef" in step.type)
    (container,) = json.loads(definitions)
    unsaid = {"name", "image", "essential", "secrets", "volumesFrom", "systemControls"}
    assert {key for key, value in container.items() if value in ([], {})} <= unsaid
    assert len(lines) >= len(container.keys() - unsaid)


def test_what_is_lost_is_said_first():
    text = told("renamed")
    caution = text.index("> [!CAUTION]")
    assert caution < text.index("- **dev**")
    for loss in (
        "> - dev replaces log group `network-flow`: its log events (another `name`)",
        "> - dev deletes repository `web`: its images, those for a rollback too",
        "> - dev deletes service `web`: its running tasks: nobody answers until a successor does",
    ):
        assert loss in text
    assert "- delete role `web-task`\n" in text, "what can be made again is listed, not warned of"


def test_violations_are_told_in_full_the_most_severe_first():
    text = told("violations")
    lines = section(text, "Policy violations")
    assert "**refused by policies**: 3 updates, 1 replace, 4 deletes; 6 violations, 5 warnings, 5 exempt" in text
    assert [re.findall(r"\((\w+)\)", line)[0] for line in lines] == ["critical", "critical", *["high"] * 4]
    assert any("ecs-no-privileged" in line and "Take privileged out" in line for line in lines)
    assert "Why it failed" not in text


def test_what_is_undecided_before_the_update_is_said():
    text = told("first")
    assert "2 undecided" in text
    assert "ecs-private-subnets is undecided" in section(text, "Undecided before the update")[0]


def test_a_failed_preview_says_why():
    text = told("setting")
    assert text.splitlines()[2] == "## Preview: dev fails"
    assert "services.web.task.cpu: Fargate has no such pair of cpu and memory" in text
    assert text.count('File "') == 1, "only the innermost place of a traceback"


def test_a_preview_that_changes_nothing_says_so():
    text = told("same")
    assert "## Preview: nothing changes" in text
    assert "- **dev**: no changes; " in text


def test_a_log_that_breaks_off_is_a_failure():
    lines = (RECORDS / "app.events").read_text().splitlines()
    broken = run.read("dev", [line for line in lines if "summaryEvent" not in line])
    text = comment([broken])
    assert "dev fails" in text
    assert "did not come to its end" in text


def test_what_the_cli_says_instead_of_events_is_shown():
    text = comment([run.read("prod", ["error: no stack named 'prod' found"])])
    assert "prod fails" in text
    assert "no stack named 'prod' found" in text


def test_several_stacks_are_folded_and_a_failed_one_is_open():
    runs = [recorded("same", "dev"), recorded("app", "staging"), recorded("violations", "prod")]
    text = comment(runs, missing=["lab"])
    assert text.splitlines()[2] == "## Preview: prod and lab fail"
    assert "<details>\n<summary><b>staging</b>" in text
    assert "<details open>\n<summary><b>prod</b>" in text
    assert "- **lab**: no result; its job did not end" in text
    assert text.count(MARKER) == 1
    assert text.startswith(MARKER)


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_secret_is_told_and_nothing_is_wide(name: str):
    text = told(name)
    assert "in-plain-text" not in text
    assert "|--" not in text
    assert text.count("<details") == text.count("</details>")


def test_a_text_over_the_limit_leaves_out_whole_sections_and_names_them():
    runs = [recorded("renamed", "dev"), recorded("violations", "prod")]
    whole = comment(runs)
    short = comment(runs, details="https://example.com/run", limit=len(whole.encode()) - 1)
    assert len(short.encode()) < len(whole.encode())
    assert "Left out, for a comment holds 65,536 characters: dev: Not enforced in this stack." in short
    assert "[the full report](https://example.com/run)" in short
    tight = comment(runs, limit=5000)
    assert len(tight.encode()) <= 5000
    assert section(tight, "Policy violations"), "violations outlast what is only good to know"
    with pytest.raises(ValueError, match="nothing left to leave out"):
        comment(runs, limit=100)


def test_fifty_stacks_fit():
    runs = [recorded("renamed", f"stack-{number}") for number in range(50)]
    text = comment(runs)
    assert len(text.encode()) <= LIMIT
    assert "**stack-49**" in text


def test_values_are_no_markup():
    lines = (RECORDS / "larger.events").read_text().replace("hello", "`@team` </details> <!-- -->")
    text = comment([run.read("dev", lines.splitlines())])
    assert "- env `GREETING` added: `` `@team` </details> <!-- --> ``" in text


def test_the_command_reads_a_folder(tmp_path: Path):
    for stack in ("prod", "dev"):
        (tmp_path / f"{stack}.events").write_text((RECORDS / "app.events").read_text())
    (tmp_path / "staging.said").write_text("error: the role may not be assumed\n")
    command = [sys.executable, "-m", "review", "comment", str(tmp_path), "--stacks", json.dumps(STACKS)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    places = [text.index(f"- **{stack}**") for stack in STACKS]
    assert places == sorted(places)
    assert "the role may not be assumed" in text


def test_a_change_that_touches_no_stack_says_so(tmp_path: Path):
    command = [sys.executable, "-m", "review", "comment", str(tmp_path), "--stacks", "[]"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "## Preview: this touches no stack" in text
