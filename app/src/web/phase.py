"""Where the process is in its life: what readiness is answered from."""

from enum import Enum


class Phase(Enum):
    """The phases, in the order in which they pass."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Lifecycle:
    """The current phase. It only moves forward: a SIGTERM during the start is not forgotten."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING

    def started(self) -> None:
        """Become ready, unless the order to stop came first."""
        if self.phase is Phase.STARTING:
            self.phase = Phase.READY

    def drain(self) -> None:
        """Ask for no more traffic, for good."""
        self.phase = Phase.DRAINING
