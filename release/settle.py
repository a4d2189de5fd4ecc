"""What has to come true before a record is written: a release is live, or the task before it has ended well."""

from release.diagnose import Clients
from release.follow import Say, follow
from release.job import run
from release.record import JobRecord, Record, ReleaseRecord


def settle(record: Record, written: Record | None, clients: Clients, say: Say) -> None:
    """Return when `record` may be written in the place of `written`.

    Raises:
        ReleaseRefused: the release is not live.
        JobRefused: the task did not end well.
    """
    match record:
        case JobRecord() if not record.is_done_by(written):
            run(record, clients, say)
        case ReleaseRecord():
            follow(record, clients, say)
        case _:
            pass
