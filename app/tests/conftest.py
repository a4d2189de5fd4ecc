import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from running import Running

APP = Path(__file__).parents[1]


@pytest.fixture
def launch() -> Iterator[Callable[..., Running]]:
    """Start the service as the image does, `python -m MODULE`, with only these variables."""
    with ExitStack() as stack:

        def start(module: str = "web", **environment: str) -> Running:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": f"{APP / 'src'}{os.pathsep}{APP / 'tests'}",
                    "PORT": "0",
                    **environment,
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return Running(process)

        yield start
