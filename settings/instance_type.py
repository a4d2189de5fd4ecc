"""What the name of an EC2 instance type tells.

Source: "Amazon EC2 instance type naming conventions" in the Amazon EC2 Instance Types guide: letters of the series, the
number of the generation, then letters for its options, of which the processor comes first: `g` stands for AWS Graviton,
which is ARM64. `m7g.large`, `c7gn.xlarge` and `im4gn.large` are; `g5.xlarge` and `c7i.large` are not.
"""

import re

PATTERN = r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"
"""What a name looks like."""
FAMILY = r"^[a-z][a-z0-9-]*\.([a-z0-9-]+|\*)$"
"""The same, or every size of a family."""
DEFAULT: dict[str, tuple[str, ...]] = {"X86_64": ("m6i.large", "m5.large"), "ARM64": ("m7g.large", "m6g.large")}
"""What an architecture gets when nobody says: two types of one size, 2 vCPU and 8 GiB, that most regions have."""
_GRAVITON = re.compile(r"[a-z]+\d+g")
_BEFORE_THE_RULE = "a1"
"""The first Graviton generation has no `g`."""


def architecture(name: str) -> str:
    """`ARM64` or `X86_64`, from the name alone."""
    family = name.split(".", maxsplit=1)[0]
    return "ARM64" if family == _BEFORE_THE_RULE or _GRAVITON.match(family) else "X86_64"
