"""What the real engine said of previews (tests/engine/previewed.py records it)."""

from pathlib import Path

from review import run
from review.run import Run

RECORDS = Path(__file__).parent / "records"
NAMES = sorted(one.stem for one in RECORDS.glob("*.events"))


def recorded(name: str, stack: str = "dev") -> Run:
    return run.read(stack, (RECORDS / f"{name}.events").read_text().splitlines())
