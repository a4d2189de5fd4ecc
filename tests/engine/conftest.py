import os
import shutil
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import checkout
import deployment
from checkout import Checkout
from deployment import Deployed

STACKS = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    if not shutil.which("pulumi"):
        pytest.skip("the Pulumi CLI is not on PATH")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
            patch.delenv(name)
        yield tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def deployed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[str], Deployed]]:
    """The stacks, each brought up on its own while tests of another run."""
    with ExitStack() as opened, ThreadPoolExecutor(len(STACKS)) as pool:

        def bring_up(stack: str) -> Deployed:
            site = opened.enter_context(checkout.new(tmp_path_factory.mktemp(stack) / "project", home))
            return deployment.bring_up(stack, site)

        coming = {stack: pool.submit(bring_up, stack) for stack in STACKS}
        yield lambda stack: coming[stack].result()


@pytest.fixture(params=STACKS)
def each(request: pytest.FixtureRequest, deployed: Callable[[str], Deployed]) -> Deployed:
    return deployed(request.param)


@pytest.fixture
def dev(deployed: Callable[[str], Deployed], tmp_path: Path) -> Generator[Checkout]:
    """A deployed `dev` that the test may change."""
    with checkout.again(deployed("dev").checkout, tmp_path / "project") as copied:
        yield copied


@pytest.fixture
def prod(deployed: Callable[[str], Deployed], tmp_path: Path) -> Generator[Checkout]:
    """A deployed `prod` that the test may change."""
    with checkout.again(deployed("prod").checkout, tmp_path / "project") as copied:
        yield copied
