"""Logs: one JSON object a line on stdout, which ECS hands to the log driver as it is."""

import json
import logging
import sys
from datetime import UTC, datetime

log = logging.getLogger("web")


class JsonFormatter(logging.Formatter):
    """Timestamp (UTC), level, message, version, then what `extra={"fields": {...}}` holds."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "version": self.version,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(version: str) -> None:
    """Send every logger's records to stdout as JSON lines that carry this version."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(version))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # uvicorn tells its own lifecycle too; ours says the same in fewer lines.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
