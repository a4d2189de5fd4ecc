"""What has to come true before a record is written: a release is live, or the task before it has ended well."""

from pathlib import Path

from release.follow import Say, follow
from release.job import run
from release.record import JobRecord, Record, ReleaseRecord
from release.state import Clients


def settle(record: Record, written: Record | None, clients: Clients, say: Say, stack_file: Path) -> None:
    """Return when `record` may be written in the place of `written`.

    `stack_file` is where a refusal says what to change.

    Raises:
        ReleaseRefused: the release is not live.
        JobRefused: the task did not end well.
    """
    match record:
        case JobRecord() if not record.is_done_by(written):
            run(record, clients, say, stack_file)
        case ReleaseRecord():
            follow(record, clients, say, stack_file)
        case _:
            pass
