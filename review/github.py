"""GitHub: the comment of a pull request, written once and from then on in place.

By GitHub's own interface ("REST API endpoints for issue comments"), with the token of the job.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

API = "https://api.github.com"
PAGE = 100
SECONDS = 30


class GitHubError(Exception):
    """GitHub refused, and what it said."""


@dataclass(frozen=True)
class Repository:
    """A repository, and the token that may read it, or write to it.

    `name` is `OWNER/NAME`; `api` is the interface's address, which the job is told in GITHUB_API_URL.
    """

    name: str
    token: str
    api: str = API

    def open_with(self, label: str) -> set[int]:
        """The open pull requests that have a label.

        Raises:
            GitHubError: GitHub refused.
        """
        return {
            one["number"] for one in self.pages("pulls?state=open") if label in (each["name"] for each in one["labels"])
        }

    def pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """All that a list has."""
        page = 0
        while True:
            page += 1
            found = self.ask("GET", f"{path}{'&' if '?' in path else '?'}per_page={PAGE}&page={page}")
            yield from found
            if len(found) < PAGE:
                return

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """What GitHub answers.

        Raises:
            GitHubError: it refused.
        """
        url = f"{self.api.rstrip('/')}/repos/{self.name}/{path}"
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        data = json.dumps(body).encode() if body is not None else None
        try:
            answer: HTTPResponse
            with urlopen(Request(url, data, headers, method=method), timeout=SECONDS) as answer:  # noqa: S310 - HTTPS, or a test's loopback
                return json.load(answer)
        except HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")[:500]
            raise GitHubError(f"GitHub refused {method} {path} with {error.code}: {said}") from error


@dataclass(frozen=True)
class PullRequest:
    """A pull request of a repository that its token may write to."""

    repository: Repository
    number: int

    def tell(self, body: str, *, only_update: bool = False) -> Literal["written", "updated", "nothing to update"]:
        """Updates the comment that starts with the same line, or writes one unless it is `only_update`.

        Raises:
            GitHubError: GitHub refused.
        """
        marker = body.splitlines()[0]
        for comment in self.repository.pages(f"issues/{self.number}/comments"):
            # Anybody may write the marker; only a bot's comment is ours to change.
            if comment["body"].splitlines()[:1] == [marker] and comment["user"]["type"] == "Bot":
                self.repository.ask("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return "updated"
        if only_update:
            return "nothing to update"
        self.repository.ask("POST", f"issues/{self.number}/comments", {"body": body})
        return "written"
