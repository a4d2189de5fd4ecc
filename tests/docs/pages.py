"""The project's Markdown: its headings, links and fenced blocks, read as GitHub reads them."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*).*\n(?P<text>(?:.*\n)*?)(?P=indent)```\s*$", re.MULTILINE)
CODE = re.compile(r"(?P<ticks>`+)(?P<text>.+?)(?P=ticks)", re.DOTALL)
LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
MADE = {".venv", ".venv-bench", "venv", "node_modules", "build", ".slipway", ".pytest_cache"}


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    text: str
    line: int


class Page:
    """One Markdown file."""

    def __init__(self, text: str, path: Path = PROJECT / "docs" / "example.md") -> None:
        self.text, self.path = text, path

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(found["language"], textwrap.dedent(found["text"]), self.text.count("\n", 0, found.start()) + 1)
            for found in FENCE.finditer(self.text)
        ]

    @cached_property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return FENCE.sub("", self.text)

    @cached_property
    def spans(self) -> list[str]:
        """What stands between backticks in the prose."""
        return [" ".join(found["text"].split()) for found in CODE.finditer(self.prose)]

    @cached_property
    def links(self) -> list[str]:
        return [found["target"] for found in LINK.finditer(CODE.sub("", self.prose))]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link to a heading of this page may say after the `#`."""
        seen: Counter[str] = Counter()
        found: set[str] = set()
        for heading in HEADING.findall(self.prose):
            anchor = _anchor(heading)
            found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
            seen[anchor] += 1
        return found


def _anchor(heading: str) -> str:
    words = LINK.sub(lambda found: found["words"], heading)
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def pages() -> Iterator[Page]:
    """Every Markdown file of the project but those that a tool makes."""
    for path in sorted(PROJECT.rglob("*.md")):
        if not MADE.intersection(path.relative_to(PROJECT).parts):
            yield Page(path.read_text(), path)


def where(page: Page, line: int | None = None) -> str:
    """A place for a person to go to."""
    return f"{page.path.relative_to(PROJECT)}{f':{line}' if line else ''}"
