import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.content_tag import content_tag, context_files


def tag(folder: Path, **change: object) -> str:
    asked: dict[str, object] = {"target": None, "args": {}, "platform": "linux/amd64", **change}
    return content_tag(folder, "Dockerfile", **asked)  # type: ignore[arg-type]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY src /\n")
    (tmp_path / ".dockerignore").write_text("*\n!src\n**/__pycache__\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("print(1)\n")
    return tmp_path


def test_what_docker_ignores_changes_nothing(context: Path):
    before = tag(context)
    (context / "notes.txt").write_text("x")
    (context / "src" / "__pycache__").mkdir()
    (context / "src" / "__pycache__" / "main.pyc").write_bytes(b"x")
    os.utime(context / "src" / "main.py", (1, 1))
    (context / "src" / "main.py").chmod(0o600)
    assert tag(context) == before
    assert context_files(context, "Dockerfile") == ["src/main.py"]


@pytest.mark.parametrize("change", ["content", "name", "executable", "dockerfile", "target", "args", "platform"])
def test_what_counts_changes_it(context: Path, change: str):
    before, options = tag(context), {}
    match change:
        case "content":
            (context / "src" / "main.py").write_text("print(2)\n")
        case "name":
            (context / "src" / "main.py").rename(context / "src" / "other.py")
        case "executable":
            (context / "src" / "main.py").chmod(0o755)
        case "dockerfile":
            (context / "Dockerfile").write_text("FROM scratch\n")
        case "target":
            options = {"target": "build"}
        case "args":
            options = {"args": {"A": "1"}}
        case _:
            options = {"platform": "linux/arm64"}
    assert tag(context, **options) != before


@given(st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=20), min_size=1), st.randoms())
def test_the_tag_is_a_function_of_the_files_alone(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], order: random.Random
):
    tags = set()
    for _ in range(2):
        folder = tmp_path_factory.mktemp("context")
        (folder / "Dockerfile").write_text("FROM scratch\n")
        names = list(files)
        order.shuffle(names)
        for name in names:
            (folder / name).write_bytes(files[name])
        tags.add(tag(folder))
    assert len(tags) == 1


def test_a_missing_dockerfile_is_named(context: Path):
    (context / "Dockerfile").unlink()
    with pytest.raises(FileNotFoundError, match="no 'Dockerfile' in the build context"):
        tag(context)
