"""A service in a process of its own, and a test's ways to talk to it."""

import json
import signal
import subprocess
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import IO, cast

PATIENCE_SECONDS = 30


@dataclass
class Running:
    """A started service. Every wait is for an event, and gives up after half a minute."""

    process: subprocess.Popen[str]
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.port = cast("int", self.next_log("started")["port"])

    def next_log(self, message: str) -> dict[str, object]:
        """Return the next line; it has to be this one."""
        line = cast("IO[str]", self.process.stdout).readline()
        if not line:
            errors = cast("IO[str]", self.process.stderr).read()
            raise AssertionError(f"did not start, or ended: {errors}")
        fields = cast("dict[str, object]", json.loads(line))
        assert fields["message"] == message, line
        return fields

    def rest_of_the_log(self) -> str:
        """Return what is left to read, up to the end of the process."""
        return cast("IO[str]", self.process.stdout).read()

    def connect(self) -> HTTPConnection:
        """Return a connection of its own; the caller closes it."""
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def get(self, path: str) -> int:
        """Ask on a new connection, and return the status."""
        connection = self.connect()
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def terminate(self) -> None:
        """Send SIGTERM, and return when the service has noticed."""
        self.process.send_signal(signal.SIGTERM)
        self.next_log("draining")

    def wait(self) -> int:
        """Return the exit code."""
        return self.process.wait(PATIENCE_SECONDS)
