"""What the local stack refuses, before anything leaves this machine."""

import http.server
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from local import emulator
from local.clients import LocalClients, NotLoopback
from local.images import ImageError, LocalImages
from local.lock import Busy, lock
from local.table import NotInTable, parameters


def test_a_client_of_another_machine_is_refused():
    with pytest.raises(NotLoopback, match=r"not to 'ecs\.us-east-1\.amazonaws\.com'"):
        LocalClients("https://ecs.us-east-1.amazonaws.com", "us-east-1")


def test_a_call_that_would_leave_is_refused_before_it_is_sent():
    client = LocalClients("http://127.0.0.1:9", "us-east-1").client("sts")
    client.meta.events.register("before-sign", lambda request, **_: setattr(request, "url", "http://192.0.2.1/"))
    with pytest.raises(NotLoopback, match=r"192\.0\.2\.1"):
        client.get_caller_identity()


@pytest.mark.parametrize("host", ["123456789012.dkr.ecr.eu-central-1.amazonaws.com", "docker.io", "10.0.0.1:5000"])
def test_a_push_to_another_machine_is_refused_before_anything_is_built(host: str):
    with pytest.raises(ImageError, match="loopback only"):
        LocalImages(None, "x", Path()).ensure({"imageName": f"{host}/web:c-1", "build": {"context": "app"}})


def test_an_input_that_the_table_does_not_name_is_an_error():
    with pytest.raises(NotInTable, match="does not know the input launchType of aws:ecs/service:Service"):
        parameters("aws:ecs/service:Service", {"name": "web", "launchType": "FARGATE"})
    with pytest.raises(NotInTable, match="does not know the resource type aws:efs/fileSystem:FileSystem"):
        parameters("aws:efs/fileSystem:FileSystem", {})


def test_a_second_command_at_the_same_time_is_refused(tmp_path: Path):
    with lock(tmp_path / "home", "up"), pytest.raises(Busy, match=r"another command works on this stack \(up, process"):  # noqa: SIM117
        with lock(tmp_path / "home", "down"):
            pass
    with lock(tmp_path / "home", "down"):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Busy, match="cannot be written"), lock(tmp_path / "file" / "home", "up"):
        pass


class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        pass


@pytest.fixture
def taken() -> Generator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_taken_port_is_one_clear_sentence(taken: str, tmp_path: Path):
    with pytest.raises(
        emulator.EmulatorError, match=r"something else answers at .* name another port in Pulumi\.local\.yaml"
    ):
        emulator.start(taken, "us-east-1", tmp_path)
