"""Every link inside the project leads somewhere."""

from pathlib import Path
from urllib.parse import urlsplit

from tests.docs.pages import PROJECT, Page, pages, where

TEMPLATE = PROJECT / "policies" / "slipway_policies" / "guide.md"
"""It becomes docs/policies.md, so its links start there."""


def dead(page: Page) -> list[str]:
    return [target for target in page.links if not urlsplit(target).scheme and not _leads(page, target)]


def _leads(page: Page, target: str) -> bool:
    path, _, anchor = target.partition("#")
    if not path:
        return anchor in page.anchors
    file = (_base(page) / path).resolve()
    if not file.exists() or not file.is_relative_to(PROJECT):
        return False
    return not anchor or (file.suffix == ".md" and anchor in Page(file.read_text(), file).anchors)


def _base(page: Page) -> Path:
    return PROJECT / "docs" if page.path == TEMPLATE else page.path.parent


def test_every_link_inside_the_project_leads_somewhere():
    assert [f"{where(page)}: {target}" for page in pages() for target in dead(page)] == []


def test_a_dead_link_is_told():
    page = Page(
        "# One\n\n## Same\n\n## Same\n\n## `code`: and *more*\n\n"
        "[a](capacity.md) [b](capacity.md#how-to-choose) [c](#same-1) [d](#code-and-more) [e](https://example.com/x)\n"
        "[f](no-such.md) [g](capacity.md#no-such) [h](#same-2) [i](../../etc/passwd)\n"
        "```text\n[not a link](no.md)\n```\n`[nor this](no.md)`\n"
    )
    assert dead(page) == ["no-such.md", "capacity.md#no-such", "#same-2", "../../etc/passwd"]


def test_the_pages_are_found():
    found = {where(page) for page in pages()}
    assert {"README.md", "CONTRIBUTING.md", "docs/releases.md", "policies/README.md", "app/README.md"} <= found
