"""The pack is a program of its own: its folder is the root of its imports."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "policies"))
sys.path.insert(0, str(Path(__file__).parent))
