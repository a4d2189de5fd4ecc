"""The comment is written once and updated in place: against a server on loopback that answers as GitHub does."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from review.github import GitHubError, PullRequest, Repository

BODY = "<!-- slipway: preview -->\n\nsaid\n"


class GitHub(HTTPServer):
    """Keeps the comments of pull request 7 of `org/project`."""

    comments: list[dict[str, Any]]
    asked: list[tuple[str, str]]
    refuse = 0

    def add(self, body: str, kind: str = "Bot") -> None:
        self.comments.append({"id": 100 + len(self.comments), "body": body, "user": {"type": kind}})


class Handler(BaseHTTPRequestHandler):
    server: GitHub

    def do_GET(self):
        page = int(self.path.rpartition("page=")[2])
        self._answer(200, self.server.comments[100 * (page - 1) : 100 * page])

    def do_POST(self):
        assert self.path == "/repos/org/project/issues/7/comments"
        self.server.add(self._body())
        self._answer(201, {})

    def do_PATCH(self):
        (one,) = (one for one in self.server.comments if self.path.endswith(f"/issues/comments/{one['id']}"))
        one["body"] = self._body()
        self._answer(200, {})

    def _body(self) -> str:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

    def _answer(self, status: int, value: object):
        self.server.asked.append((self.command, self.headers["Authorization"]))
        status, value = (self.server.refuse, {"message": "no"}) if self.server.refuse else (status, value)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_: object):
        pass


@pytest.fixture
def github() -> Generator[GitHub]:
    with GitHub(("127.0.0.1", 0), Handler) as server:
        server.comments, server.asked = [], []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pull_request(github: GitHub) -> PullRequest:
    return PullRequest(Repository("org/project", "a-token", f"http://127.0.0.1:{github.server_port}"), 7)


def test_the_first_is_written_and_the_second_updates_it(github: GitHub, pull_request: PullRequest):
    assert pull_request.tell(BODY) == "written"
    assert pull_request.tell(BODY.replace("said", "said anew")) == "updated"
    assert [one["body"] for one in github.comments] == ["<!-- slipway: preview -->\n\nsaid anew\n"]
    assert [verb for verb, _ in github.asked] == ["GET", "POST", "GET", "PATCH"]
    assert {token for _, token in github.asked} == {"Bearer a-token"}


def test_it_is_found_on_a_later_page(github: GitHub, pull_request: PullRequest):
    for number in range(230):
        github.add(f"talk {number}")
    github.add(BODY)
    assert pull_request.tell(BODY) == "updated"
    assert len(github.comments) == 231


@pytest.mark.parametrize(("body", "kind"), [(BODY, "User"), (f"quoted\n{BODY}", "Bot"), ("", "Bot")])
def test_what_another_wrote_is_left_alone(github: GitHub, pull_request: PullRequest, body: str, kind: str):
    github.add(body, kind)
    assert pull_request.tell(BODY) == "written"
    assert github.comments[0]["body"] == body


def test_nothing_is_written_where_there_is_only_an_update_to_make(github: GitHub, pull_request: PullRequest):
    assert pull_request.tell(BODY, only_update=True) == "nothing to update"
    assert github.comments == []
    github.add(BODY)
    assert pull_request.tell(BODY, only_update=True) == "updated"


def test_a_refusal_says_what_was_refused(github: GitHub, pull_request: PullRequest):
    github.refuse = 403
    with pytest.raises(GitHubError, match=r'GET issues/7/comments.* with 403: \{"message": "no"\}'):
        pull_request.tell(BODY)


def post(file: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "review", "post", str(file), "--repository", "org/project", "--number", "7"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)


def test_the_command_posts_a_file(github: GitHub, tmp_path: Path):
    file = tmp_path / "comment.md"
    file.write_text(BODY)
    job = {"GITHUB_TOKEN": "a-token", "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}"}
    assert post(file, **job).stdout == "written\n"
    assert github.comments[0]["body"] == BODY
    github.refuse = 422
    refused = post(file, **job)
    assert (refused.returncode, "with 422" in refused.stderr) == (1, True)
    assert post(file).returncode == 2
