"""Whose stacks nobody wants any more, and what a pull request is told of its own."""

import json
import subprocess
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import pull_request_stack as stacks

LOG = "https://github.com/org/project/actions/runs/1"
OTHERS = ["dev", "prod", "acme/staging", "pr-", "pr-x", "pr-0", "pr-012", "mypr-3", "pr-3-old", "pr-3/dev"]


@pytest.mark.parametrize(
    ("known", "wanted", "unwanted"),
    [
        (["pr-1", "pr-2", "pr-30"], {2}, [1, 30]),
        (["acme/pr-1", "acme/slipway/pr-2"], set[int](), [1, 2]),
        (["pr-1"], {1, 2}, []),
        (OTHERS, set[int](), []),
        ([], {1}, []),
    ],
)
def test_a_stack_whose_pull_request_wants_none_is_unwanted(known: list[str], wanted: set[int], unwanted: list[int]):
    assert stacks.unwanted(known, wanted) == unwanted


@given(st.sets(st.integers(1, 10**6)), st.sets(st.integers(1, 10**6)))
def test_every_stack_stays_or_goes(had: set[int], wanted: set[int]):
    known = [stacks.name(number) for number in had]
    assert set(stacks.unwanted([*known, *OTHERS], wanted)) == had - wanted


def test_the_comment_says_where_it_is_and_how_it_goes():
    assert stacks.comment(12, "example.com", "up", "0123456789abcdef", LOG) == (
        "<!-- slipway: stack -->\n### Stack `pr-12` is up\n\n<https://pr-12.example.com/> runs `0123456`. "
        "It is removed, with its images, when this is closed or loses the label `stack`.\n"
    )


@pytest.mark.parametrize("outcome", ["failed", "left"])
def test_what_went_wrong_leads_to_its_log(outcome: stacks.Outcome):
    assert LOG in stacks.comment(12, "example.com", outcome, "0123456789abcdef", LOG)


def test_every_outcome_has_its_words():
    said = {stacks.comment(12, "example.com", outcome, "0" * 40, LOG) for outcome in get_args(stacks.Outcome)}
    assert len(said) == len(stacks.OUTCOMES) == len(get_args(stacks.Outcome))
    assert {text.splitlines()[0] for text in said} == {stacks.MARKER}


class Handler(BaseHTTPRequestHandler):
    """120 open pull requests, each second with the label."""

    def do_GET(self):
        assert self.path.startswith("/repos/org/project/pulls?state=open&per_page=100&page=")
        page = int(self.path.rpartition("=")[2])
        every: list[Any] = [
            {"number": one, "labels": [{"name": "stack" if one % 2 else "bug"}]} for one in range(1, 121)
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(every[100 * (page - 1) : 100 * page]).encode())

    def log_message(self, *_: object):
        pass


@pytest.fixture
def github() -> Generator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_command_asks_github_which_are_wanted(github: str, tmp_path: Path):
    file = tmp_path / "stacks.json"
    file.write_text(json.dumps([{"name": name, "current": False} for name in ("pr-2", "acme/pr-119", "pr-121", "dev")]))
    command = [sys.executable, "-m", "review", "unwanted", str(file), "--repository", "org/project"]
    environment = {"GITHUB_TOKEN": "a-token", "GITHUB_API_URL": github, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[2, 121]\n", "")
    del environment["GITHUB_TOKEN"]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 2
