"""Markdown that shows a text as it is: nothing in it becomes markup, a mention or a link."""

import re

TICKS = re.compile(r"`+")
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~@&])")


def code(text: str) -> str:
    """A text in one line as code."""
    one_line = " ".join(text.split()) or "(empty)"
    fence = "`" * (1 + max(map(len, TICKS.findall(one_line)), default=0))
    pad = " " if "`" in one_line else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"


def block(text: str) -> str:
    """Lines as code."""
    fence = "`" * max(3, 1 + max(map(len, TICKS.findall(text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def words(text: str) -> str:
    """A text as prose, in one line."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def folded(summary: str, body: str, *, opened: bool) -> str:
    """A body that a click shows; `summary` is HTML."""
    return f"<details{' open' if opened else ''}>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 update`, `2 updates`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
