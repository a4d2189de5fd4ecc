"""Writes what people and editors read about the options: `python -m settings.reference`.

`docs/configuration.md` is the reference page, `docs/stack.schema.json` the JSON Schema of a stack file; both
come from the declarations, and a test holds them against these.
"""

import json
from pathlib import Path
from typing import Any, cast

from settings.options import model_of
from settings.stack import StackOptions

DOCS = Path(__file__).resolve().parent.parent / "docs"
PROJECT = "slipway"
Schema = dict[str, Any]


def schema() -> Schema:
    """The JSON Schema of a stack file: the project's keys in full, those of others let pass.

    The files here leave the project's name out, so that they are any project's; `pulumi config set` writes it.
    """
    options = model_of(StackOptions).model_json_schema()
    named = {f"{PROJECT}:{key}": option for key, option in options["properties"].items()}
    config = {
        "type": "object",
        "properties": options["properties"] | named,
        "allOf": [{"anyOf": [{"required": [key]}, {"required": [f"{PROJECT}:{key}"]}]} for key in options["required"]],
        "patternProperties": {f"^(?!{PROJECT}:).*:": {}},
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack file of Slipway",
        "type": "object",
        "properties": {"config": config},
        "$defs": options["$defs"],
    }


def page() -> str:
    """The reference page: a table for the stack file, and one for each class of options in it."""
    options = model_of(StackOptions).model_json_schema()
    lines = [
        "# Configuration",
        "",
        "Every option of a stack file, written by `python -m settings.reference` from the declarations in `settings/`.",
        "Keys of the first table stand under `config:`; `pulumi config set` writes the project's name before them.",
        "",
        *_section("The stack file", options),
    ]
    for name in _order(options):
        lines += _section(name, options["$defs"][name])
    return "\n".join(lines)


def _order(options: Schema) -> list[str]:
    """The classes as a reader meets them: each after the one that first names it."""
    found: list[str] = []

    def visit(part: Schema) -> None:
        for reference in _references(part):
            if reference not in found:
                found.append(reference)
                visit(options["$defs"][reference])

    visit(options["properties"])
    return found


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        entries = cast("Schema", part)
        own = [str(entries["$ref"]).rsplit("/", 1)[-1]] if "$ref" in entries else []
        return own + [name for value in entries.values() for name in _references(value)]
    if isinstance(part, list):
        return [name for value in cast("list[object]", part) for name in _references(value)]
    return []


def _section(title: str, part: Schema) -> list[str]:
    required = part.get("required", [])
    rows = [
        f"| `{key}` | {_kind(option)} | {_default(option, needed=key in required)} | {_text(option)} |"
        for key, option in part["properties"].items()
    ]
    about = [str(part["description"]), ""] if title in str(part.get("title")) else []
    return [f"## {title}", "", *about, "| key | value | default | meaning |", "|---|---|---|---|", *rows, ""]


def _text(option: Schema) -> str:
    return " ".join(str(option.get("description", "")).split())


def _default(option: Schema, *, needed: bool) -> str:
    if needed:
        return "required"
    default = option.get("default")
    return "" if default is None else f"`{json.dumps(default)}`"


def _kind(option: Schema) -> str:
    """A value's type and bounds in words."""
    if "$ref" in option:
        name = str(option["$ref"]).rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in option:
        return " or ".join(_kind(one) for one in option["anyOf"])
    if "enum" in option:
        return ", ".join(f"`{value}`" for value in option["enum"])
    if option.get("type") == "array":
        return f"list of {_kind(option['items'])}"
    if option.get("type") == "object":
        values = [*option.get("patternProperties", {}).values(), option.get("additionalProperties", {})]
        return f"map of name to {_kind(cast('Schema', values[0]))}"
    return f"{option['type']}{_bounds(option)}"


def _bounds(option: Schema) -> str:
    if "minimum" in option or "maximum" in option:
        return f", {option.get('minimum', '')} to {option.get('maximum', '')}".rstrip()
    return f" like `{option['pattern']}`".replace("|", "\\|") if "pattern" in option else ""


def main() -> None:
    """Write both files."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "configuration.md").write_text(page())
    (DOCS / "stack.schema.json").write_text(json.dumps(schema(), indent=2) + "\n")


if __name__ == "__main__":
    main()
