"""Clients that ask on, and what they tell of a release."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.load import Answer, Load
from local.rehearsal import Rehearsal, Version

OLD, NEW = Version("c-1", 100 * 1024 * 1024, 20 * 1024 * 1024), Version("c-2", 102 * 1024 * 1024, 25 * 1024 * 1024)


def test_it_asks_until_the_end_and_tells_what_was_lost():
    answered: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            answered.append(self.path)
            status = 502 if len(answered) == 2 else 200
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"version": "c-1"}')

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        load, enough = Load(), threading.Event()
        with load.on(f"http://127.0.0.1:{server.server_port}", "shop.example.com", "/cart"):
            while len(load.answers) < 4:
                enough.wait(0.05)
        asked = len(answered)
        enough.wait(0.3)
        server.shutdown()
    assert len(answered) == asked
    assert set(answered) == {"/cart"}
    assert load.lost == 1


def test_the_first_answer_and_the_silence_are_of_good_answers_alone():
    load = Load(
        [Answer(1, 200, "a"), Answer(2, 502, "b"), Answer(3, 200, "b"), Answer(7.5, 200, "a"), Answer(8, 0, None)]
    )
    assert load.first("b") == 3
    assert load.first("c") is None
    assert load.longest_silence({"a"}) == 6.5
    assert load.longest_silence({"a", "b"}) == 4.5
    assert load.longest_silence({"c"}) == 0
    assert load.lost == 2


@pytest.mark.parametrize(
    ("after", "first", "told"),
    [
        (
            NEW,
            4.25,
            ["**web**: `c-1` → `c-2`", "- requests lost: **3** of 80", "after 4.2 s, build", "102.0 MiB (+2.0)"],
        ),
        (NEW, None, ["first answer of the new version: never"]),
        (NEW, 1, ["- memory: 25 MiB (was 20 MiB)"]),
        (OLD, None, ["**web**: `c-1` ran before, so there was nothing to roll."]),
    ],
)
def test_a_rehearsal_is_told_in_lines(after: Version, first: float | None, told: list[str]):
    text = Rehearsal("web", OLD, after, 80, 3, first).to_markdown()
    assert [line for line in told if line not in text] == []
    assert text.endswith("\n")
