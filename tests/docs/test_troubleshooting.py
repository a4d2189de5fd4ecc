"""The page of symptoms quotes what the program really says, and has a place for every cause of a failed release."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from release.causes import CAUSES, Rules
from tests.docs.pages import CODE, PROJECT, Page

PAGE = PROJECT / "docs" / "troubleshooting.md"
PROGRAM = ("settings", "components", "release", "local", "policies/slipway_policies")
QUOTE = re.compile(r"(?<!\*)\*(?P<text>[^*\n]+)\*(?!\*)")
SHORT = 5
"""Pieces of a quote that are shorter prove nothing."""


@cache
def texts() -> tuple[str, ...]:
    """Every text of the program, with nothing between the pieces of those that are put together."""
    files = [file for folder in PROGRAM for file in sorted((PROJECT / folder).rglob("*.py"))]
    trees = [ast.parse(file.read_text()) for file in files]
    return tuple(_plain(text) for tree in trees for node in ast.walk(tree) for text in _texts(node))


def _texts(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "…".join(part.value for part in parts if isinstance(part, ast.Constant))
        case _:
            pass


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def is_said(quote: str) -> bool:
    """Whether one text of the program has all of the quote's pieces, in their order."""
    pieces = [_plain(piece) for piece in quote.split("…") if len(_plain(piece)) >= SHORT]
    wanted = re.compile(".*".join(map(re.escape, pieces)))
    return bool(pieces) and any(wanted.search(text) for text in texts())


def quotes(page: Page) -> list[str]:
    return [found["text"] for found in QUOTE.finditer(CODE.sub(lambda found: found["text"], page.prose))]


def causes(rules: Rules) -> Iterator[str]:
    """Every cause in words, those that say it more finely too."""
    for _, cause in rules:
        yield cause.words
        yield from causes(cause.finer)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(PAGE.read_text(), PAGE)


def test_the_program_says_what_is_quoted(page: Page):
    assert [quote for quote in quotes(page) if " " in quote and not is_said(quote)] == []


def test_a_made_up_quote_is_told():
    assert is_said("the policies refuse stack …, nothing is deployed: …")
    assert not is_said("the policies refuse stack …, everything is deployed: …")
    assert not is_said("nothing is deployed: … the policies refuse stack")


def test_every_cause_has_its_place(page: Page):
    there = _plain(page.text)
    assert [cause for cause in causes(CAUSES) if _plain(re.split("[:;]", cause)[0]) not in there] == []
