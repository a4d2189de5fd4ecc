"""What a run of the program leaves behind in its process."""

import gc
from pathlib import Path

import pytest

from local import program, stack_file
from local.plan import Nothing

PROJECT = Path(__file__).resolve().parents[2]


def run() -> program.Run:
    project, config = stack_file.configuration(PROJECT, "dev")
    return program.run(PROJECT, project, "dev", config, Nothing(config), preview=True)


def test_what_the_first_run_leaves_is_not_searched_for_garbage_again_and_the_rest_as_before():
    gc.unfreeze()
    before = gc.get_threshold()
    run()
    kept = gc.get_freeze_count()
    assert kept > 10_000
    assert gc.get_threshold() == before
    run()
    assert gc.get_freeze_count() <= kept


def test_a_run_that_fails_restores_it_too(tmp_path: Path):
    before = gc.get_threshold()
    (tmp_path / "__main__.py").write_text("raise ValueError('no')")
    with pytest.raises(program.ProgramError, match="no"):
        program.run(tmp_path, "p", "s", {}, Nothing({}), preview=True)
    assert gc.get_threshold() == before
