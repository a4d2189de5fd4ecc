import json
import logging
from datetime import datetime, timedelta

import pytest
from web.logs import JsonFormatter


def formatted(record: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter("c-1").format(record)
    assert "\n" not in text
    return json.loads(text)


def test_a_record_is_one_line_with_the_four_fields_and_its_own():
    record = logging.makeLogRecord(
        {"msg": "two\nlines %d", "args": (1,), "levelname": "INFO", "fields": {"port": 8080}}
    )
    line = formatted(record)
    assert datetime.fromisoformat(str(line.pop("timestamp"))).utcoffset() == timedelta(0)
    assert line == {"level": "info", "message": "two\nlines 1", "version": "c-1", "port": 8080}


def test_an_exception_stays_on_the_line():
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError("broken")
    record = logging.makeLogRecord({"msg": "failed", "exc_info": (caught.type, caught.value, caught.tb)})
    assert "RuntimeError: broken" in str(formatted(record)["exception"])
