import json
import signal
from collections.abc import Callable

import pytest
from running import Running
from web.app import create_app
from web.phase import Lifecycle
from web.server import DrainingServer
from web.settings import Settings

Launch = Callable[..., Running]


def test_a_request_in_flight_at_sigterm_is_answered_and_the_process_exits_0(launch: Launch):
    service = launch("slow_web")
    slow = service.connect()
    slow.request("GET", "/slow")
    service.next_log("waiting")
    assert service.get("/readyz") == 200

    service.terminate()
    assert service.get("/readyz") == 503
    service.next_log("request")
    assert service.get("/healthz") == 200
    assert service.process.poll() is None

    assert service.get("/release") == 200
    response = slow.getresponse()
    assert (response.status, response.read()) == (200, b"done")
    slow.close()
    assert service.wait() == 0


def test_a_request_that_outlives_the_drain_is_cut_off_and_the_process_still_exits(launch: Launch):
    service = launch("slow_web", SHUTDOWN_SECONDS="1")
    slow = service.connect()
    slow.request("GET", "/slow")
    service.next_log("waiting")
    service.terminate()
    assert service.wait() == 0
    assert "Cancel 1 running task" in service.rest_of_the_log()
    slow.close()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_service_exits_0_on_either_signal(launch: Launch, sent: signal.Signals):
    service = launch()
    service.process.send_signal(sent)
    assert service.next_log("draining")["inFlight"] == 0
    service.next_log("stopped")
    assert service.wait() == 0


def test_keep_alive_lasts_until_the_drain(launch: Launch):
    service = launch("slow_web")
    slow = service.connect()
    slow.request("GET", "/slow")
    service.next_log("waiting")
    kept = service.connect()
    kept.request("GET", "/healthz")
    response = kept.getresponse()
    response.read()
    assert response.getheader("connection") != "close"

    service.terminate()
    kept.request("GET", "/healthz")
    response = kept.getresponse()
    response.read()
    assert response.getheader("connection") == "close"
    kept.close()
    slow.close()


def test_keep_alive_outlasts_the_load_balancers_idle_timeout():
    server = DrainingServer(create_app(Settings(), lifecycle := Lifecycle()), Settings(), lifecycle)
    assert server.config.timeout_keep_alive > 60


def test_sigterm_before_the_start_is_over_still_stops_the_service():
    lifecycle = Lifecycle()
    lifecycle.drain()
    lifecycle.started()
    assert lifecycle.phase.value == "draining"


def test_a_request_is_one_line_of_json_with_version_and_trace(launch: Launch):
    service = launch(APP_VERSION="c-1")
    connection = service.connect()
    connection.request("GET", "/?token=hidden", headers={"X-Amzn-Trace-Id": "Root=1-a-b"})
    connection.getresponse().read()
    connection.close()
    line = service.next_log("request")
    assert line["version"] == "c-1"
    assert line["trace"] == "Root=1-a-b"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/", 200)
    assert "hidden" not in json.dumps(line)


def test_probes_are_logged_only_when_they_fail(launch: Launch):
    service = launch()
    assert service.get("/healthz") == 200
    assert service.get("/readyz") == 200
    assert service.get("/missing") == 404
    assert service.next_log("request")["path"] == "/missing"


def test_a_wrong_setting_ends_the_start_with_a_sentence(launch: Launch):
    with pytest.raises(AssertionError, match=r"did not start.*PORT is 'abc'"):
        launch(PORT="abc")
