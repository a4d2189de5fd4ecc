"""Plans so many services, and says how many resources that were: `python -m bench.many 200`."""

import sys
from pathlib import Path

from local import program
from local.plan import Nothing

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
config = {"aws:region": "us-east-1", "bench:count": sys.argv[1]}
found = program.run(HERE / "services", "bench", "bench", config, Nothing(config), preview=True)
print(len(found.declared))  # noqa: T201 - the answer
